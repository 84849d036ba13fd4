# SPDX-License-Identifier: MIT
"""Clients that take their time, or are gone without a word: who is waited for, and who not.

Time is what this is about, so all tests run at once.
"""
import ctypes
import functools
import os
import socket
import struct
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from harness import PATIENCE, Client, DaemonTest, encoded, main, until

SO_ATTACH_FILTER = 26
CLONE_NEWNET = 0x40000000
DROP_ALL = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))  # BPF: ret 0
TAKE = {"op": "take", "id": "waits", "chan": "c"}


def all_at_once(cls):
    """Each test begins when the class does; what unittest runs is the wait for its end."""
    names = [name for name in vars(cls) if name.startswith("test_")]

    def begin(cls):
        cls.pool = ThreadPoolExecutor(len(names))
        cls.instances = {name: cls(name) for name in names}
        cls.ends = {name: cls.pool.submit(getattr(cls, "begun_" + name), instance)
                    for name, instance in cls.instances.items()}

    def waiting(name):
        def wait(self):
            self.addCleanup(self.instances[name].doCleanups)
            self.ends[name].result()
        return functools.wraps(getattr(cls, name))(wait)

    for name in names:
        setattr(cls, "begun_" + name, getattr(cls, name))
        setattr(cls, name, waiting(name))
    cls.setUpClass = classmethod(begin)
    cls.tearDownClass = classmethod(lambda cls: cls.pool.shutdown())
    return cls


def vanish(client):
    """From now on its machine drops whatever comes for it, as if it were not there."""
    program = struct.pack("HL", 1, ctypes.addressof(DROP_ALL))
    client.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


class Network:
    """A machine of its own, as far as the network is concerned, that can be unplugged."""

    def __init__(self, name):
        self.name, octet = name, os.getpid() % 250 + 1
        self.here, self.there = "198.18.%d.1" % octet, "198.18.%d.2" % octet
        self.ip("netns", "add", name)
        try:
            self.ip("link", "add", name, "type", "veth", "peer", "name", "far", "netns", name)
            self.ip("addr", "add", self.here + "/30", "dev", name)
            self.ip("link", "set", name, "up")
            self.ip("-n", name, "addr", "add", self.there + "/30", "dev", "far")
            self.ip("-n", name, "link", "set", "far", "up")
        except BaseException:
            self.remove()
            raise

    def ip(self, *words):
        subprocess.run(["ip", *words], check=True, capture_output=True)

    def connect(self, address):
        """A client there: what makes the socket is a thread that went there for it."""
        def enter():
            with open("/run/netns/" + self.name, encoding="ascii") as there:
                libc = ctypes.CDLL(None, use_errno=True)
                if libc.setns(there.fileno(), CLONE_NEWNET) < 0:
                    raise OSError(ctypes.get_errno(), "setns")
            return Client(address)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(enter).result()

    def unplug(self):
        self.ip("-n", self.name, "link", "set", "far", "down")

    def remove(self):
        """The link as well: a machine stays as long as one of its sockets has to say something."""
        subprocess.run(["ip", "link", "del", self.name], check=False, capture_output=True)
        self.ip("netns", "del", self.name)


