# SPDX-License-Identifier: MIT
"""The PROXY protocol: who is believed, over what, and what is refused."""
import os
import shutil
import socket
import struct
import tempfile

from certificates import Authority
from harness import DaemonTest, main

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
TRUSTED = "{uri: 'tcp://127.0.0.1:0', proxy: [127.0.0.0/8]}"


def header(source=("192.0.2.7", 50000), command=1, extensions=b""):
    """As HAProxy sends it with send-proxy-v2."""
    family = socket.AF_INET6 if ":" in source[0] else socket.AF_INET
    address = (socket.inet_pton(family, source[0]) + socket.inet_pton(
        family, "::1" if family == socket.AF_INET6 else "127.0.0.1"))
    body = address + struct.pack("!HH", source[1], 2426) + extensions
    return (SIGNATURE + bytes([0x20 | command, 0x21 if ":" in source[0] else 0x11])
            + struct.pack("!H", len(body)) + body)


class Proxy(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="chand-test-proxy-")
        cls.authority = Authority(cls.folder)
        cls.server = cls.authority.issue("server")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def served(self, listen=TRUSTED, rest=""):
        """A daemon with that listener, and one for whoever wants to look at it."""
        return self.daemon("listen: [%s, 'tcp://127.0.0.1:0']\n%s\n" % (listen, rest),
                           listen=(), listening=2, args=("--log-level", "debug"))

    def tls(self, proxies):
        return ("{uri: 'tls://127.0.0.1:0', proxy: [%s], certificate: %s, key: %s}"
                % (proxies, *self.server))

    def check_from(self, daemon, pattern):
        daemon.wait_for("debug: a client has come from %s$" % pattern)

    def refused(self, pattern, *pieces, listen=TRUSTED, rest=""):
        """These bytes end a connection; the log says why, and nothing is left of it."""
        daemon = self.served(listen, rest)
        client = self.client(daemon)
        for piece in pieces:
            client.send(piece)
            self.client(daemon, 1).sync()
        daemon.wait_for("a connection from .* was closed: " + pattern)
        watcher = self.client(daemon, 1)
        self.assertEqual(watcher.ok("stat")["stat"]["strangers_total"], 1)

    # Who is believed.

    def test_the_client_is_who_the_header_says(self):
        for source, pattern in ((("192.0.2.7", 50000), r"192\.0\.2\.7:50000"),
                                (("2001:db8::9", 443), r"\[2001:db8::9\]:443"),
                                (("::ffff:192.0.2.8", 5), r"192\.0\.2\.8:5")):
            daemon = self.served()
            self.client(daemon, hello=header(source)).sync()
            self.check_from(daemon, pattern)

    def test_a_header_and_requests_may_come_together_or_in_pieces(self):
        daemon = self.served()
        for cut in range(0, 29, 3):
            client = self.client(daemon, hello=header()[:cut])
            self.client(daemon, 1).sync()
            client.send(header()[cut:] + b'{"op":"ping","id":"x"}\n')
            self.assertEqual(client.reply()["id"], "x")

    def test_extensions_are_passed_over(self):
        daemon = self.served()
        extensions = b"\x02\0\x0bexample.org" + b"\x05\0\x04uniq" + b"\xea\0\x80" + b"x" * 128
        self.client(daemon, hello=header(extensions=extensions)).sync()
        self.check_from(daemon, r"192\.0\.2\.7:50000")

    def test_a_proxy_that_looks_whether_we_live_is_itself(self):
        daemon = self.served()
        self.client(daemon, hello=header(command=0)).sync()
        self.client(daemon, hello=SIGNATURE + b"\x20\0\0\0").sync()
        for at in range(2):
            daemon.wait_for(r"a client has come from 127\.0\.0\.1:\d+$", at=at)
        self.assertEqual(daemon.matches(r"192\.0\.2\.7"), [])

    def test_a_client_without_an_address_is_not_the_proxy(self):
        path = os.path.join(self.folder, "nobody")
        daemon = self.served("{uri: 'unix://%s', proxy: [unix]}" % path)
        for hello in (SIGNATURE + b"\x21\0\0\0",
                      SIGNATURE + b"\x21\x31\0\xd8" + b"/client".ljust(216, b"\0")):
            self.client(daemon, hello=hello).sync()
        for at in range(2):
            daemon.wait_for("a client has come from an unknown address$", at=at)

    def test_somebody_else_is_who_he_is_and_his_header_is_no_request(self):
        daemon = self.served("{uri: 'tcp://127.0.0.1:0', proxy: [192.0.2.0/24, '::/0']}")
        client = self.client(daemon)
        client.sync()
        self.check_from(daemon, r"127\.0\.0\.1:\d+")
        client = self.client(daemon, hello=header())
        client.half_close()
        while True:  # the lines that the header happens to be
            line = client.line()
            if line is None:
                break
            self.assertIn(b'"reason":"bad_json"', line)
        self.assertEqual(daemon.matches(r"192\.0\.2\.7"), [])

    def test_a_unix_socket_may_be_a_proxy_s(self):
        path = os.path.join(self.folder, "sock")
        daemon = self.served("{uri: 'unix://%s', proxy: [unix]}" % path)
        self.client(daemon, hello=header()).sync()
        self.check_from(daemon, r"192\.0\.2\.7:50000")
        client = self.client(daemon)
        client.send({"op": "ping"})
        daemon.wait_for("a connection from a Unix socket was closed: it does not begin")

    def test_the_header_comes_before_the_handshake(self):
        daemon = self.served(self.tls("127.0.0.1"))
        client = self.client(daemon, hello=header(), tls=self.authority.trust())
        client.sync()
        self.check_from(daemon, r"192\.0\.2\.7:50000")
        self.client(self.served(self.tls("10.0.0.0/8")), tls=self.authority.trust()).sync()

    # What is refused.

    def test_requests_without_a_header_are_refused(self):
        self.refused("it does not begin with a header of the PROXY protocol",
                     {"op": "put", "chan": "c", "value": 1})

    def test_a_handshake_without_a_header_is_refused(self):
        self.refused("it does not begin with a header of the PROXY protocol",
                     b"\x16\x03\x01\x02\0", listen=self.tls("127.0.0.1"))

    def test_version_1_is_refused_by_its_name(self):
        self.refused("it begins with version 1 of the PROXY protocol; only version 2 ",
                     b"PROXY TCP4 192.0.2.1 10.0.0.1 5000 2426\r\n")

    def test_a_header_that_is_too_long_is_refused_at_once(self):
        self.refused("its header is longer than 2048 bytes",
                     SIGNATURE + b"\x21\x11\xff\xff")

    def test_a_header_that_lies_about_its_addresses_is_refused(self):
        self.refused("its header is too short for its addresses",
                     SIGNATURE + b"\x21\x21\0\x0c" + b"\0" * 12)

    def test_datagrams_are_refused(self):
        self.refused("its family is none of", SIGNATURE + b"\x21\x12\0\x0c" + b"\0" * 12)

    def test_a_header_that_does_not_come_in_time_is_not_waited_for(self):
        self.refused(r"its header of the PROXY protocol did not come within "
                     r"limits\.handshake_s, 1 s", SIGNATURE[:7],
                     rest="limits: {handshake_s: 1}")

    def test_half_headers_leave_nothing_behind(self):
        daemon = self.served()
        watcher = self.client(daemon, 1)
        watcher.sync()
        before = daemon.descriptors()
        for i in range(200):
            client = self.client(daemon, hello=header()[:i % 28])
            client.reset() if i % 2 else client.close()
        self.connections(watcher, 1)
        self.assertEqual(daemon.descriptors(), before)

    def test_a_connection_too_many_is_told_so(self):
        daemon = self.served(rest="limits: {connections: 1}")
        self.client(daemon, hello=header()).sync()
        self.assertRefused(self.client(daemon).reply(), "limit", "connections")


if __name__ == "__main__":
    main()
