# SPDX-License-Identifier: MIT
"""Who is let in: how users are recognised, and what the others are told."""
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from certificates import Authority
from guarded import ALICE, ALL, BOB, SECRET, SECRET_HASH, AccessTest, digest, user
from harness import CHAND, PATIENCE, main

SUBJECT = "CN=printer,O=Example"


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
