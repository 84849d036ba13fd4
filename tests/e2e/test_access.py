# SPDX-License-Identifier: MIT
"""Who may do what: how users are recognised, what they are refused, what they may use up,
and what a reload makes of those who are there."""
import hashlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from certificates import Authority
from harness import CHAND, PATIENCE, DaemonTest, encoded, main, until

ALICE, BOB = "ct_" + "a" * 43, "ct_" + "b" * 43
SECRET = "open sesame"
SECRET_HASH = ("$argon2id$v=19$m=19456,t=2,p=1$yeXbUc2/V3GXbzJBfw0Ivg$"
               "wu2obFHf7pKwQjfDnFJ3i+Pxboce9Nkxv89YB+bOB9k")
SUBJECT = "CN=printer,O=Example"
ALL = {"allow": ["all"]}


def digest(token):
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


def user(name, *rules, token=None, **members):
    tokens = {"tokens": [digest(token)]} if token else {}
    return {"name": name, "rules": list(rules), **tokens, **members}


def configured(*users, **keys):
    """JSON is YAML enough."""
    return json.dumps({"workers": 2, "users": list(users), **keys})


class AccessTest(DaemonTest):
    def unix(self):
        folder = tempfile.mkdtemp(prefix="chand-access-")
        self.addCleanup(os.rmdir, folder)
        return "unix://%s/s" % folder

    def guarded(self, *users, listen=("tcp://127.0.0.1:0",), keys=None, **options):
        return self.daemon(config=configured(*users, **(keys or {})), listen=listen,
                           **options)

    def greeted(self, daemon, token=ALICE, at=0):
        client = self.client(daemon, at)
        self.welcome = client.ok("hello", token=token)
        return client

    def assertClosed(self, client):
        self.assertIsNone(client.line())

    def reload(self, daemon, *users, taken=True, **keys):
        outcome = r"chand\.yaml (was read again|was not taken)"
        before = len(daemon.matches(outcome))
        daemon.configure(configured(*users, **keys))
        daemon.kill(signal.SIGHUP)
        line = daemon.wait_for(outcome, at=before)[1]
        self.assertEqual(line, "was read again" if taken else "was not taken")


class WithoutUsers(AccessTest):
    def test_everybody_may_do_everything_on_loopback_and_by_a_unix_socket(self):
        daemon = self.daemon(listen=("tcp://127.0.0.1:0", self.unix()))
        for at in (0, 1):
            client = self.client(daemon, at)
            client.ok("open", chan="c")
            client.ok("stat")
            client.ok("delete", chan="c")
            self.assertNotIn("user", client.ok("hello", token="whatever"))

    def refused(self, *args, config=None):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(config or "")
            file.flush()
            command = [CHAND, *args] + (["-c", file.name] if config else [])
            ended = subprocess.run(command, stderr=subprocess.PIPE, timeout=PATIENCE,
                                   check=False)
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertIn(b"without users would let everybody in", ended.stderr)
        self.assertIn(b"allow_open", ended.stderr)

    def test_an_open_address_is_refused_at_start(self):
        self.refused("-l", "tcp://0.0.0.0:0")
        self.refused("-l", "tcp://127.0.0.1:0", "-l", "tcp://[::]:0")
        self.refused(config="listen: ['tcp://0.0.0.0:0']")
        self.refused("-l", "tcp://0.0.0.0:0", config="allow_open: false")
        self.refused("--check-config", config="listen: ['tcp://0.0.0.0:0']")

    def test_loopback_has_many_addresses(self):
        self.daemon(listen=("tcp://127.3.2.1:0", "tcp://localhost:0"))

    def test_allow_open_allows_it(self):
        daemon = self.daemon(config="allow_open: true", listen=("tcp://0.0.0.0:0",))
        self.client(daemon).ok("ping")

    def test_and_so_do_users(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE), listen=("tcp://0.0.0.0:0",))
        self.greeted(daemon).ok("stat")

    def test_a_socket_of_systemd_is_held_against_the_same(self):
        with socket.create_server(("0.0.0.0", 0)) as server:
            command = [sys.executable, os.path.join(os.path.dirname(__file__), "launch.py"),
                       str(server.fileno()), CHAND]
            ended = subprocess.run(command, stderr=subprocess.PIPE, timeout=PATIENCE,
                                   pass_fds=[server.fileno()], check=False)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn(b"without users would let everybody in", ended.stderr)


