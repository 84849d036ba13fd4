# SPDX-License-Identifier: MIT
"""A daemon that starts, reads its configuration again, or stops while something fails."""
import contextlib
import errno
import json
import shutil
import signal
import tempfile

from certificates import Authority
from failing import ALWAYS, ONE_BYTE, FailingTest, Page, named
from guarded import ALICE, SECRET_HASH, configured, user
from harness import Daemon, main, until

OUTCOME = r"chand\.yaml (was read again|was not taken)"


class Changing(FailingTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="chand-test-fail-")
        cls.authority = Authority(cls.folder)
        cls.pem, cls.key = cls.authority.issue("server")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def configuration(self, alts_ops, *rules, tls=False):
        """Some of everything that there is to be read."""
        listen = ["tcp://127.0.0.1:0", {"uri": "unix://%s/s" % self.folder, "mode": "0600"}]
        if tls:
            listen.append({"uri": "tls://127.0.0.1:0", "certificate": self.pem,
                           "key": self.key, "client_ca": self.authority.pem})
        return configured(
            user("alice", *rules, token=ALICE, limits={"parked": 9}),
            {"name": "bob", "tokens": [SECRET_HASH], "uid": 12345,
             "rules": [{"allow": ["all"]}]},
            listen=listen, limits={"alts_ops": alts_ops, "parked_per_channel": 2 * alts_ops},
            channels={"templates": [{"match": "b/*", "buffer": {"kind": "fixed", "size": 2}}],
                      "open": [{"name": "o/%d" % n} for n in range(3)]})

    def before(self, tls=False):
        return self.configuration(4, {"allow": ["all"], "channels": ["k/*"]}, tls=tls)

    def after(self):
        return self.configuration(5, {"deny": ["put"], "channels": ["k/no"]},
                                  {"allow": ["put", "take", "open", "delete"],
                                   "channels": ["k/*"]})

    # Reading it again.

    def reload(self, daemon, text):
        """Whether it was taken."""
        with daemon.seen:
            daemon.lines.clear()
        daemon.configure(text)
        daemon.kill(signal.SIGHUP)
        return daemon.wait_for(OUTCOME)[1] == "was read again"

    def check(self, client, taken):
        """All that was read counts, or nothing of it does."""
        self.assertEqual(client.ok("hello")["limits"]["alts_ops"], 5 if taken else 4)
        reply = client.call("open", chan="k/o", max_parked=9)
        self.assertEqual(reply["ok"], taken, reply)
        client.ok("delete", chan="k/o")
        for request, fails in ((("put", "k/yes"), False), (("put", "k/no"), taken),
                               (("take", "k/yes"), False), (("close", "k/yes"), taken),
                               (("put", "elsewhere"), True)):
            op, chan = request
            members = {"value": 1} if op == "put" else {}
            if op != "close":
                members["timeout_ms"] = 0
            reply = client.call(op, chan=chan, **members)
            self.assertEqual(reply.get("reason") == "forbidden", fails, (request, reply))

    def reload_once(self, daemon, kind, after, count):
        """One reload in which these fail; how many calls were seen, and failed."""
        client = daemon.connect()
        client.ok("hello", token=ALICE)
        self.page.begin(kind, after, count)
        taken = self.reload(daemon, self.after())
        seen, failed = self.page.end()
        if after == ALWAYS:
            self.assertTrue(taken)
        with self.watcher(daemon) as other:
            self.check(other, taken)
        if client.call("ping"): # or it was closed, for what it is was not remembered
            self.check(client, taken)
        client.close()
        self.assertTrue(self.reload(daemon, self.before()))
        return seen, failed

    def test_a_reload_takes_all_or_nothing(self):
        daemon = self.failing(self.before(), listen=(), listening=2, token=ALICE)
        seen, _ = self.reload_once(daemon, "memory", ALWAYS, 1)
        for count, most in ((1, 500), (ALWAYS, 40)):
            for after in self.numbers(seen, most):
                with named("reload", "memory", after, count, 0, daemon):
                    self.reload_once(daemon, "memory", after, count)

    # Starting.

    def greet(self, daemon, at, **options):
        client = daemon.connect(at, **options)
        with contextlib.closing(client):
            client.ok("hello", token=ALICE)

    def greet_all(self, daemon, kind):
        """It serves on all of its listeners. But OpenSSL, when it finds no memory, goes on
        with fewer algorithms or certificates, and may refuse whom it would let in."""
        self.greet(daemon, 0)
        self.greet(daemon, 1)
        if len(daemon.uris) < 3:
            return
        try:
            self.greet(daemon, 2, tls=self.authority.trust((self.pem, self.key)))
        except OSError:
            self.assertEqual(kind, "memory")
            daemon.wait_for("a connection from .* was closed: TLS: ")

    def start_once(self, text, kind, after, count, how=errno.ENOMEM, listening=3):
        """One start in which these fail; how many calls were seen, and failed."""
        page = Page()
        page.begin(kind, after, count, how)
        daemon = Daemon(text, listen=(), listening=0, env={"CHAND_FAULTS": page.path})
        try:
            with named("start", kind, after, count, how, daemon):
                until(lambda: daemon.ended or
                      len(daemon.matches(r"listening on ")) == listening, "a start")
                result = page.end()
                if daemon.ended:
                    status = daemon.wait()
                    self.assertIn(status, (1, 2))
                    self.assertNotEqual(daemon.lines, [], "it does not say why")
                    self.assertGreater(result[1], 0)
                else:
                    daemon.uris = [m[1] for m in daemon.matches(r"listening on (\S+)")]
                    self.greet_all(daemon, kind)
                    self.assertEqual(daemon.stop(), 0)
                self.assertEqual(daemon.findings(), [])
        finally:
            daemon.discard()
            page.close()
        return result

    def start_all(self, kind, how, most, tls=True):
        text, listening = self.before(tls), 3 if tls else 2
        seen, _ = self.start_once(text, kind, ALWAYS, 1, how, listening)
        self.assertGreater(seen, 0)
        for after in self.numbers(seen, most):
            self.start_once(text, kind, after, 1, how, listening)

    def test_a_start_works_or_says_why_not(self):
        for kind, how, most in (
                ("descriptor", errno.EMFILE, 40), ("listen", errno.EADDRINUSE, 40),
                ("thread", errno.EAGAIN, 40), ("random", errno.EIO, 40),
                ("event", errno.ENOMEM, 40), ("watch", errno.ENOSPC, 40)):
            self.start_all(kind, how, most)

    def test_a_start_without_memory_works_or_says_why_not(self):
        self.start_all("memory", errno.ENOMEM, 15)
        self.start_all("memory", errno.ENOMEM, 40, tls=False)

    # Stopping.

    def stop_once(self, kind, after, count, how):
        """Clients wait for values and for replies, and the daemon is told to stop."""
        daemon = self.failing("workers: 2")
        with named("stop", kind, after, count, how, daemon):
            clients = [daemon.connect() for _ in range(4)]
            for client in clients:
                client.park({"op": "take", "id": 1, "chan": "s"},
                            {"op": "put", "id": 2, "chan": "other", "value": 1})
            self.page.begin(kind, after, count, how)
            self.assertEqual(daemon.stop(), 0)
            result = self.page.end()
            for client in clients:
                lines = self.rest(client)
                self.assertLessEqual(len(lines), 2, lines)
                for line in lines:
                    self.assertEqual(json.loads(line)["reason"], "cancelled")
                client.close()
        self._end(daemon, 0)
        self.page.close()
        return result

    def rest(self, client):
        lines = []
        try:
            while (line := client.line()) is not None:
                lines.append(line)
        except (OSError, AssertionError): # a reset, or the end within a line
            pass
        return lines

    def test_a_stop_ends_everything(self):
        for kind, count, how in (
                ("memory", 1, 0), ("memory", ALWAYS, 0),
                ("send", 1, errno.EPIPE), ("send", 1, errno.EAGAIN), ("send", 9, ONE_BYTE)):
            seen, _ = self.stop_once(kind, ALWAYS, 1, how)
            self.assertGreater(seen, 0, kind)
            for after in self.numbers(seen, 20):
                self.stop_once(kind, after, count, how)


if __name__ == "__main__":
    main()
