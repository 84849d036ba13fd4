# SPDX-License-Identifier: MIT
"""Clients that go: what they had parked is over at once, and what they asked is answered."""
from harness import DaemonTest, main


class Disconnect(DaemonTest):
    def setUp(self):
        self.served = self.daemon("workers: 2")
        self.watcher = self.client(self.served)

    def parked(self, name):
        stat = self.watcher.call("stat", chan=name)
        if not stat["ok"]:
            return 0, 0
        return stat["stat"]["parked_puts"], stat["stat"]["parked_takes"]

    def leave_with(self, how, request, others=0):
        """A client parks this on channel `c`, and goes."""
        client = self.client(self.served)
        client.park(request)
        self.assertNotEqual(self.parked("c"), (0, 0))
        how(client)
        self.connections(self.watcher, 1 + others)

    def test_values_are_not_handed_to_a_client_that_has_closed(self):
        for how in (lambda c: c.close(), lambda c: c.reset()):
            self.leave_with(how, {"op": "take", "chan": "c"})
            self.assertEqual(self.parked("c"), (0, 0))
            reply = self.watcher.call("put", chan="c", value=1, timeout_ms=0)
            self.assertEqual(reply, {"ok": False, "reason": "timeout"})

    def test_values_of_a_client_that_has_closed_are_not_taken(self):
        for how in (lambda c: c.close(), lambda c: c.reset()):
            self.leave_with(how, {"op": "put", "chan": "c", "value": 1})
            self.assertEqual(self.parked("c"), (0, 0))
            reply = self.watcher.call("take", chan="c", timeout_ms=0)
            self.assertEqual(reply, {"ok": False, "reason": "timeout"})

    def test_an_alts_leaves_all_its_channels(self):
        self.leave_with(lambda c: c.close(), {"op": "alts", "ops": [
            {"op": "take", "chan": "b"}, {"op": "put", "chan": "c", "value": 1}]})
        self.assertEqual((self.parked("b"), self.parked("c")), ((0, 0), (0, 0)))

    def test_the_next_taker_gets_what_one_that_has_gone_did_not(self):
        second = self.client(self.served)
        self.leave_with(lambda c: c.reset(), {"op": "take", "chan": "c"}, 1)
        second.park({"op": "take", "chan": "c"})
        self.watcher.ok("put", chan="c", value="for the second")
        self.assertEqual(second.reply()["value"], "for the second")

    def test_half_close_answers_all_and_cancels_what_is_parked(self):
        client = self.client(self.served)
        client.send({"op": "ping", "id": 1}, {"op": "take", "id": 2, "chan": "c"},
                    {"op": "put", "id": 3, "chan": "d", "value": 3},
                    {"op": "take", "id": 4, "chan": "d"})
        client.half_close()
        self.assertEqual([client.reply() for _ in range(5 - 1)], [
            {"id": 1, "ok": True}, {"id": 3, "ok": True},
            {"id": 4, "ok": True, "value": 3},
            {"id": 2, "ok": False, "reason": "cancelled"}])
        self.assertIsNone(client.line())
        self.connections(self.watcher, 1)

    def test_half_close_with_much_to_read_gets_all_of_it(self):
        self.watcher.ok("open", chan="p", buffer={"kind": "promise"})
        self.watcher.ok("put", chan="p", value="x" * 100000)
        client = self.client(self.served)
        client.send(*[{"op": "take", "id": i, "chan": "p"} for i in range(100)])
        client.half_close()
        for i in range(100):
            self.assertEqual(client.reply(), {"id": i, "ok": True, "value": "x" * 100000})
        self.assertIsNone(client.line())

    def test_an_unfinished_line_at_the_end_is_dropped(self):
        client = self.client(self.served)
        client.send({"op": "ping"}, b'{"op":"put","chan":"c","value":1}')
        client.half_close()
        self.assertEqual(client.line(), b'{"ok":true}')
        self.assertIsNone(client.line())
        self.assertEqual(self.parked("c"), (0, 0))

    def test_descriptors_and_connections_are_given_back(self):
        self.watcher.sync()
        before = self.served.descriptors()
        for i in range(50):
            client = self.client(self.served)
            client.park({"op": "take", "chan": "c%d" % i})
            client.reset() if i % 2 else client.close()
        self.connections(self.watcher, 1)
        self.assertEqual(self.served.descriptors(), before)
        self.assertEqual(self.watcher.ok("list")["channels"], [])


if __name__ == "__main__":
    main()