class Recognised(AccessTest):
    def test_by_a_token(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE), user("bob", ALL, token=BOB))
        self.greeted(daemon, ALICE)
        self.assertEqual(self.welcome["user"], "alice")
        self.greeted(daemon, BOB)
        self.assertEqual(self.welcome["user"], "bob")

    def test_by_any_of_several_tokens(self):
        daemon = self.guarded({"name": "alice", "tokens": [digest(ALICE), digest(BOB)]})
        for token in (ALICE, BOB):
            self.greeted(daemon, token)
            self.assertEqual(self.welcome["user"], "alice")

    def test_by_a_secret_with_the_name_before_it(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE),
                              {"name": "carol", "tokens": [SECRET_HASH], "rules": [ALL]})
        client = self.client(daemon)
        client.send({"op": "hello", "id": "x", "token": "carol:" + SECRET},
                    {"op": "put", "id": 2, "chan": "c", "value": 1, "timeout_ms": 0})
        reply = client.reply()
        self.assertEqual((reply["id"], reply["ok"], reply["user"]), ("x", True, "carol"))
        self.assertEqual(client.reply(), {"id": 2, "ok": False, "reason": "timeout"})

    def test_by_no_secret_but_that_of_the_name(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE),
                              {"name": "carol", "tokens": [SECRET_HASH], "rules": [ALL]})
        for token in ("carol:" + SECRET + "!", "alice:" + SECRET, "nobody:" + SECRET,
                      ":" + SECRET, SECRET, "carol:", "carol:" + "x" * 2000, SECRET_HASH,
                      "carol:" + SECRET_HASH, "alice:" + ALICE):
            client = self.client(daemon)
            self.assertRefused(client.call("hello", token=token), "forbidden",
                               "the token is not valid")
            self.assertClosed(client)

    def test_by_the_uid_of_the_process(self):
        daemon = self.guarded(user("me", ALL, uid=os.getuid()),
                              listen=("tcp://127.0.0.1:0", self.unix()))
        client = self.client(daemon, 1)
        client.ok("stat")
        self.assertEqual(client.ok("hello")["user"], "me")
        other = self.client(daemon, 0)
        self.assertRefused(other.call("stat"), "forbidden")
        self.assertClosed(other)

    def test_by_the_gid_of_the_process(self):
        daemon = self.guarded(user("other", uid=os.getuid() + 1),
                              user("us", ALL, gid=os.getgid()), listen=(self.unix(),))
        self.assertEqual(self.client(daemon).ok("hello")["user"], "us")

    @unittest.skipUnless(os.geteuid() == 0, "needs root to have another group")
    def test_by_a_supplementary_group(self):
        daemon = self.guarded(user("others", ALL, gid=54321), listen=(self.unix(),))
        ask = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
               "s.sendall(b'{\"op\":\"hello\"}\\n'); print(s.makefile().readline())")
        said = subprocess.run([sys.executable, "-c", ask, daemon.address()],
                              extra_groups=[12, 54321], stdout=subprocess.PIPE,
                              timeout=PATIENCE, check=True).stdout
        self.assertEqual(json.loads(said)["user"], "others")

    def test_a_uid_goes_before_a_gid(self):
        daemon = self.guarded(user("us", ALL, gid=os.getgid()), user("me", ALL, uid=os.getuid()),
                              listen=(self.unix(),))
        self.assertEqual(self.client(daemon).ok("hello")["user"], "me")

    def test_a_token_goes_before_the_process(self):
        daemon = self.guarded(user("me", ALL, uid=os.getuid()), user("alice", token=ALICE),
                              listen=(self.unix(),))
        client = self.greeted(daemon)
        self.assertEqual(self.welcome["user"], "alice")
        self.assertRefused(client.call("stat"), "forbidden", "alice")

    def test_nobody_becomes_somebody_else_later(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE), user("bob", ALL, token=BOB))
        client = self.greeted(daemon)
        self.assertEqual(client.ok("hello", token=ALICE)["user"], "alice")
        self.assertRefused(client.call("hello", token=BOB), "forbidden", "somebody else")
        self.assertClosed(client)


