# SPDX-License-Identifier: MIT
"""Any bytes from anybody: an error, never a crash, a leak, or harm to another client.

CHAND_TEST_SEED repeats a run.
"""
import json
import os
import random
import select
import signal

from harness import PATIENCE, SANITIZED, DaemonTest, encoded, main, until

SEED = int(os.environ.get("CHAND_TEST_SEED", random.randrange(1 << 32)))
RESETS = 1000 if SANITIZED else 10000
REQUESTS = [
    {"op": "put", "id": 1, "chan": "h", "value": {"a": [1, 2.5, "\u00e9", None]},
     "timeout_ms": 0},
    {"op": "take", "id": "x", "chan": "h", "timeout_ms": 1},
    {"op": "alts", "id": 2, "ops": [{"op": "take", "chan": "h"},
                                    {"op": "put", "chan": "i", "value": 0}],
     "timeout_ms": 0, "priority": True},
    {"op": "open", "chan": "h", "buffer": {"kind": "fixed", "size": 3}, "max_parked": 7},
    {"op": "close", "chan": "j"}, {"op": "delete", "chan": "j"},
    {"op": "cancel", "target": 1}, {"op": "list", "prefix": "h*", "limit": 3},
    {"op": "stat"}, {"op": "hello", "client": "h"}, {"op": "ping", "id": 3},
]


class Hostile(DaemonTest):
    def setUp(self):
        print("CHAND_TEST_SEED=%d" % SEED)
        self.dice = random.Random(SEED)
        self.served = self.daemon("workers: 2\nlimits: {request_bytes: 64KiB}")
        self.bystander = self.client(self.served)
        self.bystander.sync()
        self.before = self.served.descriptors()

    def tearDown(self):
        """The bystander is served as before, and nobody has left anything."""
        self.connections(self.bystander, 1)
        self.bystander.send({"op": "put", "id": 1, "chan": "mine", "value": "mine"})
        self.assertEqual(self.bystander.call("take", id=2, chan="mine"),
                         {"id": 1, "ok": True})
        self.assertEqual(self.bystander.reply(), {"id": 2, "ok": True, "value": "mine"})
        self.assertEqual(self.served.descriptors(), self.before)
        self.assertEqual(self.bystander.ok("stat")["stat"]["parked"], 0)

    def replies(self, client):
        """Every line until the end; each must be a reply."""
        count = 0
        while True:
            line = client.line()
            if line is None:
                return count
            self.assertIn(json.loads(line)["ok"], (True, False))
            count += 1

    def test_random_bytes_get_error_replies(self):
        for _ in range(30):
            client = self.client(self.served)
            lines = [bytes(self.dice.randrange(256) for _ in range(self.dice.randrange(300)))
                     for _ in range(20)]
            client.send(b"\n".join(lines), b"\n", {"op": "ping"})
            client.half_close()
            self.assertGreater(self.replies(client), 0)
            client.close()

    def test_damaged_requests_are_answered_or_waited_for(self):
        for _ in range(30):
            client = self.client(self.served)
            for _ in range(50):
                line = bytearray(json.dumps(self.dice.choice(REQUESTS)).encode())
                for _ in range(self.dice.randrange(4)):
                    line[self.dice.randrange(len(line))] = self.dice.choice(
                        b'{}[]",:0-9.eE\\u\x00\x7f\xc3\xff tfn')
                client.send(bytes(line) + b"\n")
            client.half_close()
            self.replies(client)
            client.close()
        self.bystander.send({"op": "list"})
        for stat in self.bystander.reply()["channels"]:
            self.bystander.ok("delete", chan=stat["name"])

    def test_a_line_of_megabytes_is_passed_over(self):
        client = self.client(self.served)
        for _ in range(3):
            client.send(b'{"op":"ping","id":"' + b"x" * 3000000 + b'"}\n', {"op": "ping"})
            self.assertRefused(client.reply(), "too_large", "request_bytes")
            self.assertEqual(client.reply(), {"ok": True})
        client.close()

    def test_deep_nesting_is_refused_and_the_deepest_allowed_passes(self):
        client = self.client(self.served)
        for depth, fine in ((511, True), (600, False), (30000, False)):
            value = b"[" * depth + b"]" * depth
            client.send(b'{"op":"put","chan":"deep","timeout_ms":0,"value":' + value + b"}\n")
            self.assertEqual(client.reply()["reason"], "timeout" if fine else "bad_json")
        client.close()

    def test_a_client_that_writes_byte_by_byte_is_understood(self):
        client = self.client(self.served)
        for request in REQUESTS[:4] + [{"op": "ping", "id": "slow"}]:
            for byte in json.dumps(request).encode() + b"\n":
                client.send(bytes([byte]))
                if self.dice.random() < 0.1:
                    self.bystander.sync()
        while client.reply() != {"id": "slow", "ok": True}:
            pass
        self.bystander.ok("delete", chan="h")
        self.bystander.ok("delete", chan="i")
        client.close()

    def test_thousands_of_connections_come_and_are_reset(self):
        for i in range(RESETS):
            if i == RESETS // 5:
                early = self.served.rss()
            client = self.served.connect()
            if i % 3 == 1:
                client.send({"op": "take", "chan": "h"})
            elif i % 3 == 2:
                client.send(b'{"op":"put","chan":"h","val')
            client.reset()
        self.connections(self.bystander, 1)
        if not SANITIZED:
            self.assertLess(self.served.rss(), early + (2 << 20))

    def test_resets_in_the_middle_of_answers(self):
        self.bystander.ok("open", chan="p", buffer={"kind": "promise"})
        self.bystander.ok("put", chan="p", value="x" * 50000)
        for _ in range(60):
            client = self.served.connect(receive_buffer=4096)
            client.send(*[{"op": "take", "chan": "p"} for _ in range(self.dice.randrange(1, 300))])
            if self.dice.random() < 0.5:
                client.line() if self.dice.random() < 0.5 else client.half_close()
            client.reset()
        self.bystander.ok("delete", chan="p")

    def test_a_flood_of_bad_lines_is_answered_one_by_one(self):
        client = self.client(self.served)
        client.send(b"\n".join([b"{"] * 5000) + b"\n")
        for _ in range(5000):
            self.assertEqual(client.reply()["reason"], "bad_json")
        client.close()

    def pour(self, client, data):
        """Sends it again and again, until the daemon has read no more of it for a while."""
        client.socket.setblocking(False)
        sent = 0
        while select.select([], [client.socket], [], 0.5)[1]:
            sent = (sent + client.socket.send(data[sent:])) % len(data)
        client.socket.settimeout(PATIENCE)

    def test_a_pipeline_without_end_that_parks_and_is_not_read_is_bounded(self):
        served = self.daemon("workers: 1\nlimits: {parked_per_connection: 500, "
                             "output_bytes: 64KiB}")
        watcher = self.client(served)
        clients = [self.client(served, receive_buffer=4096) for _ in range(4)]
        for client in clients:
            self.pour(client, encoded({"op": "take", "chan": "c"}) * 1000)
        totals = watcher.ok("stat")["stat"]
        self.assertEqual(totals["parked"], 500 * len(clients))
        self.assertLess(totals["output_bytes"], (64 + 64) * 1024 * len(clients))
        for client in clients:
            client.reset()
        self.connections(watcher, 1)
        totals = watcher.ok("stat")["stat"]
        self.assertEqual((totals["parked"], totals["output_bytes"]), (0, 0))


