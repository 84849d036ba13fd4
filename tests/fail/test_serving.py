# SPDX-License-Identifier: MIT
"""A daemon that serves while something fails."""
import os
import shutil
import tempfile
from errno import (EAGAIN, ECONNABORTED, ECONNRESET, EINTR, EMFILE, ENFILE, ENOBUFS, ENOSPC,
                   EPIPE)

from certificates import Authority
from failing import ALWAYS, ONE_BYTE, FailingTest, named
from guarded import ALICE, ALL, BOB, SECRET, configured, user
from harness import main
from test_proxy import header

LONGER, LARGE = 3000, 100 * 1000 # copied to be sent, and sent from where they are
STAT = sorted(("name", "buffer", "buffered", "bytes", "parked_puts", "parked_takes", "closed",
               "puts", "takes", "dropped"))
DAEMON_STAT = {"version", "uptime_s", "workers", "channels", "parked", "bytes",
               "output_bytes", "connections", "requests_total", "rss_bytes"}

# Of SECRET, in one pass over 8 MiB.
QUICK_HASH = ("$argon2id$v=19$m=8192,t=1,p=1$nvtJxSXCd8ZyAYjd21td5Q$"
              "F9CXx26hsR5UbgsxFVs9Wit8nHTOTqLc4RtUTMsN8ZU")

# What fails: the kind, how many calls together, and how.
FAILURES = (
    ("memory", 1, 0), ("memory", ALWAYS, 0),
    ("send", 1, EPIPE), ("send", 3, EAGAIN), ("send", 1, EINTR), ("send", 40, ONE_BYTE),
    ("receive", 1, ECONNRESET), ("receive", 1, EINTR), ("receive", 30, ONE_BYTE),
    ("event", 1, 0), ("event", ALWAYS, 0),
    ("watch", 1, ENOSPC), ("watch", ALWAYS, ENOSPC),
)


def handoff(story, size=0):
    """Either side comes first."""
    story.is_strict = size < LARGE
    alice, bob = story.talker(), story.talker()
    alice.take("h")
    alice.sync()
    bob.put("h", size)
    bob.sync()
    bob.put("h", size)
    bob.sync()
    alice.take("h", timeout_ms=0)


def handoff_of_longer_values(story):
    handoff(story, LONGER)


def handoff_of_large_values(story):
    handoff(story, LARGE)


def buffered(story):
    client = story.talker()
    client.call("open", chan="b", buffer={"kind": "fixed", "size": 3})
    for size in (0, 0, LARGE, 0, LARGE, 0):
        client.put("b", size)
    client.sync()
    for _ in range(5):
        client.take("b")
    client.sync()


def dropped(story):
    story.free = {"sliding", "dropping", "promise"}
    client, other = story.talker(), story.talker()
    for kind in ("sliding", "dropping"):
        client.call("open", chan=kind, buffer={"kind": kind, "size": 2})
        for size in (0, LARGE, 0):
            client.put(kind, size)
        client.take(kind)
    client.call("open", chan="promise", buffer={"kind": "promise"})
    other.take("promise")
    other.take("promise")
    other.sync()
    client.put("promise", LARGE)
    client.put("promise")
    client.take("promise")
    client.sync()


def timeouts(story):
    client = story.talker()
    client.take("t", timeout_ms=1)
    client.put("t1", timeout_ms=1)
    client.ask("alts", timeout_ms=1, ops=[{"op": "take", "chan": "t2"},
                                          {"op": "take", "chan": "t3"}])
    client.call("open", chan="t4", close_after_ms=1)
    client.take("t4")
    client.sync()
    story.calm()
    client.hear(*client.asked)


def alts(story):
    alice, bob = story.talker(), story.talker()
    takes = [{"op": "take", "chan": "a%d" % n} for n in range(20)]
    for chan in ("a0", "a7", "a0"):
        alice.ask("alts", ops=takes)
        alice.sync()
        bob.put(chan)
        bob.sync()
    for size in (0, LARGE):
        puts = [{"op": "put", "chan": "a%d" % n, "value": story.value("a%d" % n, size)}
                for n in range(3)]
        alice.ask("alts", ops=puts)
        alice.sync()
        bob.take("a2", timeout_ms=0)
    bob.ask("alts", ops=takes, timeout_ms=0)
    bob.sync()