class Certified(AccessTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="chand-access-tls-")
        cls.authority = Authority(cls.folder)
        cls.server, cls.printer = cls.authority.issue("server"), cls.authority.issue("printer")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def secured(self, *users):
        listen = {"uri": "tls://127.0.0.1:0", "certificate": self.server[0],
                  "key": self.server[1], "client_ca": self.authority.pem,
                  "client_required": False}
        self.keys = {"listen": [listen]}
        return self.guarded(*users, listen=(), listening=1, keys=self.keys)

    def secure(self, daemon, identity=None):
        return self.client(daemon, tls=self.authority.trust(identity))

    def test_is_a_user_by_the_subject_of_its_certificate(self):
        daemon = self.secured(user("alice", token=ALICE),
                              user("printer", {"allow": ["take"]}, certificates=[SUBJECT]))
        client = self.secure(daemon, self.printer)
        self.assertEqual(client.ok("hello")["user"], "printer")
        self.assertRefused(client.call("open", chan="c"), "forbidden", "open on c by printer")

    def test_is_a_user_by_an_alternative_name(self):
        name = "URI:spiffe://example.org/scanner"
        scanner = self.authority.issue("scanner", alternatives="DNS:x," + name)
        daemon = self.secured(user("scanner", ALL, certificates=[name]))
        self.assertEqual(self.secure(daemon, scanner).ok("hello")["user"], "scanner")

    def test_is_nobody_without_one_or_with_another_and_may_have_a_token(self):
        daemon = self.secured(user("alice", ALL, token=ALICE),
                              user("printer", ALL, certificates=[SUBJECT.lower(), "CN=print"]))
        for identity in (None, self.printer):
            client = self.secure(daemon, identity)
            self.assertRefused(client.call("ping"), "forbidden")
            self.assertEqual(self.secure(daemon, identity).ok("hello", token=ALICE)["user"],
                             "alice")

    def test_is_recognised_anew_by_what_it_showed_when_the_users_change(self):
        daemon = self.secured(user("printer", ALL, certificates=[SUBJECT]))
        client = self.secure(daemon, self.printer)
        client.ok("stat")
        self.reload(daemon, user("printer", certificates=[SUBJECT]), **self.keys)
        self.assertRefused(client.call("stat"), "forbidden")
        self.reload(daemon, user("printer", ALL, certificates=["CN=other,O=Example"]), **self.keys)
        self.assertClosed(client)


class FirstRequest(AccessTest):
    def setUp(self):
        self.chand = self.guarded(user("alice", ALL, token=ALICE))

    def refused(self, *requests, id=None):
        client = self.client(self.chand)
        client.send(*requests)
        reply = client.reply()
        self.assertRefused(reply, "forbidden")
        self.assertEqual(reply.get("id"), id)
        self.assertClosed(client)
        return reply

    def test_is_a_hello_or_is_forbidden_and_the_last(self):
        for op in ("ping", "stat", "list"):
            self.refused({"op": op, "id": 7}, id=7)
        self.refused({"op": "put", "chan": "c", "value": 1})
        self.refused({"op": "hello", "id": "h"}, id="h")
        self.refused({"op": "cancel", "target": 1})

    def test_that_is_no_request_at_all_is_forbidden_too(self):
        self.refused(b"GET / HTTP/1.1\n")
        self.refused(b"{}\n")
        self.refused(b'{"op":"hello","id":3,"token":5}\n', id=3)
        self.refused(b'{"op":"hello","id":3,"protocol":2,"token":"x"}\n', id=3)

    def test_with_another_token_is_forbidden(self):
        for token in ("", "x", ALICE[:-1], ALICE + "a", ALICE[:-1] + "b", digest(ALICE), "\u0000"):
            self.refused({"op": "hello", "token": token})

    def test_that_is_long_is_not_waited_for(self):
        self.refused(b'{"op":"hello","token":"' + b"x" * 5000)

    def test_that_is_refused_has_nothing_behind_it(self):
        self.refused({"op": "hello", "token": "wrong"},
                     {"op": "open", "chan": "sneaked"}, {"op": "hello", "token": ALICE})
        self.assertEqual(self.greeted(self.chand).ok("list")["channels"], [])

    def test_may_have_others_right_behind_it(self):
        client = self.client(self.chand)
        client.send({"op": "hello", "token": ALICE}, {"op": "ping", "id": 1})
        self.assertTrue(client.reply()["ok"])
        self.assertEqual(client.reply(), {"id": 1, "ok": True})


