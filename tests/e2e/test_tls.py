# SPDX-License-Identifier: MIT
"""TLS: who gets in, what goes over it, and what harms nobody."""
import os
import shutil
import signal
import socket
import ssl
import tempfile
import time

from certificates import Authority
from harness import PATIENCE, SANITIZED, DaemonTest, main, until

IDLE_BYTES = 30 * 1024
CROWD = 200 if SANITIZED else 1000


class Tls(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="chand-test-tls-")
        cls.authority = Authority(cls.folder)
        cls.server = cls.authority.issue("server")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def settings(self, more="", server=None, others=""):
        """A configuration with a listener that has TLS, and others behind it."""
        pem, key = server or self.server
        return ("listen:\n  - {uri: 'tls://127.0.0.1:0', certificate: %s, key: %s%s}\n%s\n"
                % (pem, key, more and ", " + more, others))

    def served(self, more="", server=None, others="", listening=1, rest=""):
        return self.daemon(self.settings(more, server, others) + rest, listen=(),
                           listening=listening)

    def secure(self, daemon, identity=None, newest=None, context=None, at=0, **options):
        context = context or self.authority.trust(identity, newest)
        return self.client(daemon, at, tls=context, **options)

    def refused(self, daemon, **options):
        """A client that does not get in; with TLS 1.3 it may learn so only when it reads."""
        with self.assertRaises((OSError, AssertionError)):
            self.secure(daemon, **options).sync()

    # What goes over it.

    def test_requests_and_replies_are_those_of_a_plain_connection(self):
        daemon = self.served(others="  - tcp://127.0.0.1:0", listening=2)
        tls, plain = self.secure(daemon), self.client(daemon, 1)
        self.assertEqual(tls.socket.version(), "TLSv1.3")
        tls.park({"op": "take", "id": 1, "chan": "c"})
        plain.ok("put", chan="c", value="across")
        self.assertEqual(tls.reply(), {"id": 1, "ok": True, "value": "across"})
        plain.park({"op": "take", "chan": "c"})
        tls.ok("put", chan="c", value="and back")
        self.assertEqual(plain.reply()["value"], "and back")

    def test_values_of_any_size_go_both_ways(self):
        client = self.secure(self.served())
        client.ok("open", chan="c", buffer={"kind": "fixed", "size": 100})
        sizes = [0, 1, 4095, 4096, 16383, 16384, 16385, 100000, 1000000]
        for size in sizes:
            client.ok("put", chan="c", value="x" * size)
        for size in sizes:
            self.assertEqual(client.ok("take", chan="c")["value"], "x" * size)

    def test_many_requests_at_once_are_answered_in_order(self):
        client = self.secure(self.served())
        client.send(*[{"op": "ping", "id": i} for i in range(20000)])
        for i in range(20000):
            self.assertEqual(client.line(), b'{"id":%d,"ok":true}' % i)

    def test_replies_that_nobody_reads_wait_and_come_when_they_are_read(self):
        daemon = self.served(rest="limits: {output_bytes: 64KiB}\n",
                             others="  - tcp://127.0.0.1:0", listening=2)
        plain = self.client(daemon, 1)
        slow = self.secure(daemon, receive_buffer=4096)
        plain.ok("open", chan="c", buffer={"kind": "fixed", "size": 1000})
        for _ in range(200):
            plain.ok("put", chan="c", value="v" * 20000)
        slow.send(*[{"op": "take", "id": i, "chan": "c"} for i in range(200)])
        until(lambda: plain.ok("stat", chan="c")["stat"]["buffered"] < 200, "a take")
        plain.sync()
        for i in range(200):
            reply = slow.reply()
            self.assertEqual((reply["id"], reply["value"]), (i, "v" * 20000))

    def test_several_workers_write_to_one_connection(self):
        daemon = self.served(rest="workers: 2\n")
        taker, putters = self.secure(daemon), [self.secure(daemon) for _ in range(4)]
        count = 200
        taker.park(*[{"op": "take", "chan": "c"} for _ in range(4 * count)])
        for i in range(count):
            for putter in putters:
                putter.send({"op": "put", "chan": "c", "value": i})
            taker.send({"op": "ping"})
        values, pongs = [], 0
        for _ in range(5 * count):
            reply = taker.reply()
            values += [reply["value"]] if "value" in reply else []
            pongs += "value" not in reply
        self.assertEqual(pongs, count)
        self.assertEqual(sorted(values), sorted(list(range(count)) * 4))

    def handshake(self, client):
        """TLS over a plain client, step by step: the object, and what goes in and out."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.authority.trust().wrap_bio(incoming, outgoing,
                                              server_hostname="localhost")
        while True:
            try:
                tls.do_handshake()
                return tls, incoming, outgoing
            except ssl.SSLWantReadError:
                client.socket.sendall(outgoing.read())
                incoming.write(client.socket.recv(1 << 16))

    def test_a_good_bye_is_an_end_that_is_answered_with_all_that_is_due(self):
        client = self.client(self.served())
        tls, incoming, outgoing = self.handshake(client)
        tls.write(b'{"op":"ping","id":1}\n{"op":"take","id":2,"chan":"c"}\n{"op":"pi')
        with self.assertRaises(ssl.SSLWantReadError):
            tls.unwrap()  # close_notify is out; the daemon's is still to come
        client.socket.sendall(outgoing.read())
        got, ended = b"", False
        while not ended:
            data = client.socket.recv(1 << 16)
            self.assertNotEqual(data, b"", "no close_notify before the end")
            incoming.write(data)
            try:
                while True:
                    got += tls.read(1 << 16)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLZeroReturnError:
                ended = True
        self.assertEqual(got, b'{"id":1,"ok":true}\n'
                              b'{"id":2,"ok":false,"reason":"cancelled"}\n')
        self.assertIsNone(client.line())

    def test_a_connection_that_breaks_off_cancels_what_it_has_parked(self):
        daemon = self.served(others="  - tcp://127.0.0.1:0", listening=2)
        plain = self.client(daemon, 1)
        for end in ("reset", "close"):
            client = self.secure(daemon)
            client.park({"op": "take", "chan": "c"})
            client.reset() if end == "reset" else client.close()
            until(lambda: plain.ok("stat")["stat"]["parked"] == 0, "the take to go")

    # Who gets in.

    def test_the_name_of_the_server_can_be_checked(self):
        daemon = self.served()
        self.secure(daemon, name="localhost").sync()
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.secure(daemon, name="another.example.org")
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.secure(daemon, context=ssl.create_default_context())
        self.secure(daemon).sync()

    def test_tls_1_2_is_for_those_who_ask_for_it(self):
        self.refused(self.served(), newest=ssl.TLSVersion.TLSv1_2)
        client = self.secure(self.served("min_version: 1.2"),
                             newest=ssl.TLSVersion.TLSv1_2)
        self.assertEqual(client.socket.version(), "TLSv1.2")
        client.sync()
        self.assertIn("GCM", client.socket.cipher()[0])

    def test_a_client_without_tls_gets_nothing(self):
        daemon = self.served()
        client = self.client(daemon)
        client.send({"op": "ping"})
        with self.assertRaises((AssertionError, OSError, UnicodeDecodeError, ValueError)):
            client.reply()
        daemon.wait_for("a connection from 127.0.0.1:\\d+ was closed: TLS: ")

    def test_clients_show_certificates_where_they_must(self):
        daemon = self.served("client_ca: " + self.authority.pem)
        alice = self.authority.issue("alice", "URI:spiffe://example/alice")
        self.secure(daemon, alice).sync()
        self.refused(daemon)
        stranger = Authority(self.folder, "stranger").issue("mallory")
        self.refused(daemon, identity=stranger)
        daemon.wait_for("was closed: TLS: ")
        self.secure(daemon, alice).sync()

    def test_clients_may_show_certificates_where_they_need_not(self):
        daemon = self.served("client_required: false, client_ca: " + self.authority.pem)
        self.secure(daemon, self.authority.issue("bob")).sync()
        self.secure(daemon).sync()
        stranger = Authority(self.folder, "other").issue("eve")
        self.refused(daemon, identity=stranger)

    def test_a_connection_too_many_is_closed(self):
        daemon = self.served(rest="limits: {connections: 1}\n")
        first = self.secure(daemon)
        first.sync()
        self.refused(daemon)
        first.sync()

    def test_resumption_saves_the_certificate(self):
        daemon = self.served()
        context = self.authority.trust()
        first = self.secure(daemon, context=context)
        first.sync()  # the ticket has come with it
        again = context.wrap_socket(socket.create_connection(daemon.address(), PATIENCE),
                                    server_hostname="localhost",
                                    session=first.socket.session)
        self.addCleanup(again.close)
        again.sendall(b'{"op":"ping"}\n')
        self.assertEqual(again.recv(100), b'{"ok":true}\n')
        self.assertTrue(again.session_reused)

    # The start, and reloads.

    def fails(self, text, pattern):
        daemon = self.daemon(text, listen=(), listening=0, status=1)
        daemon.wait_for(pattern)
        self.assertEqual(daemon.wait(), 1)

    def test_a_file_that_is_wrong_is_an_error_that_names_it(self):
        pem, key = self.server
        other = self.authority.issue("other")[1]
        old = self.authority.issue("old", days=-1)
        for server, pattern in (
                (("/nonexistent.pem", key), "/nonexistent.pem: No such file"),
                ((pem, "/nonexistent.key"), "/nonexistent.key: No such file"),
                ((pem, other), "other.key: key values mismatch"),
                ((key, key), "server.key: no start line"),
                (old, "old.pem: the certificate has expired")):
            self.fails(self.settings(server=server),
                       "error: cannot listen on tls://127.0.0.1:0: .*" + pattern)
        self.fails(self.settings("client_ca: " + key), "server.key: ")

    def test_a_certificate_is_needed(self):
        daemon = self.daemon(listen=("tls://127.0.0.1:0",), listening=0, status=1)
        daemon.wait_for("cannot listen on tls://127.0.0.1:0: .*no certificate")
        self.assertEqual(daemon.wait(), 1)

    def test_an_option_takes_the_certificate_from_the_configuration(self):
        daemon = self.daemon(self.settings(), listen=("tls://127.0.0.1:0",))
        self.secure(daemon).sync()

    def test_a_socket_of_systemd_has_tls(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        port = listener.getsockname()[1]
        daemon = self.daemon(self.settings().replace(":0'", ":%d'" % port), listen=(),
                             sockets=[listener], listening=1)
        self.assertEqual(daemon.uris, ["tls://127.0.0.1:%d" % port])
        self.secure(daemon).sync()

    def certificate_of(self, daemon):
        client = self.secure(daemon)
        client.sync()
        return client, client.socket.getpeercert()["serialNumber"]

    def test_a_reload_changes_the_certificate_and_drops_nobody(self):
        changing = self.authority.issue("changing")
        daemon = self.served(server=changing)
        before, first = self.certificate_of(daemon)
        before.park({"op": "take", "chan": "c"})
        self.authority.issue("changing")
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("notice: the certificate of tls://.* was read again")
        after, second = self.certificate_of(daemon)
        self.assertNotEqual(first, second)
        after.ok("put", chan="c", value="still here")
        self.assertEqual(before.reply()["value"], "still here")

    def test_a_reload_with_a_bad_certificate_keeps_the_old_one_and_says_so(self):
        pem, _ = changing = self.authority.issue("spoilt")
        daemon = self.served(server=changing)
        _, first = self.certificate_of(daemon)
        with open(pem, "w", encoding="ascii") as file:
            file.write("nothing")
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("error: the certificate of tls://.* stays as it was: .*spoilt.pem: ")
        _, second = self.certificate_of(daemon)
        self.assertEqual(first, second)

    # What harms nobody.

    def test_garbage_resets_and_half_handshakes_leave_nothing_behind(self):
        daemon = self.served(others="  - tcp://127.0.0.1:0", listening=2,
                             rest="workers: 1\n")
        plain = self.client(daemon, 1)
        plain.sync()
        before = daemon.descriptors()
        for i in range(300):
            stranger = self.client(daemon)
            if i % 3 == 0:
                stranger.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * i)
                stranger.reset()
            elif i % 3 == 1:
                stranger.send(os.urandom(50))
                stranger.close()
            else:
                stranger.send(b"\x16\x03")
                stranger.close()
            plain.sync()
        self.connections(plain, 1)
        self.assertEqual(daemon.descriptors(), before)

    def test_who_does_not_shake_hands_is_closed_in_time(self):
        daemon = self.served(rest="limits: {handshake_s: 1}\n",
                             others="  - tcp://127.0.0.1:0", listening=2)
        plain = self.client(daemon, 1)
        silent, half = self.client(daemon), self.client(daemon)
        half.send(b"\x16\x03\x01")
        self.assertIsNone(silent.line())
        self.assertIsNone(half.line())
        self.connections(plain, 1)
        daemon.wait_for("its TLS handshake did not come within limits.handshake_s, 1 s")

    def test_one_too_many_is_closed_before_a_handshake_and_holds_up_nobody(self):
        daemon = self.served(others="  - tcp://127.0.0.1:0", listening=2,
                             rest="limits: {connections: 2}\n")
        watcher, inside = self.client(daemon, 1), self.secure(daemon)
        inside.sync()
        for _ in range(50):
            with self.assertRaises(OSError):
                self.secure(daemon)
        late = self.client(daemon, 1)
        self.assertRefused(late.reply(), "limit", "connections")
        self.assertIsNone(late.line())
        inside.close()
        self.connections(watcher, 1)
        self.secure(daemon).sync()
        self.assertEqual(watcher.ok("stat")["stat"]["refused_total"], 51)

    def test_a_storm_of_handshakes_does_not_hold_up_others(self):
        daemon = self.served(others="  - tcp://127.0.0.1:0", listening=2,
                             rest="workers: 1\n")
        plain = self.client(daemon, 1)
        hello = self.client_hello()
        storm = [self.client(daemon) for _ in range(600)]
        plain.sync()
        for stranger in storm:  # all at once: a quarter of a second of work
            stranger.send(hello)
        worst = 0
        for _ in range(50):
            begin = time.monotonic()
            plain.sync()
            worst = max(worst, time.monotonic() - begin)
        if not SANITIZED:
            self.assertLess(worst, 0.1)

    def client_hello(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = self.authority.trust().wrap_bio(incoming, outgoing,
                                                server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            hello.do_handshake()
        return outgoing.read()

    def test_an_idle_connection_is_small(self):
        daemon = self.served(rest="workers: 1\n")
        context = self.authority.trust()
        warm = [self.secure(daemon, context=context) for _ in range(20)]
        for client in warm:
            client.sync()
        before = daemon.rss()
        crowd = [self.secure(daemon, context=context) for _ in range(CROWD)]
        for client in crowd:
            client.sync()
        each = (daemon.rss() - before) / CROWD
        if not SANITIZED:
            self.assertLess(each, IDLE_BYTES)

    def test_stopping_says_good_bye(self):
        daemon = self.served()
        client = self.secure(daemon)
        client.park({"op": "take", "id": 1, "chan": "c"})
        daemon.kill(signal.SIGTERM)
        self.assertEqual(client.reply()["reason"], "cancelled")
        self.assertIsNone(client.line())  # an end without close_notify would be an error


if __name__ == "__main__":
    main()
