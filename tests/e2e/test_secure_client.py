# SPDX-License-Identifier: MIT
"""libchan and chan over TLS, over sockets without a file, and with tokens: whom they trust,
who they are, and who learns of it. FERRY_BIN and HOLDER_BIN are programs with libchan."""
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading

from certificates import Authority
from harness import FINDING, PATIENCE, DaemonTest, main, until

CHAN = os.environ["CHAN_BIN"]
FERRY = os.environ["FERRY_BIN"]
HOLDER = os.environ["HOLDER_BIN"]
OURS = ("CHAN_", "CLIENT_")
USER = "  - {name: %s, %s, rules: [{allow: [put, take, open, stat], channels: ['*']}]}\n"


def token_of(token):
    return "tokens: ['sha256:%s']" % hashlib.sha256(token.encode()).hexdigest()


class SecureClient(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="chan-test-")
        cls.authority = Authority(cls.folder)
        cls.server = cls.authority.issue("server")
        cls.ca = {"CHAN_CA": cls.authority.pem, "CLIENT_CA": cls.authority.pem}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    # ---- who talks to whom ----

    def served(self, more="", server=None, users="", args=()):
        """A daemon with TLS, and another listener without."""
        pem, key = server or self.server
        config = ("listen:\n  - {uri: 'tls://127.0.0.1:0', certificate: %s, key: %s%s}\n"
                  "  - tcp://127.0.0.1:0\n" % (pem, key, more and ", " + more))
        if users:
            config += "users:\n" + users
        return self.daemon(config, args, listen=(), listening=2)

    def start(self, program, *args, env=None, **options):
        """A program whose environment is nothing of ours but what is given."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
        process = subprocess.Popen([program, *args], env={**clean, **(env or {})},
                                   stdin=options.pop("stdin", subprocess.DEVNULL),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True, **options)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self, process, status=0):
        """What it printed and said, once it has ended so."""
        printed, said = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, status, said)
        self.assertIsNone(FINDING.search(said), said)
        return printed, said

    def chan(self, uri, *args, status=0, env=None):
        return self.finish(self.start(CHAN, "-s", uri, *args, env=env), status)

    def refused(self, uri, why, env=None):
        """It does not get in, and says so in one line."""
        printed, said = self.chan(uri, "ping", status=4, env=env)
        self.assertEqual(printed, "")
        self.assertRegex(said, r"^chan: cannot reach %s: .*%s.*\n$" % (re.escape(uri), why))

    # ---- what goes over it ----

    def test_values_come_back_as_they_were_however_the_library_is_used(self):
        name = "unix://@chand-test-%d" % os.getpid()
        plain = self.daemon(listen=(name,))
        secure = self.served(users=USER % ("ferry", token_of("t")))
        for uri, who, env in ((plain.uris[0], "anonymous", {}),
                              (secure.uris[0], "ferry", {**self.ca, "CLIENT_TOKEN": "t"})):
            for mode in ("blocking", "poll", "processes"):
                with self.subTest(uri=uri, mode=mode):
                    printed, _ = self.finish(self.start(FERRY, uri, mode, env=env))
                    self.assertEqual(printed.splitlines()[0], "i am " + who)
                    self.assertEqual(printed.splitlines()[-1], mode + " 1000000")

    def test_the_command_works_as_it_does_in_plain(self):
        daemon = self.served()
        uri = daemon.uris[0].replace("127.0.0.1", "localhost")
        self.chan(uri, "open", "c", "--buffer", "fixed:10", env=self.ca)
        self.chan(uri, "put", "c", "one", "x" * 100000, "three", env=self.ca)
        printed, _ = self.chan(uri, "take", "c", "-n", "3", env=self.ca)
        self.assertEqual(printed, "one\n%s\nthree\n" % ("x" * 100000))
        printed, _ = self.chan(uri, "whoami", "--ca", self.authority.pem)
        self.assertEqual(printed, "anonymous\n")
        printed, _ = self.chan(uri, "bench", "stream", "-j", "--secs", "100ms", env=self.ca)
        self.assertGreater(json.loads(printed)["values"], 0)

    def test_who_is_interrupted_loses_nothing(self):
        daemon = self.served()
        other = self.client(daemon, 1)
        other.ok("open", chan="c", buffer={"kind": "fixed", "size": 20000})
        other.send(*[{"op": "put", "chan": "c", "value": i} for i in range(20000)])
        for _ in range(20000):
            self.assertTrue(other.reply()["ok"])
        taker = self.start(CHAN, "-s", daemon.uris[0], "take", "c", "--all", env=self.ca)
        first = os.read(taker.stdout.fileno(), 1 << 16).decode()  # nothing is buffered
        taker.send_signal(signal.SIGINT)
        printed, _ = self.finish(taker, 130)
        taken = (first + printed).split()
        self.assertEqual(taken, [str(i) for i in range(len(taken))])
        self.connections(other, 1)
        left = other.call("stat", chan="c")
        self.assertEqual(left["stat"]["buffered"] if left["ok"] else 0, 20000 - len(taken))

    # ---- whom they trust ----

    def test_who_is_not_who_he_should_be_hears_nothing(self):
        stranger = Authority(self.folder, "stranger")
        elsewhere = self.authority.issue("elsewhere", "DNS:elsewhere.example")
        expired = self.authority.issue("expired", days=-1)
        good, moved = self.served().uris[0], self.served(server=elsewhere).uris[0]
        self.refused(good, "certificate verify failed: unable to get local issuer")
        self.refused(good, "certificate verify failed: ", {"CHAN_CA": stranger.pem})
        self.refused(moved, "certificate verify failed: IP address mismatch", self.ca)
        self.refused(moved.replace("127.0.0.1", "localhost"),
                     "certificate verify failed: [Hh]ostname mismatch", self.ca)
        self.refused(good, "/nowhere/ca.pem: No such file", {"CHAN_CA": "/nowhere/ca.pem"})
        self.refused(good, "%s: " % self.server[1], {"CHAN_CA": self.server[1]})
        self.refused(self.expired_server(expired), "certificate verify failed: "
                     "certificate has expired", self.ca)

    def expired_server(self, identity):
        """chand would not take such a certificate: one that has nothing but TLS."""
        tls = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", identity[0],
             "-key", identity[1], "-quiet", "-naccept", "1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(lambda: (tls.kill(), tls.communicate()))
        return "tls://127.0.0.1:%d" % self.port_of(tls.pid)

    def port_of(self, pid):
        """The port on which a process listens that does not tell."""
        def find():
            links = ["/proc/%d/fd/%s" % (pid, fd) for fd in os.listdir("/proc/%d/fd" % pid)]
            sockets = [os.readlink(link) for link in links if os.path.islink(link)]
            with open("/proc/%d/net/tcp" % pid, encoding="ascii") as file:
                for row in map(str.split, list(file)[1:]):
                    if row[3] == "0A" and "socket:[%s]" % row[9] in sockets:
                        return int(row[1].rpartition(":")[2], 16)
            return None
        return until(find, "a listening socket")

    def test_a_server_without_tls_is_not_spoken_to_in_plain(self):
        uri = self.served().uris[1].replace("tcp:", "tls:")
        self.refused(uri, "it does not speak TLS", self.ca)
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        silent = "tls://127.0.0.1:%d" % listener.getsockname()[1]
        env = {**self.ca, "CHAN_TOKEN": "s3cret"}
        process = self.start(CHAN, "-s", silent, "ping", env=env)
        peer, _ = listener.accept()
        heard = peer.recv(65536)
        self.assertEqual(heard[0], 22, "that is no handshake")
        self.assertNotIn(b"s3cret", heard)
        peer.sendall(b'{"ok":true}\n')
        peer.close()
        _, said = self.finish(process, 4)
        self.assertIn("it does not speak TLS", said)
        listener.setblocking(False)
        self.assertRaises(BlockingIOError, listener.accept)

    def answer_with_tls_1_2(self, listener):
        """One line that comes over it is answered."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self.server)
        try:
            with context.wrap_socket(listener.accept()[0], server_side=True) as peer:
                asked = json.loads(peer.recv(65536))
                peer.sendall(json.dumps({"ok": True, "id": asked["id"]}).encode() + b"\n")
        except ssl.SSLError:
            pass  # it was refused

    def test_an_older_tls_is_spoken_if_that_was_said(self):
        for options, status in (((), 4), (("--accept-tls-1.2",), 0)):
            listener = socket.create_server(("127.0.0.1", 0))
            self.addCleanup(listener.close)
            server = threading.Thread(target=self.answer_with_tls_1_2, args=(listener,))
            server.start()
            uri = "tls://127.0.0.1:%d" % listener.getsockname()[1]
            _, said = self.chan(uri, *options, "ping", status=status, env=self.ca)
            server.join()
            self.assertIn("protocol version" if status else "", said)

    def test_a_server_that_ends_in_the_handshake_is_an_error(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        process = self.start(CHAN, "-s", "tls://127.0.0.1:%d" % listener.getsockname()[1],
                             "ping", env=self.ca)
        peer, _ = listener.accept()
        peer.recv(65536)
        peer.close()
        _, said = self.finish(process, 4)
        self.assertIn("Connection reset by peer (is chand running?", said)

    def test_without_tls_at_a_port_for_it_the_hint_is_right(self):
        uri = self.served().uris[0].replace("tls:", "tcp:")
        _, said = self.chan(uri, "ping", status=4)
        self.assertIn("does it want tls://?", said)
        _, said = self.chan(uri, "ping", status=4, env={"CHAN_TOKEN": "s3cret"})
        self.assertIn("does it want tls://?", said)
        self.assertNotIn("s3cret", said)

    # ---- who they are ----

    def test_a_certificate_is_shown_and_says_who_it_is(self):
        alice = self.authority.issue("alice", "DNS:alice")
        ca = "client_ca: " + self.authority.pem
        users = USER % ("alice", "certificates: ['DNS:alice']")
        uri = self.served(ca, users=users).uris[0]
        shown = {**self.ca, "CHAN_CERT": alice[0], "CHAN_KEY": alice[1]}
        self.assertEqual(self.chan(uri, "whoami", env=shown)[0], "alice\n")
        printed, _ = self.chan(uri, "--ca", self.authority.pem, "--cert", alice[0],
                               "--key", alice[1], "-j", "whoami")
        self.assertEqual(printed, '{"user":"alice"}\n')
        _, said = self.chan(uri, "whoami", status=4, env=self.ca)
        self.assertIn("certificate required", said)
        printed, _ = self.finish(self.start(FERRY, uri, "blocking", env={
            **self.ca, "CLIENT_CERT": alice[0], "CLIENT_KEY": alice[1]}))
        self.assertEqual(printed.splitlines()[0], "i am alice")

    def test_tokens_that_chan_makes_are_those_that_chand_knows(self):
        token, said = self.finish(self.start(CHAN, "token", "new"))
        listed = said.partition("chand.yaml: ")[2].strip()
        secret, _ = self.finish(self.start(
            "sh", "-c", "printf 'correct horse\\n' | %s token hash" % CHAN))
        users = USER % ("robot", listed) + USER % ("eve", "tokens: ['%s']" % secret.strip())
        uri = self.served(users=users).uris[0]
        path = os.path.join(self.folder, "token")
        with open(path, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(token)
        self.assertEqual(self.chan(uri, "whoami", env={**self.ca, "CHAN_TOKEN_FILE": path}),
                         ("robot\n", ""))
        self.assertEqual(
            self.chan(uri, "whoami", env={**self.ca, "CHAN_TOKEN": "eve:correct horse"}),
            ("eve\n", ""))
        _, said = self.chan(uri, "whoami", status=2, env={**self.ca, "CHAN_TOKEN": "eve:x"})
        self.assertEqual(said, "chan: %s refuses the token: not allowed: the token is not "
                         "valid (CHAN_TOKEN_FILE names its file)\n" % uri)
        os.chmod(path, 0o640)
        _, said = self.chan(uri, "whoami", status=2, env={"CHAN_TOKEN_FILE": path})
        self.assertEqual(said, "chan: others can read %s, so its token is not used "
                         "(chmod 600 %s)\n" % (path, path))

    def test_a_token_is_seen_by_nobody(self):
        daemon = self.served(users=USER % ("robot", token_of("s3cret")),
                             args=("--log-level", "debug"))
        taker = self.start(CHAN, "-s", daemon.uris[1], "take", "c", "-n", "2",
                           env={"CHAN_TOKEN": "s3cret"})
        other = self.client(daemon, 1)
        other.ok("hello", token="s3cret")
        other.ok("put", chan="c", value="on its way")
        self.assertEqual(taker.stdout.readline(), "on its way\n")
        for name in ("cmdline", "environ"):
            with open("/proc/%d/%s" % (taker.pid, name), "rb") as file:
                content = file.read()
            self.assertTrue(content)
            self.assertNotIn(b"s3cret", content, name)
        other.ok("put", chan="c", value="done")
        self.assertNotIn("s3cret", "".join(self.finish(taker)))
        _, said = self.chan(daemon.uris[1], "ping", status=2, env={"CHAN_TOKEN": "s3cre"})
        self.assertNotIn("s3cre", said)
        daemon.stop()
        self.assertEqual([line for line in daemon.lines if "s3cre" in line], [])

    def test_what_work_runs_does_not_get_the_token(self):
        daemon = self.served(users=USER % ("robot", token_of("s3cret")))
        other = self.client(daemon, 1)
        other.ok("hello", token="s3cret")
        worker = self.start(CHAN, "-s", daemon.uris[1], "work", "in", "--", "sh", "-c",
                            "cat; echo \" ${CHAN_TOKEN-none} $CHAN_SERVER\"",
                            env={"CHAN_TOKEN": "s3cret", "CHAN_SERVER": "unix:///x"})
        other.ok("put", chan="in", value="job")
        self.assertEqual(worker.stdout.readline(), "job none unix:///x\n")

    def test_a_token_that_is_withdrawn_ends_a_program_that_would_come_again(self):
        daemon = self.served(users=USER % ("robot", token_of("old")))
        with open(daemon.config, encoding="ascii") as file:
            config = file.read()
        holder = self.start(HOLDER, daemon.uris[0], "threads", "1", "0",
                            env={**self.ca, "CLIENT_TOKEN": "old"})
        other = self.client(daemon, 1)
        other.ok("hello", token="old")
        until(lambda: other.call("stat", chan="in").get("stat", {}).get("parked_takes"),
              "a parked take")
        daemon.configure(config.replace(token_of("old"), token_of("new")))
        daemon.kill(signal.SIGHUP)
        printed, _ = self.finish(holder)
        self.assertRegex(printed, r"(?s)^down: .*end 5 not allowed: the token is not valid\n$")
        self.assertEqual(len(re.findall("^trying", printed, re.M)), 1)


if __name__ == "__main__":
    main()