class Rules(AccessTest):
    def test_name_operation_and_channel_of_what_they_forbid(self):
        daemon = self.guarded(user("alice", {"allow": ["put"], "channels": ["a"]}, token=ALICE),
                              user("root", ALL, token=BOB))
        client = self.greeted(daemon)
        for op, members in (("take", {}), ("open", {}), ("close", {}), ("delete", {}),
                            ("stat", {}), ("put", {"value": 1})):
            chan = "b/c" if op == "put" else "a"
            reply = client.call(op, id=op, chan=chan, **members)
            self.assertRefused(reply, "forbidden", "%s on %s by alice" % (op, chan))
            self.assertEqual(reply["id"], op)
        self.assertRefused(client.call("list"), "forbidden", "list")
        self.assertRefused(client.call("stat"), "forbidden", "stat of the daemon")
        client.park({"op": "put", "id": 1, "chan": "a", "value": 1})
        root = self.greeted(daemon, BOB)
        self.assertEqual(root.ok("stat")["stat"]["forbidden_total"], 8)
        self.assertEqual([c["name"] for c in root.ok("list")["channels"]], ["a"])
        self.assertEqual(root.ok("take", chan="a")["value"], 1)

    def test_are_not_asked_about_hello_ping_and_cancel(self):
        client = self.greeted(self.guarded(user("alice", token=ALICE)))
        client.ok("hello")
        client.ok("ping")
        self.assertEqual(client.call("cancel", target=5)["reason"], "not_parked")

    def test_count_in_their_order(self):
        client = self.greeted(self.guarded(user(
            "alice", {"deny": ["put"], "channels": ["jobs/secret/*"]},
            {"allow": ["put", "take"], "channels": ["jobs/*", "log?"]},
            {"deny": ["all"], "channels": ["jobs/*"]},
            {"allow": ["stat", "put"]}, token=ALICE)))

        def allowed(op, chan, **members):
            return client.call(op, chan=chan, **members).get("reason") != "forbidden"

        self.assertFalse(allowed("put", "jobs/secret/x", value=1, timeout_ms=0))
        self.assertTrue(allowed("take", "jobs/secret/x", timeout_ms=0))
        self.assertTrue(allowed("put", "jobs/x", value=1, timeout_ms=0))
        self.assertFalse(allowed("stat", "jobs/x"))
        self.assertTrue(allowed("stat", "jobs"))
        self.assertTrue(allowed("take", "log1", timeout_ms=0))
        self.assertFalse(allowed("take", "log12", timeout_ms=0))
        self.assertFalse(allowed("open", "other"))

    def test_of_admin_are_about_all_channels(self):
        daemon = self.guarded(user("alice", {"allow": ["all"], "channels": ["a/*"]}, token=ALICE),
                              user("bob", {"allow": ["admin"]}, token=BOB))
        self.assertRefused(self.greeted(daemon, ALICE).call("stat"), "forbidden", "admin")
        bob = self.greeted(daemon, BOB)
        bob.ok("stat")
        self.assertRefused(bob.call("stat", chan="a/b"), "forbidden", "a/b")

    def test_of_an_alts_are_those_of_its_clauses(self):
        daemon = self.guarded(user("alice", {"allow": ["take"], "channels": ["in/*"]},
                                   {"allow": ["put"], "channels": ["out/*"]}, token=ALICE),
                              user("root", ALL, token=BOB))
        root = self.greeted(daemon, BOB)
        root.ok("open", chan="in/a", buffer={"kind": "fixed", "size": 1})
        root.ok("put", chan="in/a", value="kept")
        alice = self.greeted(daemon)
        take, put = {"op": "take", "chan": "in/a"}, {"op": "put", "chan": "out/b", "value": 1}
        for bad, what in (({"op": "take", "chan": "out/b"}, "take on out/b"),
                          ({"op": "put", "chan": "in/a", "value": 2}, "put on in/a")):
            for ops in ([take, bad], [bad, take], [take, put, bad]):
                self.assertRefused(alice.call("alts", ops=ops, priority=True), "forbidden", what)
        self.assertEqual(root.ok("stat", chan="in/a")["stat"]["buffered"], 1)
        self.assertEqual(alice.ok("alts", ops=[take, put])["value"], "kept")

    def test_hold_for_long_names_and_many_of_them(self):
        daemon = self.guarded(user("alice", {"allow": ["stat"], "channels": ["*/yes"]},
                                   token=ALICE))
        client = self.greeted(daemon)
        for turn in range(2):
            for i in range(1500):
                name = "n" * (i % 190) + str(i)
                client.send({"op": "stat", "id": 1, "chan": name + "/yes"},
                            {"op": "stat", "id": 2, "chan": name + "/no"})
            reasons = [client.reply()["reason"] for _ in range(3000)]
            self.assertEqual(reasons, ["no_channel", "forbidden"] * 1500)