def cancelled(story):
    client = story.talker()
    for _ in range(3):
        number = client.take("c")
        client.put("c1", LARGE)
        client.ask("cancel", target=number)
    client.ask("cancel", target="nobody")
    client.sync()


def closed(story):
    story.is_strict = True
    alice, bob = story.talker(), story.talker()
    alice.call("open", chan="cl", buffer={"kind": "fixed", "size": 1})
    for _ in range(3):
        alice.put("cl")
    alice.take("cl1")
    alice.sync()
    bob.ask("close", chan="cl")
    bob.ask("close", chan="cl1")
    bob.put("cl")
    bob.take("cl")
    bob.take("cl")
    bob.sync()


def deleted(story):
    alice, bob = story.talker(), story.talker()
    story.free = {"d"}
    alice.call("open", chan="d", buffer={"kind": "fixed", "size": 1})
    alice.put("d", LARGE)
    alice.put("d", LARGE)
    alice.take("d1")
    alice.sync()
    bob.ask("delete", chan="d")
    bob.ask("delete", chan="d1")
    bob.sync()


def told(story):
    client = story.talker()
    for n in range(3):
        client.call("open", chan="l%d" % n, buffer={"kind": "fixed", "size": 1})
    opened = [r["chan"] for n, r in client.asked.items()
              if client.replies.get(n, {}).get("ok")]
    for _ in range(2):
        reply = client.call("list")
        if reply and reply["ok"] and len(opened) == 3:
            whole = [sorted(c) for c in reply["channels"]]
            names = [c["name"] for c in reply["channels"]]
            if names != opened or whole != [STAT] * 3 or reply["more"]:
                story.fail("%r is not all there is" % reply)
        reply = client.call("stat", chan="l0")
        if reply and reply["ok"] and sorted(reply["stat"]) != STAT:
            story.fail("%r is not all of a stat" % reply)
        reply = client.call("stat")
        if reply and reply["ok"] and not DAEMON_STAT <= set(reply["stat"]):
            story.fail("%r is not all of the daemon's stat" % reply)
        reply = client.call("hello")
        if reply and reply["ok"] and len(reply["limits"]) < 11:
            story.fail("%r is no hello" % reply)


def gone(story):
    """Clients go while they wait."""
    alice, bob = story.talker(), story.talker()
    for client in (alice, bob):
        client.put("g", LARGE)
        client.take("g1")
        client.ask("alts", ops=[{"op": "take", "chan": "g2"}, {"op": "take", "chan": "g3"}])
        client.sync()
    alice.close()
    bob.close(reset=True)


def piled_up(story):
    """More is asked for than is read, so that replies wait."""
    client = story.talker(at=1)
    client.call("open", chan="p", buffer={"kind": "fixed", "size": 40})
    for n in range(24):
        client.put("p", LARGE)
    for n in range(24):
        client.take("p")
        client.ask("ping")


def let_in(story):
    """By TLS, by the header of a proxy, and by a plain connection."""
    for options in ({"at": 0, "tls": story.test.trusted}, {"at": 1, "hello": header()},
                    {"at": 2}):
        client = story.talker(**options)
        client.put("i", timeout_ms=0)
        client.take("i", timeout_ms=0)
        client.sync()
        client.close() # with TLS there is no half of it


def known(story):
    """Users are recognised, by a token and by a secret, and have their pace."""
    for token in (ALICE, "bob:" + SECRET):
        client = story.talker()
        client.call("hello", token=token)
        client.put("k/1", LONGER, timeout_ms=0)
        client.put("forbidden", timeout_ms=0)
        client.ask("list")
        client.sync()


