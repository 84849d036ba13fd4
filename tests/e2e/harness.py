# SPDX-License-Identifier: MIT
"""The real daemon as a process, and clients with nothing but a socket.

CHAND_BIN is the daemon to test. CHAND_TEST_SLOW stretches every patience, for builds with
a sanitizer, whose use of memory is not looked at. Nothing waits for a while: tests wait for a line, a reply or a state, and fail
when it does not come in time.
"""
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

CHAND = os.environ.get("CHAND_BIN", "build/bin/chand")
SLOW = float(os.environ.get("CHAND_TEST_SLOW", "1"))
SANITIZED = SLOW > 1
PATIENCE = 20 * SLOW
FINDING = re.compile(r"ERROR: \w+Sanitizer|WARNING: ThreadSan|runtime error:|Assertion")
HERE = os.path.dirname(os.path.abspath(__file__))


def until(condition, what, patience=PATIENCE):
    """Waits until condition() is true, and returns what it said."""
    deadline = time.monotonic() + patience
    wait = threading.Event()
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain for " + what)
        wait.wait(0.005)


def encoded(request):
    """A request as it goes over the wire: bytes as they are, text and objects as a line."""
    if isinstance(request, bytes):
        return request
    if isinstance(request, dict):
        request = json.dumps(request)
    return request.encode() + b"\n"


class Client:
    """A connection. What comes is kept until somebody asks for it.

    `tls` is an ssl.SSLContext to be used on it, `hello` bytes to be sent before that."""

    def __init__(self, address, patience=PATIENCE, receive_buffer=None, tls=None,
                 hello=b"", name="localhost"):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        if family == socket.AF_INET and ":" in address[0]:
            family = socket.AF_INET6
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(patience)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            self.socket.connect(address)
            if hello:
                self.socket.sendall(hello)
            if tls:
                self.socket = tls.wrap_socket(self.socket, server_hostname=name)
        except BaseException:
            self.socket.close()
            raise
        self.pending = b""
        self.syncs = 0

    def send(self, *requests):
        self.socket.sendall(b"".join(encoded(r) for r in requests))

    def line(self):
        """The next line without its LF; None: the daemon has closed."""
        parts = [self.pending]
        while b"\n" not in parts[-1]:
            more = self.socket.recv(1 << 18)
            if not more:
                self.pending = b""
                if any(parts):
                    raise AssertionError("an unfinished line: %r" % b"".join(parts)[:200])
                return None
            parts.append(more)
        line, _, self.pending = b"".join(parts).partition(b"\n")
        return line

    def reply(self):
        line = self.line()
        if line is None:
            raise AssertionError("the daemon has closed the connection")
        return json.loads(line)

    def call(self, op, **members):
        self.send(dict(members, op=op))
        return self.reply()

    def ok(self, op, **members):
        reply = self.call(op, **members)
        if not reply["ok"]:
            raise AssertionError("%s %r was answered %r" % (op, members, reply))
        return reply

    def sync(self):
        """Whatever was sent before has been started; returns the lines that came first."""
        self.syncs += 1
        name = "sync %d" % self.syncs
        self.send({"op": "ping", "id": name})
        lines = []
        while True:
            line = self.line()
            if line is None:
                raise AssertionError("the daemon has closed the connection")
            if line == b'{"id":"%s","ok":true}' % name.encode():
                return lines
            lines.append(line)

    def park(self, *requests):
        """Sends requests that park, and returns when they have."""
        self.send(*requests)
        lines = self.sync()
        if lines:
            raise AssertionError("answered instead of parked: %r" % lines)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Goes without good-bye: the daemon sees a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def close(self):
        self.socket.close()