class Listing(AccessTest):
    def setUp(self):
        rule = {"allow": ["list", "stat"], "channels": ["mine/*", "zz"]}
        self.chand = self.guarded(user("alice", rule, token=ALICE), user("root", ALL, token=BOB))
        root = self.greeted(self.chand, BOB)
        self.mine = ["mine/%04d" % i for i in range(250)]
        self.others = ["alien/%04d" % i for i in range(300)] + ["other/%d" % i for i in range(300)]
        for name in self.mine + self.others + ["zz"]:
            root.send({"op": "open", "chan": name})
        root.sync()
        self.root = root

    def pages(self, client, limit, **members):
        names, after = [], {}
        while True:
            page = client.ok("list", limit=limit, **members, **after)
            self.assertLessEqual(len(page["channels"]), limit)
            names += [c["name"] for c in page["channels"]]
            if not page["more"]:
                return names
            self.assertEqual(len(page["channels"]), limit)
            after = {"after": names[-1]}

    def test_shows_what_the_user_may_see_in_full_pages(self):
        client = self.greeted(self.chand)
        for limit in (1, 7, 128, 250, 251, 252, 1000):
            self.assertEqual(self.pages(client, limit), self.mine + ["zz"])
        self.assertEqual(self.pages(client, 10, prefix="mine/000"), self.mine[:10])
        self.assertEqual(self.pages(client, 10, prefix="other"), [])
        self.assertEqual(self.pages(client, 5, prefix="*zz"), ["zz"])

    def test_shows_everything_to_whom_everything_is_allowed(self):
        self.assertEqual(self.pages(self.root, 100), sorted(self.mine + self.others + ["zz"]))

    def test_says_of_a_channel_that_may_not_be_seen_no_more_than_of_none(self):
        client = self.greeted(self.chand)
        there, not_there = (client.call("stat", chan=name) for name in ("alien/0001", "alien/x"))
        self.assertEqual(there["reason"], "forbidden")
        self.assertEqual(there["message"].replace("0001", "x"), not_there["message"])


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


