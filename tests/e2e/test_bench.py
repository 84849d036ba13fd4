# SPDX-License-Identifier: MIT
"""`chan bench` against the daemon, and against a server that loses, doubles or alters values.

CHAN_BIN is the command to test; without it, the one beside the daemon.
"""
import collections
import json
import os
import pty
import select
import signal
import socket
import subprocess
import threading

from harness import CHAND, PATIENCE, DaemonTest, main, until

CHAN = os.environ.get("CHAN_BIN", os.path.join(os.path.dirname(CHAND), "chan"))
SCENARIOS = ["parked", "handoff", "stream", "alts"]
SMALL = ["--secs", "200ms", "--conns", "20", "--per-conn", "3"]


def start(uri, *words, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([CHAN, "-s", uri, "bench", *words], stdin=subprocess.DEVNULL,
                            **options)


def run(uri, *words):
    """Exit status, output and what was said."""
    process = start(uri, *words)
    output, said = process.communicate(timeout=PATIENCE)
    return process.returncode, output.decode(), said.decode()


class Measuring(DaemonTest):
    """What comes out, and what is left."""

    def nothing_is_left(self, daemon):
        client = self.client(daemon)
        self.assertEqual(client.ok("list")["channels"], [])
        self.connections(client, 1)
        self.assertEqual(client.ok("stat")["stat"]["parked"], 0)
        client.close()

    def values_flow(self, watcher):
        """Then every connection of the measurement is there."""
        until(lambda: any(c["puts"] > 100 for c in watcher.ok("list")["channels"]),
              "values to flow")

    def measured(self, daemon, *words):
        status, output, said = run(daemon.uris[0], "--json", *words)
        self.assertEqual((status, said), (0, ""))
        self.nothing_is_left(daemon)
        return [json.loads(line) for line in output.splitlines()]

    def test_all_scenarios_as_json(self):
        daemon = self.daemon("workers: 2")
        results = self.measured(daemon, *SMALL)
        self.assertEqual([r["scenario"] for r in results], SCENARIOS)
        parked, handoff, stream, alts = results
        self.assertEqual((parked["conns"], parked["per_conn"]), (20, 3))
        for name in ("park_ms", "wake_ms", "wakes_per_s"):
            self.assertGreater(parked[name], 0, name)
        self.assertIn("bytes_per_take", parked)
        self.assertGreater(handoff["round_trips"], 0)
        self.assertEqual(handoff["secs"], 0.2)
        for result in (stream, alts):
            self.assertGreater(result["values"], 0)
            self.assertAlmostEqual(result["values_per_s"], result["values"] / 0.2, delta=1)
            self.assertAlmostEqual(result["mb_per_s"],
                                   result["values_per_s"] * result["size"] / 1e6, delta=0.01)
        for result in results:
            self.assertLessEqual(result["p50_us"], result["p99_us"])
            self.assertLessEqual(result["p99_us"], result["p99_9_us"])

    def test_into_a_pipe_the_table_has_tabs_and_no_heading(self):
        daemon = self.daemon()
        status, output, said = run(daemon.uris[0], "handoff", "--secs", "50ms", "--size", "10")
        self.assertEqual((status, said), (0, ""))
        rows = [line.split("\t") for line in output.splitlines()]
        self.assertEqual([row[:2] for row in rows],
                         [["handoff", name]
                          for name in ("pairs", "size", "secs", "round_trips",
                                       "round_trips_per_s", "p50_us", "p99_us", "p99_9_us")])
        self.assertEqual([row[2] for row in rows[:3]], ["1", "10", "0.050"])

    def test_on_a_terminal_a_line_lives_and_a_table_with_a_heading_stays(self):
        daemon = self.daemon()
        ours, theirs = pty.openpty()
        process = start(daemon.uris[0], "stream", "--secs", "700ms", stdout=theirs,
                        stderr=theirs)
        os.close(theirs)
        text = b""
        while select.select([ours], [], [], PATIENCE)[0]:
            try:
                text += os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
        os.close(ours)
        self.assertEqual(process.wait(PATIENCE), 0)
        live, _, table = text.decode().rpartition("\r\x1b[K")
        self.assertRegex(live, r"\rstream: \d+\.\d s, \d+ values, \d+/s\x1b\[K")
        self.assertRegex(table, r"^SCENARIO  FIGURE +VALUE\r\nstream    producers +1\r\n")

    def test_options_make_the_load(self):
        daemon = self.daemon()
        (stream,) = self.measured(daemon, "stream", "--producers", "3", "--consumers", "2",
                                  "--depth", "5", "--size", "5000", "--secs", "50ms")
        self.assertEqual([stream[name] for name in ("producers", "consumers", "depth", "size")],
                         [3, 2, 5, 5000])
        (alts,) = self.measured(daemon, "alts", "--chans", "30", "--consumers", "2", "--secs",
                                "50ms")
        self.assertEqual((alts["chans"], alts["consumers"]), (30, 2))
        (handoff,) = self.measured(daemon, "handoff", "--pairs", "7", "--secs", "50ms")
        self.assertEqual(handoff["pairs"], 7)

    def test_values_larger_than_a_socket_holds(self):
        daemon = self.daemon()
        (stream,) = self.measured(daemon, "stream", "--size", "900000", "--depth", "8",
                                  "--secs", "100ms")
        self.assertEqual(stream["size"], 900000)

    def test_the_servers_defaults_do_not_lose_values(self):
        for buffer in ("{kind: dropping, size: 1}", "{kind: promise}"):
            daemon = self.daemon('channels: {templates: [{match: "*", buffer: %s}]}' % buffer)
            self.assertEqual(len(self.measured(daemon, *SMALL)), 4)

    def test_interrupted_it_leaves_nothing(self):
        daemon = self.daemon()
        for scenario in SCENARIOS[1:]:
            process = start(daemon.uris[0], scenario, "--secs", "60m")
            watcher = self.client(daemon)
            self.values_flow(watcher)
            watcher.close()
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.communicate(timeout=PATIENCE), (b"", b""))
            self.assertEqual(process.returncode, 130)
            self.nothing_is_left(daemon)

    def test_a_server_that_ends_is_said(self):
        daemon = self.daemon()
        process = start(daemon.uris[0], "stream", "--secs", "60m")
        watcher = self.client(daemon)
        self.values_flow(watcher)
        daemon.stop()
        output, said = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, output), (4, b""))
        self.assertRegex(said.decode(), r"^chan: cannot .* stream: [^\n]*\n$")

    def test_limits_are_told_in_the_servers_words(self):
        daemon = self.daemon("limits: {connections: 10, parked_per_connection: 5}")
        status, output, said = run(daemon.uris[0], "parked", "--conns", "10", "--per-conn", "2")
        self.assertEqual((status, output), (2, ""))
        self.assertRegex(said, r"^chan: cannot measure parked: [^\n]*connections[^\n]*\n$")
        until(lambda: run(daemon.uris[0], "parked", "--conns", "3", "--per-conn", "5")[0] == 0,
              "the connections to be free")
        status, output, said = run(daemon.uris[0], "parked", "--conns", "3", "--per-conn", "6")
        self.assertEqual((status, output), (2, ""))
        self.assertIn("parked_per_connection", said)


