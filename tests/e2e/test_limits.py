# SPDX-License-Identifier: MIT
"""Each limit, gone over by one: the request is refused, and nothing else is harmed."""
import json
import time

from harness import Daemon, DaemonTest, encoded, main, until


class Limits(DaemonTest):
    def start(self, limits, more=""):
        self.served = self.daemon("workers: 2\nlimits: {%s}\n%s" % (limits, more))
        self.asker = self.client(self.served)

    def test_request_bytes(self):
        self.start("request_bytes: 64")
        for length, fits in ((64, True), (65, False), (64, True), (100000, False)):
            line = json.dumps({"op": "ping", "id": 1}).encode()
            self.asker.send(line + b" " * (length - len(line)) + b"\n", {"op": "ping"})
            reply = self.asker.reply()
            if fits:
                self.assertEqual(reply, {"id": 1, "ok": True})
            else:
                self.assertRefused(reply, "too_large", "request_bytes")
                self.assertNotIn("id", reply)
            self.assertEqual(self.asker.reply(), {"ok": True})

    def test_a_long_line_is_refused_before_it_ends(self):
        self.start("request_bytes: 64")
        self.asker.send(b"x" * 65)
        self.assertRefused(self.asker.reply(), "too_large", "request_bytes")
        self.asker.send(b"x" * 100000 + b"\n", {"op": "ping"})
        self.assertEqual(self.asker.reply(), {"ok": True})

    def test_connections(self):
        self.start("connections: 3")
        others = [self.client(self.served) for _ in range(2)]
        for client in others:
            client.sync()
        for _ in range(3):
            late = self.client(self.served)
            reply = late.reply()
            self.assertRefused(reply, "limit", "connections")
            self.assertNotIn("id", reply)
            self.assertIsNone(late.line())
        others[0].close()
        self.connections(self.asker, 2)
        self.client(self.served).sync()
        stat = self.asker.ok("stat")["stat"]
        self.assertEqual((stat["connections"], stat["refused_total"]), (3, 3))

    def test_channels(self):
        self.start("channels: 2")
        self.asker.ok("open", chan="a")
        self.asker.park({"op": "take", "chan": "b"})
        for request in ({"op": "open", "chan": "c"}, {"op": "take", "chan": "c"},
                        {"op": "close", "chan": "c"},
                        {"op": "put", "chan": "c", "value": 1},
                        {"op": "alts", "ops": [{"op": "take", "chan": "a"},
                                               {"op": "take", "chan": "c"}]}):
            self.assertRefused(self.asker.call(**request), "limit", "channels")
        self.assertEqual(self.asker.ok("stat", chan="a")["stat"]["parked_takes"], 0)
        self.asker.ok("delete", chan="a")
        self.asker.ok("open", chan="c")

    def test_buffer_size(self):
        self.start("buffer_size: 5")
        for kind in ("fixed", "sliding", "dropping"):
            reply = self.asker.call("open", chan=kind, buffer={"kind": kind, "size": 6})
            self.assertRefused(reply, "limit", "buffer_size")
            self.asker.ok("open", chan=kind, buffer={"kind": kind, "size": 5})

    def test_memory_bytes(self):
        self.start("memory_bytes: 1KiB")
        self.asker.ok("open", chan="f", buffer={"kind": "fixed", "size": 10})
        self.asker.ok("put", chan="f", value="x" * 598)
        self.asker.park({"op": "put", "id": 1, "chan": "c", "value": "x" * 422})
        self.assertEqual(self.asker.ok("stat")["stat"]["bytes"], 1024)
        for chan in ("f", "c"):
            reply = self.asker.call("put", id=2, chan=chan, value=1)
            self.assertRefused(reply, "limit", "memory_bytes")
        self.asker.ok("take", chan="f")
        self.asker.ok("put", chan="f", value="x" * 598)

    def test_parked_per_channel(self):
        self.start("parked_per_channel: 2")
        for op, members in (("take", {}), ("put", {"value": 1})):
            self.asker.park(*[dict(members, op=op, id=i, chan=op) for i in range(2)])
            other = self.client(self.served)
            reply = other.call(op, chan=op, **members)
            self.assertRefused(reply, "limit", "parked_per_channel")
            self.assertRefused(reply, "limit", op)
            reply = other.call(op, chan=op, timeout_ms=0, **members)
            self.assertEqual(reply, {"ok": False, "reason": "timeout"})
            self.assertEqual(self.asker.call("cancel", target=0)["reason"], "cancelled")
            self.assertEqual(self.asker.reply(), {"ok": True})
            other.park(dict(members, op=op, chan=op))
            other.ok("ping")
            self.assertEqual(self.asker.call("delete", chan=op)["reason"], "cancelled")
            self.assertEqual(self.asker.reply(), {"ok": True})

    def test_max_parked_of_a_channel(self):
        self.start("parked_per_channel: 3")
        reply = self.asker.call("open", chan="m", max_parked=4)
        self.assertRefused(reply, "bad_request", "parked_per_channel")
        self.asker.ok("open", chan="m", max_parked=2)
        self.asker.park(*[{"op": "take", "id": i, "chan": "m"} for i in range(2)])
        other = self.client(self.served)
        self.assertRefused(other.call("take", chan="m"), "limit", "its max_parked allows: m")
        other.park({"op": "take", "chan": "another"})
        self.assertEqual(self.asker.call("cancel", target=1)["reason"], "cancelled")
        self.assertEqual(self.asker.reply(), {"ok": True})
        other.park({"op": "take", "chan": "m"})

    def test_a_refusal_says_whose_limit_it_is(self):
        self.start("connections: 2, channels: 1, memory_bytes: 1KiB, parked_per_connection: 1")
        other = self.client(self.served)
        other.sync()
        self.assertRefused(self.client(self.served).reply(), "limit",
                           "connections: the daemon has")
        self.assertRefused(other.call("put", chan="a", value="x" * 1023), "limit",
                           "memory_bytes: the daemon holds")
        other.park({"op": "take", "chan": "a"})
        self.assertRefused(other.call("take", chan="a"), "limit",
                           "parked_per_connection: the connection has")
        self.assertRefused(self.asker.call("open", chan="b"), "limit",
                           "channels: the daemon has")

    def test_parked_per_connection(self):
        self.start("parked_per_connection: 3")
        self.asker.park(*[{"op": "take", "id": i, "chan": "c%d" % i} for i in range(3)])
        reply = self.asker.call("take", id=9, chan="d")
        self.assertRefused(reply, "limit", "parked_per_connection")
        other = self.client(self.served)
        other.park(*[{"op": "take", "id": i, "chan": "c%d" % i} for i in range(3)])
        other.send({"op": "cancel", "target": 1})
        other.reply()
        other.reply()
        other.park({"op": "take", "id": 9, "chan": "d"})

    def test_alts_ops(self):
        self.start("alts_ops: 3")
        clause = {"op": "take", "chan": "c"}
        self.assertRefused(self.asker.call("alts", id=1, ops=[clause] * 4), "limit",
                           "alts_ops")
        reply = self.asker.call("alts", ops=[clause] * 3, timeout_ms=0)
        self.assertEqual(reply["reason"], "timeout")

    def test_idle_s(self):
        self.start("idle_s: 1")
        parked, silent, chatty = (self.client(self.served) for _ in range(3))
        parked.park({"op": "take", "chan": "c"})
        began = time.monotonic()

        def silent_has_gone():
            chatty.ok("ping")
            return silent.pending == b"" and self.gone(silent)

        until(silent_has_gone, "the silent one to be closed")
        self.assertGreater(time.monotonic() - began, 0.5)
        other = self.client(self.served)
        other.ok("put", chan="c", value="still there")
        self.assertEqual(parked.reply()["value"], "still there")
        chatty.sync()

    def gone(self, client):
        """Whether the daemon has closed; nothing else may come."""
        client.socket.setblocking(False)
        try:
            self.assertEqual(client.socket.recv(1), b"")
            return True
        except BlockingIOError:
            return False

    def test_a_client_is_as_young_as_its_connection_on_a_quiet_daemon(self):
        self.start("idle_s: 2")
        self.assertIsNone(self.asker.line()) # nobody talks: it is closed after 2 s or 3
        client = self.client(self.served)
        began = time.monotonic()
        self.assertIsNone(client.line())
        self.assertGreater(time.monotonic() - began, 1.9)

    def test_a_slow_line_is_not_idle(self):
        self.start("idle_s: 2")
        began = time.monotonic()
        line = encoded({"op": "ping"})
        for byte in line:
            self.asker.send(bytes([byte]))
            if time.monotonic() - began < 5:
                self.tick(0.4)
        self.assertEqual(self.asker.reply(), {"ok": True})
        self.assertGreater(time.monotonic() - began, 4)

    def tick(self, seconds):
        """Time is what this is about: somebody else's take times out."""
        until_when = self.client(self.served)
        until_when.call("take", chan="never", timeout_ms=int(seconds * 1000))
        until_when.close()

    def test_a_client_that_does_not_read_is_not_kept_for_ever(self):
        self.start("idle_s: 1")
        client = self.client(self.served, receive_buffer=4096)
        client.ok("open", chan="p", buffer={"kind": "promise"})
        client.ok("put", chan="p", value="x" * 100000)
        client.send(*[{"op": "take", "chan": "p"} for _ in range(60)])
        until(lambda: self.client(self.served).ok("stat")["stat"]["output_bytes"] > 0,
              "unread output")
        until(lambda: self.client(self.served).ok("stat")["stat"]["output_bytes"] == 0,
              "the end of a client that does not read")

    def test_all_limits_are_told(self):
        limits = {"request_bytes": 1000, "connections": 11, "channels": 12,
                  "buffer_size": 13, "memory_bytes": 14000, "parked_per_channel": 15,
                  "parked_per_connection": 16, "alts_ops": 17, "output_bytes": 18000,
                  "idle_s": 19, "handshake_s": 20, "request_timeout_s": 21,
                  "keepalive_s": 22, "unread_s": 23}
        self.start(json.dumps(limits)[1:-1])
        self.assertEqual(self.asker.ok("hello")["limits"], limits)