class Reload(AccessTest):
    TAKE = {"allow": ["take", "stat"]}
    PUT = {"allow": ["put"]}

    def test_changes_rules_for_new_requests_of_live_connections(self):
        daemon = self.guarded(user("alice", self.TAKE, token=ALICE))
        client = self.greeted(daemon)
        client.park({"op": "take", "id": "t", "chan": "c"})
        self.assertRefused(client.call("put", chan="c", value=1), "forbidden")
        self.reload(daemon, user("alice", self.PUT, token=ALICE))
        self.assertRefused(client.call("stat", chan="c"), "forbidden", "stat on c")
        client.send({"op": "put", "id": "p", "chan": "c", "value": 5})
        self.assertEqual(client.reply(), {"id": "t", "ok": True, "value": 5})
        self.assertEqual(client.reply(), {"id": "p", "ok": True})

    def ended(self, client, parked):
        self.assertEqual(client.reply(), {"id": parked, "ok": False, "reason": "cancelled"})
        self.assertClosed(client)

    def parked(self, client):
        client.park({"op": "take", "id": "t", "chan": "c"})
        return client

    def test_ends_those_whose_token_is_withdrawn_and_no_others(self):
        both = {"name": "alice", "tokens": [digest(ALICE), digest(BOB)], "rules": [ALL]}
        daemon = self.guarded(both, {"name": "c", "tokens": [SECRET_HASH], "rules": [ALL]})
        gone = self.parked(self.greeted(daemon, ALICE))
        kept = self.greeted(daemon, BOB)
        secret = self.greeted(daemon, "c:" + SECRET)
        self.reload(daemon, user("alice", ALL, token=BOB), user("c", ALL, token=ALICE))
        self.ended(gone, "t")
        self.assertClosed(secret)
        kept.ok("stat")

    def test_ends_those_who_are_users_no_more(self):
        daemon = self.guarded(user("me", ALL, uid=os.getuid()), user("alice", ALL, token=ALICE),
                              listen=(self.unix(),))
        me, alice = self.parked(self.client(daemon)), self.parked(self.greeted(daemon))
        self.reload(daemon, user("me", ALL, uid=os.getuid() + 1), user("bob", ALL, token=BOB))
        self.ended(me, "t")
        self.ended(alice, "t")

    def test_leaves_alone_who_has_not_said_who_he_is(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE))
        client = self.client(daemon)
        client.send(b'{"op":"hello",')
        self.reload(daemon, user("bob", ALL, token=BOB))
        client.send(b'"token":"' + BOB.encode() + b'"}\n')
        self.assertEqual(client.reply()["user"], "bob")

    def test_that_brings_the_first_users_ends_who_is_none(self):
        daemon = self.guarded(listen=("tcp://127.0.0.1:0", self.unix()))
        nobody, me = self.parked(self.client(daemon, 0)), self.parked(self.client(daemon, 1))
        limits = {"parked": 1}
        self.reload(daemon, user("me", ALL, uid=os.getuid(), limits=limits))
        self.ended(nobody, "t")
        self.assertEqual(me.ok("hello")["user"], "me")
        self.assertRefused(me.call("take", id=2, chan="d"), "limit", "parked")

    def test_that_takes_the_last_users_lets_everybody_in(self):
        daemon = self.guarded(user("alice", {"allow": ["take"]}, token=ALICE,
                                   limits={"parked": 1, "requests_per_s": 50}))
        client = self.parked(self.greeted(daemon))
        stranger = self.client(daemon)
        self.reload(daemon)
        self.assertNotIn("user", client.ok("hello"))
        stranger.ok("put", chan="c", value=3)
        self.assertEqual(client.reply(), {"id": "t", "ok": True, "value": 3})
        for i in range(200):
            client.send({"op": "take", "id": i, "chan": "many"})
        self.assertEqual(client.sync(), [])

    def test_changes_limits(self):
        limits = {"requests_per_s": 1, "parked": 1}
        daemon = self.guarded(user("alice", ALL, token=ALICE, limits=limits))
        client = self.greeted(daemon)
        client.send(*({"op": "ping", "id": i} for i in range(50)))
        self.assertEqual(client.reply(), {"id": 0, "ok": True})
        self.reload(daemon, user("alice", ALL, token=ALICE, limits={"parked": 2}))
        for i in range(1, 50):
            self.assertEqual(client.reply(), {"id": i, "ok": True})
        client.park({"op": "take", "id": 1, "chan": "a"}, {"op": "take", "id": 2, "chan": "a"})
        self.assertRefused(client.call("take", id=3, chan="a"), "limit", "parked")

    def test_that_would_let_everybody_in_is_not_taken(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE), listen=("tcp://0.0.0.0:0",))
        client = self.greeted(daemon)
        self.reload(daemon, taken=False)
        self.assertTrue(daemon.matches("without users would let everybody in"))
        client.ok("stat")
        stranger = self.client(daemon)
        self.assertRefused(stranger.call("ping"), "forbidden")
        self.reload(daemon, allow_open=True)
        self.client(daemon).ok("ping")

    def test_while_requests_come_answers_every_one_by_one_set_of_rules_or_the_other(self):
        daemon = self.guarded(user("alice", {"allow": ["stat"]}, token=ALICE))
        client = self.greeted(daemon)
        for turn in range(20):
            client.send(*({"op": "stat", "id": i, "chan": "c"} for i in range(200)))
            rules = [{"allow": ["stat" if turn % 2 else "put"]}]
            self.reload(daemon, user("alice", *rules, token=ALICE))
            reasons = [client.reply()["reason"] for _ in range(200)]
            self.assertLessEqual(set(reasons), {"no_channel", "forbidden"})


