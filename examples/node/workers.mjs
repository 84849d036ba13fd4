#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// A pool of workers that take numbers apart, or the boss, who hands out the numbers.
//
//     workers.mjs boss|worker [URI]     chand is at URI, or at $CHAN_SERVER
import { Chand, Closed } from './chand.mjs';

function factors(number) {
    const found = [];
    for (let divisor = 2; divisor * divisor <= number; divisor++)
        for (; number % divisor === 0; number /= divisor) found.push(divisor);
    return number > 1 ? [...found, number] : found;
}

async function worker(chand) {
    let done = 0;
    try {
        for (;; done++) {
            const number = await chand.take('jobs');
            await chand.put('results', { number, factors: factors(number) });
        }
    } catch (error) {
        if (!(error instanceof Closed)) throw error;
        console.log(`a worker in JavaScript took ${done} numbers apart`);
    }
}

// All at once, as promises may wait side by side: a put for each job, a take for each result.
async function boss(chand) {
    const jobs = Array.from({ length: 20 }, (_, i) => 2407 + i);
    const puts = jobs.map((number) => chand.put('jobs', number));
    const results = await Promise.all(jobs.map(() => chand.take('results')));
    await Promise.all(puts);
    await chand.close('jobs');
    results.sort((a, b) => a.number - b.number);
    for (const { number, factors } of results) console.log(`${number} = ${factors.join(' * ')}`);
}

const roles = { boss, worker };
const [role, uri] = process.argv.slice(2);
if (!Object.hasOwn(roles, role)) {
    console.error('usage: workers.mjs boss|worker [URI]');
    process.exit(2);
}
const chand = new Chand(uri);
await roles[role](chand);
chand.leave();