class Descriptors(DaemonTest):
    def test_running_out_pauses_accepting_and_says_so_once(self):
        daemon = self.daemon("workers: 1", descriptors=40)
        watcher = self.client(daemon)
        watcher.sync()
        free = 40 - daemon.descriptors()
        clients = [self.client(daemon) for _ in range(free)]
        for client in clients:
            client.sync()
        waiting = [self.client(daemon) for _ in range(5)]
        for client in waiting:
            client.send({"op": "ping"})
        daemon.wait_for("cannot accept on tcp://.*: Too many open files")
        for _ in range(10): # it goes on trying, and serving the others meanwhile
            watcher.call("take", chan="c", timeout_ms=50)
        self.assertEqual(len(daemon.matches("cannot accept")), 1)
        for client in clients:
            client.close()
        for client in waiting:
            self.assertEqual(client.reply(), {"ok": True})
        self.connections(watcher, 1 + len(waiting))

    def test_a_daemon_that_gets_too_few_says_why_it_does_not_start(self):
        daemon = self.daemon("workers: 4", descriptors=12, listening=0, status=1)
        self.assertEqual(daemon.wait(), 1)
        self.assertEqual(len(daemon.matches("error: .*Too many open files")), 1,
                         daemon.lines)

    def test_any_number_of_descriptors_is_enough_or_too_few(self):
        for number in range(8, 24):
            daemon = Daemon("workers: 2", descriptors=number, listening=0)
            self.addCleanup(daemon.discard)
            until(lambda d=daemon: d.matches("listening on|error: ") or d.ended, "a word")
            if not daemon.matches("listening on"):
                self.assertNotEqual(daemon.matches("error: "), [], daemon.lines)
                self.assertEqual(daemon.wait(), 1)
            self.assertEqual(daemon.findings(), [])

    def test_fewer_descriptors_than_connections_is_warned_of(self):
        daemon = self.daemon("limits: {connections: 1000}", descriptors=100)
        daemon.wait_for("warning: limits.connections is 1000, but only 100 descriptors")


if __name__ == "__main__":
    main()