class Daemon:
    """A running chand; its log is read as it comes."""

    def __init__(self, config=None, args=(), listen=("tcp://127.0.0.1:0",), env=None,
                 descriptors=None, sockets=(), listening=None, launch=None):
        self.folder = tempfile.mkdtemp(prefix="chand-test-")
        self.lines, self.seen = [], threading.Condition()
        self.ended = False
        command = [CHAND, *args]
        for uri in listen:
            command += ["-l", uri]
        self.config = None
        if config is not None:
            self.config = os.path.join(self.folder, "chand.yaml")
            self.configure(config)
            command += ["-c", self.config]
        if sockets:
            numbers = ",".join(str(s.fileno()) for s in sockets)
            command = [sys.executable, os.path.join(HERE, "launch.py"), numbers, *command]
        self.process = self.reader = None
        try:
            self._start(command, env, sockets, descriptors, launch or {})
            self.uris = [self.wait_for(r"listening on (\S+)", at=i)[1]
                         for i in range(len(listen) if listening is None else listening)]
        except BaseException:
            self.discard()
            raise

    def _start(self, command, env, sockets, descriptors, launch):
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})}, pass_fds=[s.fileno() for s in sockets],
            preexec_fn=descriptors and (lambda: resource.setrlimit(
                resource.RLIMIT_NOFILE, (descriptors, descriptors))),
            **launch)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def configure(self, text):
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def _read(self):
        for line in self.process.stderr:
            with self.seen:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self.seen.notify_all()
        with self.seen:
            self.ended = True
            self.seen.notify_all()

    def matches(self, pattern):
        with self.seen:
            return [m for m in (re.search(pattern, line) for line in self.lines) if m]

    def wait_for(self, pattern, at=0, patience=PATIENCE):
        """The at-th line of the log that matches, from 0."""
        deadline = time.monotonic() + patience
        with self.seen:
            while True:
                found = [m for m in (re.search(pattern, line) for line in self.lines) if m]
                if len(found) > at:
                    return found[at]
                left = deadline - time.monotonic()
                if left <= 0 or self.ended:
                    raise AssertionError("no line %r in the log:\n%s"
                                         % (pattern, "\n".join(self.lines)))
                self.seen.wait(left)

    def address(self, at=0):
        scheme, _, rest = self.uris[at].partition("://")
        if scheme == "unix":
            return "\0" + rest[1:] if rest.startswith("@") else rest
        host, _, port = rest.rpartition(":")
        return host.strip("[]"), int(port)

    def connect(self, at=0, **options):
        return Client(self.address(at), **options)

    def kill(self, number):
        self.process.send_signal(number)

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def threads(self):
        return len(os.listdir("/proc/%d/task" % self.process.pid))

    def rss(self):
        """Its memory in use, in bytes."""
        with open("/proc/%d/smaps_rollup" % self.process.pid, encoding="ascii") as file:
            return int(re.search(r"^Rss:\s+(\d+) kB", file.read(), re.M)[1]) * 1024

    def wait(self, patience=PATIENCE):
        """Its exit status, once all its log has been read."""
        self.reader.join(patience) # first, as waiting for a process means to ask again
        return self.process.wait(patience)

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.kill(number)
        return self.wait()

    def discard(self):
        if self.process:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.reader.join(PATIENCE)
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def findings(self):
        return [line for line in self.lines if FINDING.search(line)]


class DaemonTest(unittest.TestCase):
    """Daemons and clients that are gone at the end, the daemons without a fault."""

    def daemon(self, *args, status=0, **options):
        daemon = Daemon(*args, **options)
        self.addCleanup(self._end, daemon, status)
        return daemon

    def client(self, daemon, at=0, **options):
        client = daemon.connect(at, **options)
        self.addCleanup(client.close)
        return client

    def _end(self, daemon, status):
        try:
            ended = daemon.stop()
            log = "\n".join(daemon.lines[-60:])
            self.assertEqual(daemon.findings(), [], log)
            self.assertEqual(ended, status, log)
        finally:
            daemon.discard()

    def connections(self, client, count):
        """Waits until the daemon knows of so many connections, this one included."""
        until(lambda: client.ok("stat")["stat"]["connections"] == count,
              "%d connections" % count)

    def assertRefused(self, reply, reason, text=""):
        self.assertIs(reply["ok"], False, reply)
        self.assertEqual(reply["reason"], reason, reply)
        self.assertIn(text, reply["message"], reply)


def main():
    unittest.main(verbosity=2)
