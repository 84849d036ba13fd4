# SPDX-License-Identifier: MIT
"""What a user may use up, and how fast, over all its connections."""
import os
import time

from guarded import ALICE, ALL, BOB, AccessTest, user
from harness import encoded, main, until


class UserLimits(AccessTest):
    def limited(self, **limits):
        return self.guarded(user("alice", ALL, token=ALICE, limits=limits),
                            user("bob", ALL, token=BOB))

    def test_of_connections_refuse_the_one_too_many_and_count_those_that_are_there(self):
        daemon = self.limited(connections=2)
        first, _ = self.greeted(daemon), self.greeted(daemon)
        third = self.client(daemon)
        self.assertRefused(third.call("hello", id=1, token=ALICE), "limit", "connections")
        self.assertClosed(third)
        self.greeted(daemon, BOB)
        first.close()

        def free():
            client = self.client(daemon)
            return client.call("hello", token=ALICE)["ok"]

        until(free, "a place for another connection")

    def test_of_connections_hold_for_unix_sockets_where_there_is_nobody_to_answer(self):
        daemon = self.guarded(user("me", ALL, uid=os.getuid(), limits={"connections": 1}),
                              listen=(self.unix(),))
        self.client(daemon).ok("ping")
        second = self.client(daemon)
        reply = second.reply()
        self.assertRefused(reply, "limit", "connections")
        self.assertNotIn("id", reply)
        self.assertClosed(second)

    def test_of_parked_requests_span_connections(self):
        daemon = self.limited(parked=3)
        one, two = self.greeted(daemon), self.greeted(daemon)
        one.park({"op": "take", "id": 1, "chan": "a"}, {"op": "take", "id": 2, "chan": "b"})
        two.park({"op": "put", "id": 3, "chan": "c", "value": 1})
        for client in (one, two):
            self.assertRefused(client.call("take", id=9, chan="d"), "limit", "parked")
        self.assertEqual(two.call("take", chan="d", timeout_ms=0)["reason"], "timeout")
        self.greeted(daemon, BOB).park({"op": "take", "id": 1, "chan": "d"})
        one.close()
        until(lambda: two.call("take", id=9, chan="d", timeout_ms=1)["reason"] == "timeout",
              "places of those who went")

    def test_of_bytes_count_what_was_put_until_it_is_gone(self):
        daemon = self.limited(buffered_bytes=10)
        alice, bob = self.greeted(daemon), self.greeted(daemon, BOB)
        alice.ok("open", chan="f", buffer={"kind": "fixed", "size": 100})
        alice.ok("put", chan="f", value="x" * 4)
        alice.park({"op": "put", "id": 1, "chan": "p", "value": 1234})
        self.assertRefused(alice.call("put", chan="f", value=1), "limit", "buffered_bytes")
        self.assertRefused(alice.call("put", chan="q", value=1), "limit", "buffered_bytes")
        bob.ok("put", chan="f", value="y" * 100)
        self.assertEqual(bob.ok("take", chan="f")["value"], "xxxx")
        alice.ok("put", chan="f", value=123456)
        self.assertRefused(alice.call("put", chan="f", value=1), "limit", "buffered_bytes")
        alice.send({"op": "cancel", "id": 3, "target": 1})
        self.assertEqual([alice.reply()["id"] for _ in range(2)], [1, 3])
        alice.ok("put", chan="f", value=1234)
        self.assertRefused(alice.call("put", chan="f", value=1), "limit", "buffered_bytes")

    def test_of_bytes_are_free_for_what_goes_from_hand_to_hand(self):
        daemon = self.limited(buffered_bytes=10)
        alice, bob = self.greeted(daemon), self.greeted(daemon, BOB)
        bob.park({"op": "take", "id": 1, "chan": "c"})
        alice.ok("put", chan="c", value="x" * 1000)
        self.assertEqual(bob.reply()["value"], "x" * 1000)


class Rate(AccessTest):
    RATE, EXTRA = 200, 150

    def flood(self, client, count):
        client.send(b"".join(encoded({"op": "ping", "id": i}) for i in range(count)))

    def test_is_kept_and_nothing_is_lost(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE,
                                   limits={"requests_per_s": self.RATE}))
        client = self.greeted(daemon)
        began = time.monotonic()
        self.flood(client, self.RATE + self.EXTRA)
        for i in range(self.RATE + self.EXTRA):
            self.assertEqual(client.reply(), {"id": i, "ok": True})
        self.assertGreater(time.monotonic() - began, 0.9 * self.EXTRA / self.RATE)

    def test_is_that_of_all_connections_together(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE,
                                   limits={"requests_per_s": self.RATE}))
        clients = [self.greeted(daemon) for _ in range(4)]
        began = time.monotonic()
        for client in clients:
            self.flood(client, (self.RATE + self.EXTRA) // 4)
        for client in clients:
            for i in range((self.RATE + self.EXTRA) // 4):
                self.assertEqual(client.reply(), {"id": i, "ok": True})
        self.assertGreater(time.monotonic() - began, 0.8 * self.EXTRA / self.RATE)

    def test_stops_the_reading_of_that_connection_alone(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE, limits={"requests_per_s": 1}),
                              user("bob", ALL, token=BOB), keys={"workers": 1})
        alice, bob = self.greeted(daemon), self.greeted(daemon, BOB)
        alice.socket.setblocking(False)
        padding = " " * 1000
        line = ('{"op":"ping"%s}\n' % padding).encode()
        sent = 0
        try:
            while sent < 64 << 20:
                sent += alice.socket.send(line * 100)
        except BlockingIOError:
            pass
        self.assertLess(sent, 64 << 20)
        for _ in range(100):
            bob.ok("ping")
        self.assertLess(bob.ok("stat")["stat"]["received_bytes"], 1 << 20)

    def test_is_waited_for_without_keeping_the_end_from_being_seen(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE, limits={"requests_per_s": 100}),
                              user("bob", ALL, token=BOB))
        alice, bob = self.greeted(daemon), self.greeted(daemon, BOB)
        self.flood(alice, 150)
        alice.half_close()
        for i in range(150):
            self.assertEqual(alice.reply(), {"id": i, "ok": True})
        self.assertClosed(alice)
        self.connections(bob, 1)

    def test_does_not_keep_the_daemon_from_stopping(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE, limits={"requests_per_s": 1}))
        alice = self.greeted(daemon)
        self.flood(alice, 1000)
        until(lambda: alice.line() is not None, "a reply")
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    main()
