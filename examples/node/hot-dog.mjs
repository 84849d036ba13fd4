#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// The hot dog machine, or its customer.
//
//     hot-dog.mjs machine|customer [URI]     chand is at URI, or at $CHAN_SERVER
import { Chand, Closed } from './chand.mjs';

async function machine(chand, left = 2) {
    while (left > 0) {
        const money = await chand.take('hot-dog/in');
        const food = money === 3 ? 'hotdog' : 'wilted lettuce';
        if (money === 3) left--;
        console.log(`  the machine takes ${money}, gives ${food}, has ${left} left`);
        if (left === 0) await chand.close('hot-dog/in'); // before anybody pays in vain
        await chand.put('hot-dog/out', food);
    }
    await chand.close('hot-dog/out');
}

async function customer(chand) {
    for (const money of ['pocket lint', 3, 3, 3]) {
        try {
            await chand.put('hot-dog/in', money);
            console.log(`${money}: ${await chand.take('hot-dog/out')}`);
        } catch (error) {
            if (!(error instanceof Closed)) throw error;
            console.log(`${money}: closed`);
        }
    }
}

const roles = { machine, customer };
const [role, uri] = process.argv.slice(2);
if (!Object.hasOwn(roles, role)) {
    console.error('usage: hot-dog.mjs machine|customer [URI]');
    process.exit(2);
}
const chand = new Chand(uri);
await roles[role](chand);
chand.leave();