class SlowTest(DaemonTest):
    def start(self, limits, more="", listen=("tcp://127.0.0.1:0",)):
        self.served = self.daemon("workers: 2\nlimits: {%s}\n%s" % (limits, more),
                                  listen=listen)

    def gone(self, client):
        """Whether the daemon has closed it; what it sent before is kept."""
        client.socket.setblocking(False)
        try:
            more = client.socket.recv(1 << 16)
            client.pending += more
            return not more
        except BlockingIOError:
            return False
        except ConnectionResetError:
            return True
        finally:
            client.socket.settimeout(PATIENCE)

    def while_waiting(self, seconds, do=lambda: None, pause=0.05):
        """Does it again and again, for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            do()
            threading.Event().wait(pause)

    def trickle(self, client, byte):
        """Sends a byte again and again, until the daemon has closed."""
        def ended():
            try:
                client.send(byte)
                return self.gone(client)
            except (BrokenPipeError, ConnectionResetError):
                return True
        until(ended, "the end")

    def stat(self, watcher):
        return watcher.ok("stat")["stat"]

    def gorge(self, client, watcher, most=400):
        """Has more sent to it than it takes: some waits in the daemon."""
        watcher.ok("open", chan="p", buffer={"kind": "promise"})
        watcher.ok("put", chan="p", value="x" * 100000)
        client.send(*[{"op": "take", "chan": "p"} for _ in range(most)])
        until(lambda: self.stat(watcher)["output_bytes"] > 0, "unread output")


@all_at_once
class Slow(SlowTest):
    # limits.request_timeout_s

    def test_a_line_that_does_not_end_ends_the_connection_byte_by_byte_or_not(self):
        self.start("request_timeout_s: 1")
        other = self.client(self.served)
        for trickle in (True, False):
            client = self.client(self.served)
            client.park(TAKE)
            began = time.monotonic()
            client.send(b'{"op":"ping","id":"')
            if trickle:
                self.trickle(client, b"x")
            self.assertRefused(client.reply(), "limit", "request_timeout_s")
            self.assertGreater(time.monotonic() - began, 0.9)
            self.assertEqual(client.reply(), {"id": "waits", "ok": False, "reason": "cancelled"})
            if not trickle:  # else it may be a reset: there is input that nobody read
                self.assertIsNone(client.line())
            self.assertEqual(other.call("put", chan="c", value=1, timeout_ms=0)["reason"],
                             "timeout")

    def test_the_rest_of_a_line_over_the_limit_must_come_to_an_end_too(self):
        self.start("request_timeout_s: 1, request_bytes: 100")
        client = self.client(self.served)
        client.send(b"x" * 200)
        self.assertRefused(client.reply(), "too_large")
        self.assertRefused(client.reply(), "limit", "request_timeout_s")
        self.assertIsNone(client.line())

    def test_lines_may_be_torn_for_ever_if_each_is_ended_in_time(self):
        self.start("request_timeout_s: 2")
        client = self.client(self.served)
        line = encoded({"op": "ping"})
        client.send(line[:5])
        self.while_waiting(5, lambda: client.send(line[5:] + line[:5]), pause=0.3)
        client.send(line[5:])
        client.half_close()
        while client.line() is not None:
            pass  # an answer that is none would have failed

    def test_what_was_not_read_is_not_late(self):
        self.start("request_timeout_s: 1, output_bytes: 1KiB")
        watcher, client = self.client(self.served), self.client(self.served, receive_buffer=4096)
        line = encoded({"op": "ping", "id": "late"})
        watcher.ok("open", chan="p", buffer={"kind": "promise"})
        watcher.ok("put", chan="p", value="x" * 1000000)
        client.send(b"".join(encoded({"op": "take", "chan": "p"}) for _ in range(10)) + line[:9])
        until(lambda: self.stat(watcher)["output_bytes"] > 1024, "unread output")
        client.send(line[9:])
        self.while_waiting(3, watcher.sync)
        for _ in range(10):
            self.assertEqual(len(client.reply()["value"]), 1000000)
        self.assertEqual(client.reply(), {"id": "late", "ok": True})

    def test_a_reload_counts_for_lines_that_have_begun(self):
        self.start("request_timeout_s: 0")
        client, watcher = self.client(self.served), self.client(self.served)
        client.send(b'{"op":')
        self.while_waiting(3, watcher.sync)
        self.assertFalse(self.gone(client))
        self.served.configure("limits: {request_timeout_s: 1}")
        self.served.kill(1)
        self.assertRefused(client.reply(), "limit", "request_timeout_s")

    def test_who_is_sent_away_and_does_not_read_why_is_not_waited_for(self):
        self.start("request_timeout_s: 1, output_bytes: 64MiB")
        watcher, client = self.client(self.served), self.client(self.served, receive_buffer=4096)
        self.gorge(client, watcher)
        client.send(b"{")
        self.connections(watcher, 1)
        self.assertEqual(self.stat(watcher)["output_bytes"], 0)

    def test_strangers_must_say_hello_in_time(self):
        self.start("handshake_s: 1", "users:\n  - {name: me, uid: %d, rules: [{allow: [put], "
                   "channels: ['*']}]}" % os.getuid(),
                   listen=("tcp://127.0.0.1:0", "unix://@chand-slow-%d" % os.getpid()))
        silent, trickling = self.client(self.served), self.client(self.served)
        known = self.client(self.served, at=1)
        began = time.monotonic()
        self.trickle(trickling, b" ")
        for client in (silent, trickling):
            self.assertRefused(client.reply(), "forbidden", "handshake_s")
        self.assertIsNone(silent.line())
        self.assertGreater(time.monotonic() - began, 0.9)
        self.while_waiting(2)
        known.ok("ping")

    # limits.unread_s

    def check_unread(self, listen):
        self.start("unread_s: 1, output_bytes: 64MiB", listen=(listen,))
        watcher, busy, slow = (self.client(self.served, receive_buffer=4096)
                               for _ in range(3))
        busy.park(TAKE)
        self.gorge(busy, watcher)
        slow.send(*[{"op": "take", "chan": "p"} for _ in range(400)])
        until(lambda: slow.socket.recv(65536) and self.stat(watcher)["connections"] == 2,
              "the end of one who does not read")
        self.assertEqual(watcher.call("put", chan="c", value=1, timeout_ms=0)["reason"],
                         "timeout")
        busy.close()
        slow.half_close()
        while slow.socket.recv(1 << 20):
            pass

    def test_who_does_not_read_is_disconnected_over_tcp(self):
        self.check_unread("tcp://127.0.0.1:0")

    def test_who_does_not_read_is_disconnected_over_a_unix_socket(self):
        self.check_unread("unix://@chand-unread-%d" % os.getpid())

    def test_who_does_not_read_what_the_kernel_has_for_him_is_disconnected(self):
        self.start("unread_s: 1")
        watcher, busy = self.client(self.served), self.client(self.served, receive_buffer=4096)
        busy.ok("open", chan="p", buffer={"kind": "promise"})
        busy.ok("put", chan="p", value="x" * 100000)
        busy.send({"op": "take", "chan": "p"})
        self.connections(watcher, 1)

    def test_who_is_busy_stays_by_default_whatever_his_machine_has_no_room_for(self):
        self.start("keepalive_s: 1")
        watcher, busy = self.client(self.served), self.client(self.served, receive_buffer=4096)
        self.gorge(busy, watcher, most=100)
        self.while_waiting(6, watcher.sync)
        for _ in range(100):
            self.assertEqual(len(busy.reply()["value"]), 100000)
        busy.sync()

    # limits.keepalive_s: clients whose machine does not answer any more.

    def test_an_idle_client_that_is_gone_leaves_what_it_has_parked(self):
        self.start("keepalive_s: 2")
        watcher, client = self.client(self.served), self.client(self.served)
        client.park(TAKE)
        vanish(client)
        self.connections(watcher, 1)
        watcher.send({"op": "put", "id": 1, "chan": "c", "value": "for who is there"})
        self.assertEqual(watcher.call("take", id=2, chan="c"), {"id": 1, "ok": True})
        self.assertEqual(watcher.reply()["value"], "for who is there")

    def test_a_client_that_is_gone_with_output_on_its_way_is_found_too(self):
        self.start("keepalive_s: 2")
        watcher, client = self.client(self.served), self.client(self.served)
        client.park(TAKE, dict(TAKE, id="too"))
        vanish(client)
        watcher.ok("put", chan="c", value="lost on the way")
        began = time.monotonic()
        self.connections(watcher, 1)
        self.assertGreater(time.monotonic() - began, 1.5)
        self.assertEqual(watcher.call("put", chan="c", value=1, timeout_ms=0)["reason"],
                         "timeout")

    def test_a_client_that_is_gone_while_it_did_not_read_is_found_too(self):
        self.start("keepalive_s: 2")
        watcher, client = self.client(self.served), self.client(self.served, receive_buffer=4096)
        self.gorge(client, watcher, most=100)
        vanish(client)
        self.connections(watcher, 1)
        self.assertEqual(self.stat(watcher)["output_bytes"], 0)

    def test_machines_that_were_unplugged_are_found_idle_or_not(self):
        try:
            network = Network("chand%d" % os.getpid())
        except (OSError, subprocess.CalledProcessError) as error:
            self.skipTest("a network of its own takes root and iproute2: %s" % error)
        self.addCleanup(network.remove)
        self.start("keepalive_s: 2", more="allow_open: true",
                   listen=("tcp://%s:0" % network.here, "tcp://127.0.0.1:0"))
        watcher = self.client(self.served, at=1)
        clients = [network.connect(self.served.address()) for _ in range(2)]
        for i, client in enumerate(clients):
            self.addCleanup(client.close)
            client.park(dict(TAKE, chan="c%d" % i))
        network.unplug()
        watcher.ok("put", chan="c0", value="lost on the way")
        self.connections(watcher, 1)
        self.assertEqual(watcher.call("put", chan="c1", value=1, timeout_ms=0)["reason"],
                         "timeout")

    def test_a_client_that_answers_stays_however_quiet_it_is(self):
        self.start("keepalive_s: 1")
        client, watcher = self.client(self.served), self.client(self.served)
        client.park(TAKE)
        self.while_waiting(5, pause=1)
        watcher.ok("put", chan="c", value="still there")
        self.assertEqual(client.reply()["value"], "still there")


if __name__ == "__main__":
    main()
