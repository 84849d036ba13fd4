// SPDX-License-Identifier: MIT
// A client of chand. Requests and replies are lines of JSON; a reply bears the id of its
// request, so that one connection carries any number of requests at the same time.
import net from 'node:net';

export class Closed extends Error {}

export class Chand {
    #socket;
    #asked = new Map();
    #lastId = 0;
    #unfinished = '';

    constructor(uri = process.env.CHAN_SERVER ?? 'tcp://127.0.0.1:2426') {
        const { protocol, hostname, port, pathname } = new URL(uri);
        this.#socket =
            protocol === 'unix:'
                ? net.connect(pathname)
                : net.connect(port, hostname.replace(/[[\]]/g, ''));
        this.#socket.setEncoding('utf8');
        this.#socket.on('data', (text) => this.#receive(text));
        this.#socket.on('error', (error) => this.#lose(error));
        this.#socket.on('close', () => this.#lose(new Error('chand has gone')));
    }

    ask(op, members) {
        const id = ++this.#lastId;
        this.#socket.write(JSON.stringify({ op, id, ...members }) + '\n');
        return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    }

    #receive(text) {
        const lines = (this.#unfinished + text).split('\n');
        this.#unfinished = lines.pop();
        for (const line of lines) {
            const reply = JSON.parse(line);
            const { resolve, reject } = this.#asked.get(reply.id);
            this.#asked.delete(reply.id);
            if (reply.ok) resolve(reply);
            else reject(reply.reason === 'closed' ? new Closed() : new Error(line));
        }
    }

    #lose(error) {
        for (const { reject } of this.#asked.values()) reject(error);
        this.#asked.clear();
    }

    put = (chan, value) => this.ask('put', { chan, value });
    take = async (chan) => (await this.ask('take', { chan })).value;
    close = (chan) => this.ask('close', { chan });
    leave = () => this.#socket.end();
}
