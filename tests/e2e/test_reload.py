# SPDX-License-Identifier: MIT
"""SIGHUP: what can change while the daemon runs, what cannot, and files that are wrong."""
import signal

from harness import DaemonTest, main, until

BEFORE = """
log: {level: info}
limits: {request_bytes: 1KiB, alts_ops: 4, parked_per_channel: 10, connections: 100}
channels:
  templates: [{match: "jobs/*", buffer: {kind: fixed, size: 1}}]
"""


class Reload(DaemonTest):
    def setUp(self):
        self.served = self.daemon(BEFORE + "workers: 2\n")
        self.watcher = self.client(self.served)
        self.reloads = 0

    def reload(self, text):
        self.served.configure(text)
        self.served.kill(signal.SIGHUP)
        self.served.wait_for("was read again", at=self.reloads)
        self.reloads += 1

    def limits(self, client):
        return client.ok("hello")["limits"]

    def test_limits_change_for_clients_that_are_there(self):
        others = [self.client(self.served) for _ in range(4)]
        self.reload(BEFORE.replace("request_bytes: 1KiB", "request_bytes: 100"))
        for client in others:
            until(lambda c=client: self.limits(c)["request_bytes"] == 100, "the limit")
            client.send(b" " * 101 + b"\n")
            self.assertRefused(client.reply(), "too_large", "request_bytes")
        self.reload(BEFORE)
        for client in others:
            until(lambda c=client: self.limits(c)["request_bytes"] == 1024, "the limit")
            client.send(b" " * 901 + b'{"op":"ping"}\n')
            self.assertEqual(client.reply(), {"ok": True})

    def test_the_limits_of_the_hub_change(self):
        self.reload(BEFORE.replace("parked_per_channel: 10", "parked_per_channel: 1"))
        self.watcher.park({"op": "take", "chan": "c"})
        reply = self.watcher.call("take", chan="c")
        self.assertRefused(reply, "limit", "parked_per_channel")
        reply = self.watcher.call("open", chan="d", max_parked=2)
        self.assertRefused(reply, "bad_request", "max_parked")

    def test_fewer_connections_keep_those_that_are_there(self):
        other = self.client(self.served)
        other.sync()
        self.reload(BEFORE.replace("connections: 100", "connections: 1"))
        late = self.client(self.served)
        self.assertRefused(late.reply(), "limit", "connections")
        self.assertIsNone(late.line())
        other.sync()
        self.watcher.sync()

    def test_templates_change_for_channels_to_come(self):
        self.watcher.ok("put", chan="jobs/1", value=1)
        self.reload(BEFORE.replace("fixed, size: 1", "sliding, size: 7"))
        self.watcher.ok("put", chan="jobs/2", value=1)
        stats = [self.watcher.ok("stat", chan=n)["stat"]["buffer"]
                 for n in ("jobs/1", "jobs/2")]
        self.assertEqual(stats, [{"kind": "fixed", "size": 1},
                                 {"kind": "sliding", "size": 7}])

    def test_whether_channels_come_by_themselves_changes(self):
        self.reload("channels: {auto_create: false}")
        reply = self.watcher.call("put", chan="new", value=1, timeout_ms=0)
        self.assertRefused(reply, "no_channel", "new")

    def test_the_log_level_changes(self):
        for level, limit, notices in (("error", 2, 0), ("notice", 3, 1), ("error", 5, 1)):
            self.served.configure("workers: 2\nlog: {level: %s}\nlimits: {alts_ops: %d}"
                                  % (level, limit))
            self.served.kill(signal.SIGHUP)
            until(lambda n=limit: self.limits(self.watcher)["alts_ops"] == n, "the limit")
            if notices:
                self.served.wait_for("was read again", at=notices - 1)
        self.served.kill(signal.SIGHUP)
        self.served.stop()
        self.assertEqual(len(self.served.matches("was read again")), 1)

    def test_a_quiet_daemon_says_nothing_of_a_reload(self):
        quiet = self.daemon("limits: {alts_ops: 2}", args=["--log-level", "notice"])
        client = self.client(quiet)
        quiet.configure("log: {level: error}\nlimits: {alts_ops: 3}")
        quiet.kill(signal.SIGHUP)
        until(lambda: self.limits(client)["alts_ops"] == 3, "the limit")
        quiet.wait_for("was read again") # --log-level overrides the file

    def test_keys_that_are_fixed_are_warned_of_and_stay(self):
        self.reload("listen: [tcp://127.0.0.1:1]\nworkers: 7\n"
                    "channels: {open: [{name: late}]}")
        for key in ("listen", "workers", "channels.open"):
            self.served.wait_for("warning: %s has changed" % key)
        self.assertEqual(self.watcher.ok("stat")["stat"]["workers"], 2)
        self.assertRefused(self.watcher.call("stat", chan="late"), "no_channel", "late")
        self.client(self.served).sync()

    def test_a_wrong_file_changes_nothing_and_all_mistakes_are_told(self):
        self.served.configure("limits: {alts_ops: 9999999}\nnonsense: 1\n")
        self.served.kill(signal.SIGHUP)
        self.served.wait_for("stays as it was")
        self.served.wait_for(r"chand.yaml:1:\d+: limits.alts_ops: ")
        self.served.wait_for(r"chand.yaml:2:1: nonsense: ")
        self.assertEqual(self.limits(self.watcher)["alts_ops"], 4)

    def test_many_reloads_leave_nothing_behind(self):
        self.watcher.sync()
        before = self.served.descriptors()
        for i in range(20):
            self.reload(BEFORE.replace("alts_ops: 4", "alts_ops: %d" % (i + 10)))
        until(lambda: self.limits(self.watcher)["alts_ops"] == 29, "the limit")
        self.assertEqual(self.served.descriptors(), before)

    def test_what_is_parked_survives(self):
        self.watcher.park({"op": "take", "chan": "c"})
        self.reload(BEFORE.replace("parked_per_channel: 10", "parked_per_channel: 1"))
        other = self.client(self.served)
        other.ok("put", chan="c", value="survived")
        self.assertEqual(self.watcher.reply()["value"], "survived")

    def test_without_a_file_there_is_nothing_to_read(self):
        daemon = self.daemon()
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("no configuration file")
        self.client(daemon).sync()


if __name__ == "__main__":
    main()
