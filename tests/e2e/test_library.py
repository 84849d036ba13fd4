# SPDX-License-Identifier: MIT
"""Programs with libchan and chan_keep: killed, left alone by their server, cut off without
a word, shared by threads and processes. HOLDER_BIN is such a program (holder.c)."""
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from certificates import Authority
from harness import FINDING, PATIENCE, DaemonTest, main, until

HOLDER = os.environ["HOLDER_BIN"]


class Holder:
    """A program that takes from "in", or puts its lines to "out"; what it says is read."""

    def __init__(self, uri, mode, count=1, silence_ms=0, env=None):
        self.said, self.news = [], threading.Condition()
        self.process = subprocess.Popen(
            [HOLDER, uri, mode, str(count), str(silence_ms)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.said.append(line.decode(errors="replace").rstrip("\n"))
                self.news.notify_all()

    def lines(self, pattern=""):
        with self.news:
            return [line for line in self.said if re.search(pattern, line)]

    def wait_for(self, pattern, count=1):
        until(lambda: len(self.lines(pattern)) >= count,
              "%d times %r in:\n%s" % (count, pattern, "\n".join(self.said[-40:])))
        return self.lines(pattern)

    def put(self, value):
        self.process.stdin.write(value.encode() + b"\n")
        self.process.stdin.flush()

    def kill(self):
        self.process.kill()

    def discard(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(PATIENCE)
        self.process.stdin.close()
        self.process.stdout.close()


class Proxy:
    """Hands bytes on, both ways, until it goes silent: then nothing comes through, and
    nothing is closed, as if the network had gone. New connections pass, while there is
    somebody at the address."""

    def __init__(self, address=None):
        self.address = address
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.pairs, self.silent, self.ended = {}, set(), False
        self.accepted = 0
        self.waker, self.wake = socket.socketpair()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _accept(self):
        near, _ = self.listener.accept()
        try:
            far = socket.create_connection(self.address)
        except OSError:
            near.close()
            return
        self.pairs[near], self.pairs[far] = far, near
        self.accepted += 1

    def _hand_on(self, source):
        try:
            data = source.recv(65536)
        except OSError:
            data = b""
        target = self.pairs[source]
        try:
            target.sendall(data)
        except OSError:
            data = b""
        if data:
            return
        for end in (source, target):
            del self.pairs[end]
            end.close()

    def _run(self):
        while not self.ended:
            heard = [s for s in self.pairs if s not in self.silent]
            ready, _, _ = select.select([self.listener, self.waker, *heard], [], [])
            for source in ready:
                if source is self.listener:
                    self._accept()
                elif source is self.waker:
                    self.waker.recv(1)
                    self.silent |= set(self.pairs)
                elif source in self.pairs:
                    self._hand_on(source)

    def fall_silent(self):
        self.wake.send(b"s")

    def close(self):
        self.ended = True
        self.wake.send(b"e")
        self.thread.join(PATIENCE)
        for end in (self.listener, self.waker, self.wake, *self.pairs):
            end.close()


class Library(DaemonTest):
    environment = {}
    values = 2000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="chan-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.uri = "unix://%s/s" % self.folder

    def serve(self, status=0):
        daemon = self.daemon("workers: 2", listen=(self.uri,), status=status)
        return daemon, self.client(daemon)

    def proxy(self, address=None):
        proxy = Proxy(address)
        self.addCleanup(proxy.close)
        return proxy

    def serve_behind_proxy(self):
        daemon = self.daemon("workers: 1")
        proxy = self.proxy(daemon.address())
        return self.client(daemon), proxy, proxy.uri

    def holder(self, *args, **options):
        holder = Holder(*args, env=self.environment, **options)
        self.addCleanup(self._end_holder, holder)
        return holder

    def _end_holder(self, holder):
        holder.discard()
        self.assertEqual([line for line in holder.said if FINDING.search(line)], [],
                         "\n".join(holder.said))

    def parked(self, client, count, chan="in"):
        def takes():
            stat = client.call("stat", chan=chan)
            return stat["ok"] and stat["stat"]["parked_takes"] == count
        until(takes, "%d parked takes" % count)

    # ---- a client that goes ----

    def test_values_are_not_handed_to_a_program_that_was_killed(self):
        _, client = self.serve()
        for mode in ("loop", "threads", "processes"):
            with self.subTest(mode):
                holder = self.holder(self.uri, mode, 4)
                self.parked(client, 4)
                holder.kill()
                self.connections(client, 1)
                reply = client.call("put", chan="in", value=1, timeout_ms=0)
                self.assertEqual(reply, {"ok": False, "reason": "timeout"})

    # ---- a server that goes ----

    def restart(self, mode, number):
        daemon, client = self.serve(-number if number == signal.SIGKILL else 0)
        holder = self.holder(self.uri, mode, 3)
        self.parked(client, 3)
        client.ok("put", chan="in", value="before")
        holder.wait_for('took "before"')
        daemon.stop(number)
        holder.wait_for("^down:")
        daemon, client = self.serve()
        self.parked(client, 3)
        client.ok("put", chan="in", value="after")
        holder.wait_for('took "after"')
        self.assertEqual(holder.lines("^end"), [])
        for _ in range(3):
            client.ok("put", chan="in", value="end")
        self.assertEqual(holder.process.wait(PATIENCE), 0)
        daemon.stop()

    def test_takes_survive_a_server_that_is_restarted(self):
        for mode in ("loop", "threads", "processes", "mixed"):
            with self.subTest(mode):
                self.restart(mode, signal.SIGTERM)

    def test_takes_survive_a_server_that_is_killed(self):
        for mode in ("loop", "threads", "processes", "mixed"):
            with self.subTest(mode):
                self.restart(mode, signal.SIGKILL)

    def test_puts_wait_for_a_server_that_is_restarted(self):
        daemon, client = self.serve()
        holder = self.holder(self.uri, "put")
        client.ok("open", chan="out", buffer={"kind": "fixed", "size": 100})
        holder.put("1")
        holder.wait_for("put ok")
        daemon.stop()
        holder.put("2")
        holder.wait_for("^down:")
        _, client = self.serve()
        self.assertEqual(client.ok("take", chan="out")["value"], 2)
        holder.wait_for("put ok", 2)
        reply = client.call("take", chan="out", timeout_ms=0)
        self.assertEqual(reply["reason"], "timeout", "it was put twice")

    def test_a_put_that_was_parked_is_not_known_to_be_done(self):
        daemon, client = self.serve(-signal.SIGKILL)
        holder = self.holder(self.uri, "put")
        holder.put("1")
        until(lambda: client.call("stat", chan="out")["ok"], "a parked put")
        daemon.stop(signal.SIGKILL)
        said = holder.wait_for("put ")[0]
        self.assertIn("whether it was done is not known", said)
        _, client = self.serve()
        holder.put("2")
        self.assertEqual(client.ok("take", chan="out")["value"], 2, "1 was put again")
        holder.wait_for("put ok")

    # ---- a network that goes ----

    def fall_silent(self, mode):
        client, proxy, uri = self.serve_behind_proxy()
        holder = self.holder(uri, mode, 3, silence_ms=300)
        self.parked(client, 3)
        began = time.monotonic()
        proxy.fall_silent()
        holder.wait_for("^down: the connection is given up: the server is silent")
        self.assertGreater(time.monotonic() - began, 0.3)
        holder.wait_for("^up:")
        self.assertEqual(proxy.accepted, 2)
        # The server does not know that the first connection is dead: it has six now.
        self.parked(client, 6)
        for value in range(6):
            client.ok("put", chan="in", value=value)
        self.assertEqual(sorted(holder.wait_for("took", 3)),
                         ["took %d" % value for value in range(3, 6)])
        self.assertEqual(holder.lines("^end"), [])
        # Those of the dead connection are lost with it.
        for _ in range(3):
            client.ok("put", chan="in", value="end")
        self.assertEqual(holder.process.wait(PATIENCE), 0)

    def test_a_connection_that_falls_silent_is_replaced(self):
        for mode in ("loop", "threads", "processes"):
            with self.subTest(mode):
                self.fall_silent(mode)

    # ---- one connection for many ----

    def test_threads_and_processes_share_one_connection(self):
        _, client = self.serve()
        for mode in ("threads", "processes", "mixed"):
            with self.subTest(mode):
                holder = self.holder(self.uri, mode, 16)
                self.parked(client, 16)
                self.connections(client, 2)
                for value in range(self.values):
                    client.send({"op": "put", "chan": "in", "value": value})
                for _ in range(self.values):
                    self.assertTrue(client.reply()["ok"])
                for _ in range(16):
                    client.ok("put", chan="in", value="end")
                self.assertEqual(holder.process.wait(PATIENCE), 0)
                taken = holder.wait_for("took [0-9]", self.values)
                self.assertEqual(sorted(int(line[5:]) for line in taken),
                                 list(range(self.values)))
                self.connections(client, 1)


class LibraryOverTls(Library):
    """All of it over TLS, from a port that stays when the daemon has gone."""

    values = 200

    @classmethod
    def setUpClass(cls):
        cls.keys = tempfile.mkdtemp(prefix="chan-test-keys-")
        authority = Authority(cls.keys)
        cls.server = authority.issue("server")
        cls.environment = {"CLIENT_CA": authority.pem}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.keys)

    def setUp(self):
        super().setUp()
        self.port = self.proxy()
        self.uri = self.port.uri.replace("tcp://127.0.0.1", "tls://localhost")

    def serve(self, status=0):
        listen = ("listen: ['tcp://127.0.0.1:0',"
                  " {uri: 'tls://127.0.0.1:0', certificate: %s, key: %s}]\n")
        daemon = self.daemon(listen % self.server + "workers: 2\n", listen=(),
                             listening=2, status=status)
        self.port.address = daemon.address(1)
        return daemon, self.client(daemon)

    def serve_behind_proxy(self):
        self.port.accepted = 0
        _, client = self.serve()
        return client, self.port, self.uri


if __name__ == "__main__":
    main()