class Serving(FailingTest):
    def all_failures(self, tell, most=60):
        daemon = self.failing("workers: 2", listen=("tcp://127.0.0.1:0",
                                                    "unix://@chand-test-%d" % os.getpid()))
        for kind, count, how in FAILURES:
            self.all_fail(daemon, tell, kind, count, how,
                          most=min(most, 40) if count == ALWAYS else most)

    def run_new(self, tell, after, count=1):
        """In a daemon that has not got any memory by and by."""
        daemon = self.failing("workers: 1")
        seen, failed = self.run_once(daemon, tell, "memory", after, count, 0)
        daemon.stop()
        self.page.close()
        return seen, failed

    def new_failures(self, tell, most=60):
        seen, _ = self.run_new(tell, ALWAYS)
        failed = 0
        for after in self.numbers(seen, most):
            for count in (1, ALWAYS):
                failed += self.run_new(tell, after, count)[1]
        self.assertGreater(failed, 0)

    def test_a_new_daemon_hands_over(self):
        self.new_failures(handoff_of_longer_values)

    def test_a_new_daemon_closes(self):
        self.new_failures(closed)

    def test_a_value_is_handed_over(self):
        self.all_failures(handoff)

    def test_a_large_value_is_handed_over(self):
        self.all_failures(handoff_of_large_values)

    def test_values_are_buffered(self):
        self.all_failures(buffered)

    def test_values_are_dropped_and_kept_as_promises(self):
        self.all_failures(dropped)

    def test_waits_have_an_end(self):
        self.all_failures(timeouts)

    def test_alts_take_one_of_many(self):
        self.all_failures(alts)

    def test_waits_are_cancelled(self):
        self.all_failures(cancelled)

    def test_channels_are_closed(self):
        self.all_failures(closed)

    def test_channels_are_deleted(self):
        self.all_failures(deleted)

    def test_what_is_told_is_told_whole(self):
        self.all_failures(told, most=420)

    def test_clients_go_while_they_wait(self):
        self.all_failures(gone)

    def test_replies_wait_to_be_read(self):
        self.all_failures(piled_up, most=4)

    # On the way in.

    def all_arrivals(self, tell, daemon, most):
        """Descriptors that lack make the listener pause for a while each time."""
        for kind, count, how, numbers in (
                *((*failure, most) for failure in FAILURES), ("accept", 1, ECONNABORTED, 9),
                ("accept", 1, EMFILE, 2), ("accept", 2, ENFILE, 1), ("accept", 1, ENOBUFS, 1)):
            self.all_fail(daemon, tell, kind, count, how, most=numbers)

    def test_clients_are_let_in(self):
        folder = tempfile.mkdtemp(prefix="chand-test-fail-")
        self.addCleanup(shutil.rmtree, folder)
        authority = Authority(folder)
        pem, key = authority.issue("server")
        self.trusted = authority.trust()
        daemon = self.failing(
            "{workers: 2, listen: [{uri: 'tls://127.0.0.1:0', certificate: %s, key: %s},"
            " {uri: 'tcp://127.0.0.1:0', proxy: [127.0.0.0/8]}, 'tcp://127.0.0.1:0']}"
            % (pem, key), listen=(), listening=3, at=2)
        self.all_arrivals(let_in, daemon, 60)

    def test_a_listener_pauses_even_if_no_timer_can_be_set(self):
        """Nor can it be enabled again, at first."""
        daemon = self.failing("workers: 1")
        for after, count in ((0, 2), (1, 1)):
            with named("pause", "event", after, count, 0, daemon):
                self.page.begin("accept", 0, 2, EMFILE)
                self.page.add("event", after, count)
                client = self.client(daemon)
                client.sync()
                self.assertEqual(self.page.end()[1], 2 + count)
                client.close()

    def test_users_are_recognised(self):
        rule = {"allow": ["put", "take", "list"], "channels": ["k/*"]}
        daemon = self.failing(configured(
            user("alice", rule, token=ALICE, limits={"requests_per_s": 1000, "parked": 9}),
            {"name": "bob", "tokens": [QUICK_HASH], "rules": [rule]},
            user("root", ALL, token=BOB)), token=BOB)
        self.all_arrivals(known, daemon, 20)


if __name__ == "__main__":
    main()