class Liar(threading.Thread):
    """A server of rendezvous channels that lies about the AT-th value that it hands over.

    lie(server, taker, value) hands over instead; the put was successful in any case. The
    third is handed over however short the time is.
    """

    AT = 3

    def __init__(self, lie):
        super().__init__(daemon=True)
        self.lie, self.handed = lie, 0
        self.takes = collections.defaultdict(collections.deque)
        self.puts = collections.defaultdict(collections.deque)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.uri = "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.buffers = {}
        self.wake, self.woken = socket.socketpair()
        self.start()

    def run(self):
        while True:
            ready, _, _ = select.select([self.listener, self.woken, *self.buffers], [], [])
            for sock in ready:
                if sock is self.woken:
                    return
                if sock is self.listener:
                    client = self.listener.accept()[0]
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.buffers[client] = b""
                else:
                    self.read(sock)

    def read(self, sock):
        data = sock.recv(1 << 16)
        if not data:
            self.part(sock)
            return
        *lines, self.buffers[sock] = (self.buffers[sock] + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            getattr(self, request["op"])(sock, request)

    def part(self, sock):
        for parked in (*self.takes.values(), *self.puts.values()):
            for one in [p for p in parked if p[0] is sock]:
                parked.remove(one)
                self.reply(sock, one[1], ok=False, reason="cancelled")
        del self.buffers[sock]
        sock.close()

    @staticmethod
    def reply(sock, name, **members):
        sock.sendall(json.dumps({"id": name, **members}).encode() + b"\n")

    def hand_over(self, taker, value):
        self.handed += 1
        if self.handed == self.AT:
            self.lie(self, taker, value)
        else:
            self.reply(*taker, ok=True, value=value)

    def put(self, sock, request):
        chan = request["chan"]
        if not self.takes[chan]:
            self.puts[chan].append((sock, request["id"], request["value"]))
            return
        self.hand_over(self.takes[chan].popleft(), request["value"])
        self.reply(sock, request["id"], ok=True)

    def take(self, sock, request):
        chan, name = request["chan"], request["id"]
        if self.puts[chan]:
            putter, put, value = self.puts[chan].popleft()
            if putter:
                self.reply(putter, put, ok=True)
            self.hand_over((sock, name), value)
        elif request.get("timeout_ms") == 0:
            self.reply(sock, name, ok=False, reason="timeout")
        else:
            self.takes[chan].append((sock, name))

    def stat(self, sock, request):
        self.reply(sock, request["id"], ok=True, stat={"version": "0"})

    def list(self, sock, request):
        self.reply(sock, request["id"], ok=True, channels=[], more=False)

    def open(self, sock, request):
        self.reply(sock, request["id"], ok=True, created=True)

    def end(self):
        self.wake.close()
        self.join(PATIENCE)
        for sock in (*self.buffers, self.listener, self.woken):
            sock.close()


def honest(server, taker, value):
    server.reply(*taker, ok=True, value=value)


def lose(server, taker, value):
    """The taker goes on waiting, as if nothing had come."""
    server.takes["nowhere"].append(taker)


def double(server, taker, value):
    server.reply(*taker, ok=True, value=value)
    for chan, parked in server.takes.items():
        while parked and chan != "nowhere":
            server.reply(*parked.popleft(), ok=True, value=value)
            return
    for chan in list(server.puts):
        server.puts[chan].appendleft((None, None, value))


def alter(server, taker, value):
    server.reply(*taker, ok=True, value=value[:-1] + "!")


def invent(server, taker, value):
    server.reply(*taker, ok=True, value="7fff" + value[4:])


def divert(server, taker, value):
    """Somebody else gets it, on a channel to which it was not put."""
    others = [p for p in server.takes.values() if p and p[0][0] is not taker[0]]
    server.takes["nowhere"].append(taker)
    server.reply(*others[-1].popleft(), ok=True, value=value)


class Faults(DaemonTest):
    """Each lie is found, said in a line, and is exit status 1."""

    def judged(self, lie, *words):
        server = Liar(lie)
        self.addCleanup(server.end)
        result = run(server.uri, *words)
        self.assertGreaterEqual(server.handed, Liar.AT)
        return result

    def assertFound(self, lie, pattern, *words):
        status, output, said = self.judged(lie, *words)
        self.assertEqual((status, output), (1, ""), said)
        self.assertRegex(said, r"^chan: %s: %s[^\n]*\n$" % (words[0], pattern))

    def test_a_plain_server_that_does_not_lie_passes(self):
        for words in (["parked", "--conns", "10", "--per-conn", "3"],
                      ["handoff", "--secs", "100ms", "--pairs", "2"],
                      ["stream", "--secs", "100ms", "--depth", "4"]):
            status, output, said = self.judged(honest, *words)
            self.assertEqual((status, said), (0, ""))
            self.assertNotIn("bytes_per", output)  # such a server does not tell its memory

    def test_in_stream(self):
        words = ["stream", "--secs", "100ms", "--depth", "4", "--consumers", "2"]
        self.assertFound(lose, "values that were put and never arrived: 1 ", *words)
        self.assertFound(double, "a value came a second time", *words)
        self.assertFound(alter, "a value came that was never put", *words)
        self.assertFound(invent, "a value came that was never put", *words)

    def test_in_handoff(self):
        words = ["handoff", "--secs", "100ms", "--pairs", "2"]
        self.assertFound(lose, "values that were put and never arrived: 1 ", *words)
        self.assertFound(double, "a value came", *words)
        self.assertFound(alter, "a value came that was never put", *words)

    def test_in_parked(self):
        words = ["parked", "--conns", "20", "--per-conn", "2"]
        self.assertFound(lose, "values that were put and never arrived: 1 ", *words)
        self.assertFound(double, "a value came", *words)
        self.assertFound(divert, "a value came to the wrong connection", *words)


if __name__ == "__main__":
    main()
