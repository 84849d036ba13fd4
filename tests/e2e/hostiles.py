# SPDX-License-Identifier: MIT
"""Those whom a daemon has to stand: each function of ROLES is one of them, for a moment.

They are given a Stage: where to connect to, dice, and the token of a user who may do
little. Whatever the daemon does to them is fine, but for letting them have what is not
theirs, which is a Breach.
"""
import ctypes
import json
import select
import socket
import ssl
import struct
import time

from harness import Client, encoded

MOMENT = 0.3  # that a hostile one takes his time, at most
SO_ATTACH_FILTER = 26
DROP_ALL = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))  # BPF: ret 0
PROXY = b"\r\n\r\n\0\r\nQUIT\n"


class Breach(AssertionError):
    """The daemon has done for a hostile one what it should not."""


class Stage:
    def __init__(self, dice, addresses, tls_address, context, token, own, foreign):
        self.dice, self.addresses, self.tls_address = dice, addresses, tls_address
        self.context, self.token = context, token
        self.own, self.foreign = own, foreign  # the beginnings of names of channels
        self.clients, self.departed = [], []

    def connect(self, address=None, **options):
        """To there, or to any of the places that want no TLS."""
        client = Client(address or self.dice.choice(self.addresses), patience=2, **options)
        self.clients.append(client)
        return client

    def greeted(self, **options):
        client = self.connect(**options)
        reply = client.call("hello", token=self.token)
        if not reply["ok"]:
            raise OSError("not let in: %s" % reply)
        return client

    def clear(self):
        while self.clients:
            self.clients.pop().close()

    def until_moment(self):
        """So often as fits in a moment."""
        end = time.monotonic() + self.dice.random() * MOMENT
        while time.monotonic() < end:
            yield

    def bytes(self, most):
        return self.dice.randbytes(self.dice.randrange(1, most))


def vanish(client):
    """From now on its machine drops whatever comes for it, as if it were not there."""
    program = struct.pack("HL", 1, ctypes.addressof(DROP_ALL))
    client.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def pour(client, data):
    """Sends what goes in a moment, reading nothing."""
    end = time.monotonic() + MOMENT
    client.socket.setblocking(False)
    sent = 0
    while time.monotonic() < end:
        if select.select([], [client.socket], [], 0.05)[1]:
            sent = (sent + client.socket.send(data[sent:])) % len(data)


def pour_and_read(client, data):
    """The same, reading what comes."""
    end = time.monotonic() + MOMENT
    client.socket.setblocking(False)
    sent = 0
    while time.monotonic() < end:
        readable, writable, _ = select.select([client.socket], [client.socket], [], 0.05)
        if readable and not client.socket.recv(1 << 18):
            return
        if writable:
            sent = (sent + client.socket.send(data[sent:])) % len(data)


def end(stage, client):
    """Leaves in one way or another."""
    stage.dice.choice((client.close, client.reset, client.half_close))()
    client.close()


# Strangers.

def wrong_token(stage):
    client = stage.connect()
    reply = client.call("hello", token=stage.dice.choice(("", "ct_" + "x" * 43, "root:toor")))
    if reply.get("reason") not in ("forbidden", "limit"):
        raise Breach(reply)
    end(stage, client)


def no_token(stage):
    client = stage.connect()
    reply = client.call(**stage.dice.choice((
        {"op": "list"}, {"op": "take", "chan": stage.foreign + "buffer"}, {"op": "stat"},
        {"op": "delete", "chan": stage.foreign + "buffer"}, {"op": "hello"})))
    if reply.get("reason") not in ("forbidden", "limit"):
        raise Breach(reply)
    end(stage, client)


def garbage(stage):
    client = stage.connect()
    for _ in stage.until_moment():
        client.send(stage.bytes(3000) + b"\n" * stage.dice.randrange(2))
    end(stage, client)


def silence(stage):
    client = stage.connect()
    for _ in stage.until_moment():
        time.sleep(0.05)
    end(stage, client)


def half_line_for_ever(stage):
    client = stage.connect()
    client.send(b'{"op":"hello","token":"')
    client.socket.settimeout(3)
    client.socket.recv(1)  # until it has been sent away
    end(stage, client)


def storm(stage):
    """As many connections as there can be, more than the daemon has descriptors."""
    for _ in range(stage.dice.randrange(300)):
        stage.connect()
    for client in stage.clients:
        end(stage, client)


def proxy_header(stage):
    client = stage.connect()
    client.send(PROXY + stage.bytes(100))
    end(stage, client)


def tls_garbage(stage):
    with socket.create_connection(stage.tls_address, 5) as plain:
        plain.sendall(stage.dice.choice((b"\x16\x03\x01", b"GET / HTTP/1.1\r\n", PROXY))
                      + stage.bytes(2000))


def tls_half_handshake(stage):
    hello, nothing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = stage.context.wrap_bio(nothing, hello, server_hostname="localhost")
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:
        pass
    sent = hello.read()
    with socket.create_connection(stage.tls_address, 5) as plain:
        plain.sendall(sent[:stage.dice.randrange(1, len(sent) + 1)])
        for _ in stage.until_moment():
            time.sleep(0.05)


def tls_nobody(stage):
    client = stage.connect(stage.tls_address, tls=stage.context)
    client.send(stage.bytes(5000))
    end(stage, client)


# A user who may do little.

def byte_by_byte(stage):
    client = stage.greeted()
    line = encoded({"op": "put", "chan": stage.own + "slow", "value": "v" * 50})
    for byte, _ in zip(line, stage.until_moment()):
        client.send(bytes([byte]))
        time.sleep(0.01)
    end(stage, client)


