# SPDX-License-Identifier: MIT
"""Clients that do not read: they are not read either, and harm nobody else."""
from harness import SANITIZED, DaemonTest, encoded, main, until

MIB = 1 << 20
STAT = encoded({"op": "stat"})


class Output(DaemonTest):
    def start(self, limits):
        self.served = self.daemon("workers: 2\nlimits: {%s}" % limits)
        self.watcher = self.client(self.served)
        self.watcher.ok("open", chan="p", buffer={"kind": "promise"})
        self.watcher.ok("put", chan="p", value="x" * 100000)

    def totals(self):
        return self.watcher.ok("stat")["stat"]

    def gorge(self, client, most=4000):
        """Takes without reading, until the daemon does not read any more. (How much waits
        then can be less than the limit, if the kernel took some more after that.)"""
        client.socket.settimeout(0.2)
        request = b""
        before, last, rests = self.totals()["output_bytes"], 0, 0
        for _ in range(most):
            request = request or b" " * 4000 + encoded({"op": "take", "chan": "p"})
            try:
                request = request[client.socket.send(request):]
                rests = 0
            except TimeoutError:
                now = self.totals()
                at_rest = now["received_bytes"] == last + len(STAT)
                rests = rests + 1 if at_rest and now["output_bytes"] > before else 0
                last = now["received_bytes"]
            if rests == 3:
                return
        self.fail("the daemon reads on and on")

    def test_a_client_that_does_not_read_is_not_read(self):
        self.start("output_bytes: 256KiB")
        client = self.client(self.served, receive_buffer=4096)
        self.gorge(client)
        waits = self.totals()["output_bytes"]
        self.assertGreater(waits, 0)
        self.assertLess(waits, 16 * MIB)

    def test_others_go_on_beside_a_client_that_does_not_read(self):
        self.start("output_bytes: 64KiB")
        for _ in range(4): # so that every worker has such a client
            self.gorge(self.client(self.served, receive_buffer=4096))
        for i in range(8):
            other = self.client(self.served)
            other.send({"op": "take", "chan": "c%d" % i})
            self.watcher.ok("put", chan="c%d" % i, value=i)
            self.assertEqual(other.reply(), {"ok": True, "value": i})

    def test_one_that_reads_again_gets_all_in_order_and_is_read_again(self):
        self.start("output_bytes: 64KiB")
        client = self.client(self.served)
        count = 60
        client.send(*[{"op": "take", "id": i, "chan": "p"} for i in range(count)])
        until(lambda: self.totals()["output_bytes"] > 64 * 1024, "output that waits")
        for i in range(count):
            self.assertEqual(client.reply(), {"id": i, "ok": True, "value": "x" * 100000})
        client.sync()
        until(lambda: self.totals()["output_bytes"] == 0, "all output to be read")

    def test_requests_behind_the_choke_are_started_in_their_order(self):
        self.start("output_bytes: 1KiB")
        self.watcher.ok("open", chan="f", buffer={"kind": "fixed", "size": 1000})
        client = self.client(self.served)
        for i in range(200):
            client.send({"op": "take", "id": "big", "chan": "p"},
                        {"op": "put", "id": i, "chan": "f", "value": i})
            if i % 50 == 49:
                for n in range(i - 49, i + 1):
                    self.assertEqual(client.reply()["id"], "big")
                    self.assertEqual(client.reply(), {"id": n, "ok": True})
        self.assertEqual([self.watcher.ok("take", chan="f")["value"] for _ in range(200)],
                         list(range(200)))

    def test_long_values_among_short_ones_arrive_whole_however_they_are_read(self):
        self.start("output_bytes: 8MiB")
        lengths = [(1 << i % 17) + i for i in range(300)]
        taker = self.client(self.served, receive_buffer=4096)
        taker.send(*[{"op": "take", "id": i, "chan": "c"} for i in range(150)])
        taker.sync()
        self.watcher.send(*[{"op": "put", "chan": "c", "value": "%d:" % i + "v" * length}
                            for i, length in enumerate(lengths)])
        taker.send(*[{"op": "take", "id": i, "chan": "c"} for i in range(150, 300)])
        for i, length in enumerate(lengths):
            value = "%d:" % i + "v" * length
            self.assertEqual(taker.reply(), {"id": i, "ok": True, "value": value})

    def test_what_waits_to_be_read_counts_as_memory(self):
        self.start("output_bytes: 3MiB, memory_bytes: 1MiB, request_bytes: 2MiB")
        client = self.client(self.served, receive_buffer=4096)
        self.gorge(client)
        reply = self.watcher.call("put", chan="c", value="y", timeout_ms=5000)
        self.assertRefused(reply, "limit", "memory_bytes")
        client.reset()
        until(lambda: self.totals()["output_bytes"] == 0, "the output to go")
        self.watcher.ok("open", chan="f", buffer={"kind": "fixed", "size": 1})
        self.watcher.ok("put", chan="f", value="y")

    def leave_unread(self, chan):
        """Four clients, each of which takes eighty values and does not read them."""
        clients = [self.client(self.served, receive_buffer=4096) for _ in range(4)]
        for client in clients:
            client.send(*[{"op": "take", "chan": chan} for _ in range(80)])
        until(lambda: self.totals()["output_bytes"] > 15 * MIB, "output that waits")
        return clients

    def test_a_value_that_many_do_not_read_is_held_once(self):
        self.start("output_bytes: 8MiB")
        before = self.totals()["memory_bytes"]
        empty = self.served.rss()
        clients = self.leave_unread("p")
        self.assertLess(self.totals()["memory_bytes"] - before, MIB)
        if not SANITIZED:
            self.assertLess(self.served.rss() - empty, 4 * MIB)
        for client in clients:
            client.reset()
        self.connections(self.watcher, 1)
        self.assertEqual(self.totals()["memory_bytes"], before)

    def test_the_memory_of_output_is_given_back(self):
        self.start("output_bytes: 8MiB")
        self.watcher.ok("open", chan="f", buffer={"kind": "fixed", "size": 320})
        for _ in range(320):
            self.watcher.ok("put", chan="f", value="x" * 100000)
        clients = self.leave_unread("f")
        full = self.served.rss()
        for client in clients:
            client.reset()
        self.connections(self.watcher, 1)
        self.assertEqual(self.totals()["output_bytes"], 0)
        if not SANITIZED: # which keep memory on purpose
            until(lambda: self.served.rss() < full - 10 * MIB, "the memory to shrink")


if __name__ == "__main__":
    main()