class Secrets(AccessTest):
    CAROL = {"name": "carol", "tokens": [SECRET_HASH], "rules": [ALL]}

    def test_are_checked_while_others_are_served(self):
        daemon = self.guarded(self.CAROL, user("alice", ALL, token=ALICE), keys={"workers": 1})
        alice = self.greeted(daemon)
        slow = [self.client(daemon) for _ in range(40)]
        for client in slow:
            client.send({"op": "hello", "token": "carol:" + SECRET})
        for _ in range(10):
            alice.ok("ping")
        unanswered = len(slow) - len(select.select([c.socket for c in slow], [], [], 0)[0])
        self.assertGreater(unanswered, 0)
        for client in slow:
            self.assertEqual(client.reply()["user"], "carol")

    def test_more_than_can_wait_are_refused_and_nothing_else_is(self):
        daemon = self.guarded(self.CAROL, user("alice", ALL, token=ALICE))
        clients = [self.client(daemon) for _ in range(200)]
        for client in clients:
            client.send({"op": "hello", "token": "carol:" + SECRET})
        replies = [client.reply() for client in clients]
        refused = [r for r in replies if not r["ok"]]
        for reply in refused:
            self.assertRefused(reply, "forbidden", "too many secrets")
        self.assertGreater(len(refused), 0)
        self.assertGreaterEqual(len(replies) - len(refused), 64)
        self.greeted(daemon, "carol:" + SECRET)

    def test_that_nobody_waits_for_any_more_are_no_harm(self):
        daemon = self.guarded(self.CAROL, user("alice", ALL, token=ALICE))
        alice = self.greeted(daemon)
        for _ in range(30):
            client = self.client(daemon)
            client.send({"op": "hello", "token": "carol:" + SECRET})
            client.reset()
        self.connections(alice, 1)
        for _ in range(30):
            self.client(daemon).send({"op": "hello", "token": "carol:" + SECRET})
        self.assertEqual(daemon.stop(), 0)

    def test_are_checked_for_users_as_they_are_then(self):
        daemon = self.guarded(self.CAROL, user("alice", ALL, token=ALICE))
        clients = [self.client(daemon) for _ in range(30)]
        for client in clients:
            client.send({"op": "hello", "token": "carol:" + SECRET}, {"op": "ping", "id": 1})
        self.reload(daemon, user("alice", ALL, token=ALICE))
        for client in clients:
            reply = client.reply()
            if reply["ok"]:
                self.assertEqual(reply["user"], "carol")
            else:
                self.assertRefused(reply, "forbidden", "not valid")
        self.connections(self.greeted(daemon), 1)

    def test_and_tokens_are_never_logged(self):
        daemon = self.guarded(self.CAROL, user("alice", ALL, token=ALICE),
                              args=("--log-level", "debug"))
        self.greeted(daemon)
        self.greeted(daemon, "carol:" + SECRET)
        wrong = "carol:not the right one", "ct_not-the-right-one", "bad\nline"
        for token in wrong:
            self.assertFalse(self.client(daemon).call("hello", token=token)["ok"])
        self.reload(daemon, {"name": "x", "tokens": ["ct_plain-in-the-file", 5]}, taken=False)
        self.reload(daemon, {"name": "x", "tokens": "ct_plain-in-the-file"}, taken=False)
        self.reload(daemon, self.CAROL, {**self.CAROL, "name": "d"}, taken=False)
        self.assertEqual(daemon.stop(), 0)
        log = "\n".join(daemon.lines)
        for text in (ALICE, SECRET, "right one", "right-one", "bad", "plain-in", SECRET_HASH[:20]):
            self.assertNotIn(text, log)


if __name__ == "__main__":
    main()