def never_reading(stage):
    client = stage.greeted(receive_buffer=4096)
    client.send({"op": "open", "chan": stage.own + "promise", "buffer": {"kind": "promise"}},
                {"op": "put", "chan": stage.own + "promise", "value": "x" * 30000})
    pour(client, encoded({"op": "take", "chan": stage.own + "promise"}) * 100)
    end(stage, client)


def flood(stage):
    client = stage.greeted()
    pour_and_read(client, encoded(stage.dice.choice((
        {"op": "ping"}, {"op": "list"}, {"op": "take", "chan": stage.own + "f", "timeout_ms": 0},
        {"op": "put", "chan": stage.own + "f", "value": 1, "timeout_ms": 1},
        {"op": "alts", "timeout_ms": 0, "ops": [
            {"op": "take", "chan": stage.own + "a%d" % i} for i in range(200)]}))) * 500)
    end(stage, client)


def flood_without_reading(stage):
    client = stage.greeted()
    pour(client, encoded({"op": "take", "chan": stage.own + "parks"}) * 500)
    end(stage, client)


def bad_requests(stage):
    client = stage.greeted()
    for _ in stage.until_moment():
        line = bytearray(json.dumps({"op": "put", "id": 7, "chan": stage.own + "bad",
                                     "value": [1, {"a": None}], "timeout_ms": 0}).encode())
        for _ in range(stage.dice.randrange(1, 5)):
            line[stage.dice.randrange(len(line))] = stage.dice.randrange(256)
        client.send(bytes(line) + b"\n")
    end(stage, client)


def deep_and_long(stage):
    client = stage.greeted()
    client.send(b'{"op":"put","chan":"%sd","value":' % stage.own.encode()
                + b"[" * stage.dice.randrange(100000))
    client.send(b'\n{"op":"ping","id":"' + b"x" * stage.dice.randrange(300000))
    end(stage, client)


def parks_and_resets(stage):
    client = stage.greeted()
    client.send(*[stage.dice.choice((
        {"op": "take", "chan": stage.own + "t%d" % i},
        {"op": "put", "chan": stage.own + "p%d" % i, "value": "x" * 100},
        {"op": "alts", "ops": [{"op": "take", "chan": stage.own + "t%d" % i},
                               {"op": "put", "chan": stage.own + "q", "value": 0}]}))
        for i in range(150)])
    if stage.dice.random() < 0.5:
        client.line()
    client.reset()


def hog(stage):
    """Fills buffers until the daemon, or the user, may hold no more."""
    client = stage.greeted()
    client.call("open", chan=stage.own + "hog", buffer={"kind": "fixed", "size": 1000})
    for _ in stage.until_moment():
        reply = client.call("put", chan=stage.own + "hog", value="x" * 60000, timeout_ms=0)
        if not reply["ok"] and reply["reason"] not in ("limit", "timeout", "closed"):
            raise Breach(reply)
    if stage.dice.random() < 0.7:
        client.call("delete", chan=stage.own + "hog")
    end(stage, client)


def forbidden_names(stage):
    client = stage.greeted()
    chan = stage.foreign + stage.dice.choice(("rendezvous", "buffer"))
    for request in ({"op": "take", "chan": chan}, {"op": "put", "chan": chan, "value": "evil"},
                    {"op": "close", "chan": chan}, {"op": "delete", "chan": chan},
                    {"op": "open", "chan": chan}, {"op": "stat", "chan": chan},
                    {"op": "alts", "ops": [{"op": "take", "chan": stage.own + "x"},
                                           {"op": "take", "chan": chan}]}):
        reply = client.call(**request)
        if reply.get("reason") not in ("forbidden", "limit"):
            raise Breach("%s: %s" % (request, reply))
    end(stage, client)


def list_scan(stage):
    client = stage.greeted()
    for _ in stage.until_moment():
        reply = client.call("list", prefix=stage.dice.choice(("*", "w*", stage.foreign)))
        for stat in reply.get("channels", ()):
            if not stat["name"].startswith(stage.own):
                raise Breach(stat)
    end(stage, client)


def list_storm(stage):
    """Has the daemon look for what there is not, and does not wait for it."""
    client = stage.greeted()
    client.send(*[{"op": "list", "prefix": stage.dice.choice(("*zzz", "*" + "evi*l/" * 25))}
                  for _ in range(300)])
    if stage.dice.random() < 0.5:
        client.line()
    end(stage, client)


def gone(stage):
    if len(stage.departed) < 3:
        client = stage.connect(stage.addresses[0])
        client.send({"op": "hello", "token": stage.token},
                    {"op": "take", "chan": stage.own + "gone"})
        vanish(client)
        stage.clients.remove(client)  # to close it would tell the daemon
        stage.departed.append(client)


def half_close_games(stage):
    client = stage.greeted()
    client.send(*[{"op": "put", "chan": stage.own + "h", "value": i} for i in range(50)],
                b'{"op":"ta')
    client.half_close()
    while client.line() is not None and stage.dice.random() < 0.9:
        pass
    client.close()


ROLES = (wrong_token, no_token, garbage, silence, half_line_for_ever, storm, proxy_header,
         tls_garbage, tls_half_handshake, tls_nobody, byte_by_byte, never_reading, flood,
         flood_without_reading, bad_requests, deep_and_long, parks_and_resets, hog,
         forbidden_names, list_scan, list_storm, gone, half_close_games)