class Descriptors(DaemonTest):
    def test_who_is_there_is_served_and_who_waits_gets_in_when_others_leave(self):
        daemon = self.daemon("workers: 2", descriptors=60)
        watcher = self.client(daemon)
        watcher.sync()
        crowd = [self.client(daemon) for _ in range(500)]
        for client in crowd:
            client.send({"op": "ping"})
        daemon.wait_for("cannot accept on tcp://.*: Too many open files")
        served = 0
        while crowd:  # those who are in leave, one by one, and make room
            client = crowd.pop(0)
            self.assertEqual(client.reply(), {"ok": True})
            client.close()
            served += 1
            if served % 50 == 0:
                watcher.ok("ping")
        daemon.wait_for("accepting on tcp://.* again")
        self.assertEqual(len(daemon.matches("cannot accept")), 1, daemon.lines)
        self.connections(watcher, 1)

    def test_a_reload_works_without_any(self):
        daemon = self.daemon("workers: 1", descriptors=40)
        watcher = self.client(daemon)
        crowd = [self.client(daemon) for _ in range(60)]
        daemon.wait_for("cannot accept")
        daemon.configure("limits: {alts_ops: 7}")
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("was read again")
        until(lambda: watcher.ok("hello")["limits"]["alts_ops"] == 7, "the new limits")
        self.assertEqual(len(crowd), 60)


if __name__ == "__main__":
    main()
