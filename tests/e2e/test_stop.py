# SPDX-License-Identifier: MIT
"""The orderly end: parked requests are answered, output is flushed, status 0, 3 s at most."""
import json
import os
import signal
import tempfile
import socket
import time

from harness import SLOW, DaemonTest, main, until


class Stop(DaemonTest):
    def test_both_signals_end_it_with_status_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = self.daemon()
            self.assertEqual(daemon.stop(number), 0)

    def test_being_told_again_and_again_changes_nothing(self):
        for _ in range(5):
            daemon = self.daemon()
            while daemon.process.poll() is None:
                daemon.kill(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)

    def test_what_is_parked_is_answered_cancelled_and_then_the_end(self):
        daemon = self.daemon("workers: 2")
        takers = [self.client(daemon) for _ in range(20)]
        for i, taker in enumerate(takers):
            taker.park({"op": "take", "id": i, "chan": "c"},
                       {"op": "alts", "id": "alts", "ops": [{"op": "take", "chan": "d"}]})
        daemon.kill(signal.SIGTERM)
        for i, taker in enumerate(takers):
            self.assertEqual(taker.reply(), {"id": i, "ok": False, "reason": "cancelled"})
            self.assertEqual(taker.reply(),
                             {"id": "alts", "ok": False, "reason": "cancelled"})
            self.assertIsNone(taker.line())
        self.assertEqual(daemon.wait(), 0)

    def test_nobody_is_accepted_any_more(self):
        daemon = self.daemon()
        lazy = self.lazy(daemon)
        daemon.kill(signal.SIGTERM)
        daemon.wait_for("stopping")
        until(lambda: not self.connects(daemon), "the listener to close")
        lazy.close()
        self.assertEqual(daemon.wait(), 0)

    def connects(self, daemon):
        with socket.socket() as probe:
            return probe.connect_ex(daemon.address()) == 0

    def lazy(self, daemon):
        """A client with much to read, which does not."""
        client = self.client(daemon, receive_buffer=4096)
        client.ok("open", chan="p", buffer={"kind": "promise"})
        client.call("put", chan="p", value="x" * 100000)
        client.send(*[{"op": "take", "id": i, "chan": "p"} for i in range(60)])
        watcher = self.client(daemon)
        until(lambda: watcher.ok("stat")["stat"]["output_bytes"] > 0, "unread output")
        return client

    def test_output_is_flushed(self):
        daemon = self.daemon("limits: {output_bytes: 16MiB}")
        lazy = self.lazy(daemon)
        parked = self.client(daemon)
        parked.park({"op": "take", "chan": "c"})
        daemon.kill(signal.SIGTERM)
        self.assertEqual(parked.reply()["reason"], "cancelled")
        self.assertIsNone(parked.line())
        for i in range(60):
            self.assertEqual(lazy.reply(), {"id": i, "ok": True, "value": "x" * 100000})
        self.assertIsNone(lazy.line())
        self.assertEqual(daemon.wait(), 0)

    def test_output_is_flushed_to_one_whose_requests_were_not_all_read(self):
        daemon = self.daemon()
        lazy = self.lazy(daemon)
        lazy.send(*[{"op": "ping", "id": "unread"}] * 100)
        daemon.kill(signal.SIGTERM)
        daemon.wait_for("stopping")
        lines = [json.loads(line) for line in iter(lazy.line, None)]
        self.assertGreater(len(lines), 9)
        for i, reply in enumerate(lines):
            self.assertEqual(reply, {"id": i, "ok": True, "value": "x" * 100000})
        self.assertEqual(daemon.wait(), 0)

    def test_a_client_that_never_reads_delays_it_by_three_seconds_at_most(self):
        daemons = [self.daemon("workers: %d" % workers) for workers in (1, 2, 1, 2)]
        for daemon in daemons:
            self.lazy(daemon)
            self.lazy(daemon)
        began = time.monotonic()
        for daemon in daemons:
            daemon.kill(signal.SIGTERM)
        for daemon in daemons:
            self.assertEqual(daemon.wait(), 0)
            self.assertLess(time.monotonic() - began, 3 + 0.7 * SLOW)

    def test_a_second_signal_changes_nothing(self):
        daemon = self.daemon()
        lazy = self.lazy(daemon)
        for _ in range(3):
            daemon.kill(signal.SIGTERM)
        daemon.wait_for("stopping")
        daemon.kill(signal.SIGINT)
        daemon.kill(signal.SIGHUP)
        lazy.close()
        self.assertEqual(daemon.wait(), 0)

    def test_it_stops_under_load(self):
        daemon = self.daemon("workers: 2")
        clients = [self.client(daemon) for _ in range(200)]
        for client in clients:
            client.send(*[{"op": op, "chan": "c%d" % (i % 7), "value": i} if op == "put"
                          else {"op": op, "chan": "c%d" % (i % 7)}
                          for i in range(20) for op in ("put", "take")])
        for i, client in enumerate(clients):
            if i % 3 == 0:
                client.half_close()
        daemon.kill(signal.SIGTERM)
        for client in clients:
            self.drain(client)
        self.assertEqual(daemon.wait(), 0)

    def drain(self, client):
        """Whole lines until the end, which a reset may be: the daemon had not read all."""
        try:
            while client.line() is not None:
                pass
        except ConnectionResetError:
            pass

    def test_a_unix_socket_file_goes_with_it(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "sock")
        daemon = self.daemon(listen=("unix://" + path,))
        self.assertTrue(os.path.exists(path))
        self.client(daemon).sync()
        self.assertEqual(daemon.stop(), 0)
        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    main()
