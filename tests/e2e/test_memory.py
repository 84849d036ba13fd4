# SPDX-License-Identifier: MIT
"""What hostile clients can make the daemon hold: no more than limits.memory_bytes allows.

Each load goes as far as it is let. Then puts are refused and takes go on, and when its
clients have gone, nothing is left of it. The process never takes more than 1.25 times
memory_bytes and 64 MB, which is looked at in builds without a sanitizer only.

CHAND_TEST_MEMORY=1 takes longer: more of everything. Peaks are printed.
"""
import itertools
import os
import re
import select
import threading

from harness import PATIENCE, SANITIZED, DaemonTest, encoded, main, until

MIB = 1 << 20
HELD = (64 if not SANITIZED else 4) * MIB
BOUND = HELD * 5 // 4 + 64000000
LONG = "CHAND_TEST_MEMORY" in os.environ
REFUSED = b'"reason":"limit","message":"memory_bytes: '
BLOCK = 4000  # requests that are sent between two looks at the answers


class Attacker:
    """A client that asks for as much as it is given. Somebody reads what it is told."""

    def __init__(self, client):
        self.client, self.told = client, threading.Condition()
        self.lines, self.refused, self.blocks = 0, 0, 0
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        rest, more = b"", b"x"
        while more:
            try:
                more = self.client.socket.recv(1 << 18)
            except OSError:
                return
            whole, _, rest = (rest + more).rpartition(b"\n")
            with self.told:
                self.lines += whole.count(b"\n") + (whole != b"")
                self.refused += whole.count(REFUSED)
                self.told.notify_all()

    def _wait(self, condition):
        with self.told:
            if not self.told.wait_for(condition, PATIENCE):
                raise AssertionError("%d answers, %d of them refusals: more should come"
                                     % (self.lines, self.refused))

    def send(self, lines):
        """Returns when all that is answered has been: a ping comes behind what parks."""
        self.client.send(b"".join(lines) + b'{"op":"ping","id":"block"}\n')
        self.blocks += 1
        return len(lines)

    def pour(self, lines, parks=False):
        """Until one is refused for want of memory, or there are none; how many were not."""
        sent = 0
        while not self.refused:
            block = list(itertools.islice(lines, BLOCK))
            if not block:
                break
            sent += self.send(block)
            self._wait(lambda: self.lines >= self.blocks + (self.refused if parks else sent))
        return sent - self.refused


class Memory(DaemonTest):
    def setUp(self):
        self.served = self.daemon("workers: 2\nlimits: {memory_bytes: %d}" % HELD)
        self.watcher = self.client(self.served)
        self.watcher.ok("open", chan="ready", buffer={"kind": "fixed", "size": 1000})
        for _ in range(1000):
            self.watcher.ok("put", chan="ready", value="r")
        self.before = self.stat()
        self.hostile = []

    def stat(self):
        return self.watcher.ok("stat")["stat"]

    def peak(self):
        with open("/proc/%d/status" % self.served.process.pid, encoding="ascii") as file:
            return int(re.search(r"^VmHWM:\s+(\d+) kB", file.read(), re.M)[1]) * 1024

    def forget_peak(self):
        path = "/proc/%d/clear_refs" % self.served.process.pid
        with open(path, "w", encoding="ascii") as file:
            file.write("5")

    def check_peak(self, what):
        print("%-32s peak %5.1f MiB of %.1f, counted %5.1f MiB" % (
            what, self.peak() / MIB, BOUND / MIB, self.stat()["memory_bytes"] / MIB))
        if not SANITIZED:
            self.assertLessEqual(self.peak(), BOUND, what)
        self.forget_peak()

    def attacker(self, **options):
        client = self.client(self.served, **options)
        self.hostile.append(client)
        return client

    # At the limit, and after it.

    def check_limit(self, parks=True):
        """Puts are refused, and what can be taken is; a hand-off needs no memory."""
        reply = self.watcher.call("put", chan="other", value="x" * 1000000)
        self.assertRefused(reply, "limit", "memory_bytes")
        self.assertEqual(self.watcher.ok("take", chan="ready")["value"], "r")
        if parks:
            self.watcher.park({"op": "take", "chan": "handed"})
            other = self.client(self.served)
            other.ok("put", chan="handed", value="over")
            self.assertEqual(self.watcher.reply()["value"], "over")
            other.close()

    def end_load(self, *channels):
        """The hostile clients go. Nothing of them is left, and others are served."""
        for client in self.hostile:
            client.socket.shutdown(2)
            client.close()
        self.hostile = []
        self.connections(self.watcher, 1)
        for name in channels:
            self.watcher.ok("delete", chan=name)
        now = self.stat()
        for name, count in (("channels", 1), ("parked", 0), ("output_bytes", 0)):
            self.assertEqual(now[name], count, name)
        self.assertLessEqual(now["bytes"], self.before["bytes"])
        until(lambda: self.stat()["memory_bytes"] <= self.before["memory_bytes"],
              "all that was counted to be given back")
        self.watcher.ok("open", chan="well", buffer={"kind": "fixed", "size": 1})
        self.watcher.ok("put", chan="well", value="x" * 1000000)
        self.watcher.ok("delete", chan="well")

    # Loads. Each returns the channels that it leaves.

    def fill(self, name, value, most=10000000):
        """Buffers of one value, as many as may be."""
        names, left = [], most
        while left:
            names.append("%s%d" % (name, len(names)))
            client = self.attacker()
            size = min(left, 1000000)
            client.ok("open", chan=names[-1], buffer={"kind": "fixed", "size": size})
            line = encoded({"op": "put", "chan": names[-1], "value": value})
            if Attacker(client).pour(itertools.repeat(line, size)) < size:
                break
            left -= size
        return names

    def park_puts(self, value):
        """On a channel for each hundred."""
        while True:
            attacker = Attacker(self.attacker())
            lines = (encoded({"op": "put", "chan": "p%d" % (i // 100), "value": value})
                     for i in range(65536))
            if attacker.pour(lines, parks=True) < 65536:
                return

    def park_takes(self):
        for i in itertools.count():
            attacker = Attacker(self.attacker())
            line = encoded({"op": "take", "chan": "t%d" % i})
            if attacker.pour(itertools.repeat(line, 65536), parks=True) < 65536:
                return

    def park_alts(self):
        attacker = Attacker(self.attacker())
        lines = (b'{"op":"alts","ops":[%s]}\n' % b",".join(
            [b'{"op":"take","chan":"a%d"}' % (i // 100)] * 256) for i in range(65536))
        attacker.pour(lines, parks=True)

    def make_channels(self, length):
        names = ("%06d" % i + "n" * (length - 6) for i in range(1000000))
        made = []
        def lines():
            for name in names:
                made.append(name)
                yield b'{"op":"open","chan":"%s"}\n' % name.encode()
        count = Attacker(self.attacker()).pour(lines())
        return made[:count]

    def begin_lines(self, length):
        """Clients in the middle of a line, until one is told that it cannot go on: that one."""
        beginning = b'{"op":"put","chan":"l","value":"'
        while True:
            client, before = self.attacker(), self.stat()["received_bytes"]
            client.send(beginning + b"x" * (length - len(beginning)))
            until(lambda b=before: self.stat()["received_bytes"] > b + length, "the line")
            if select.select([client.socket], [], [], 0)[0]:
                return client

    def take_and_not_read(self, count, op):
        """Clients that take a long promise again and again, and read nothing."""
        self.watcher.ok("open", chan="promise", buffer={"kind": "promise"})
        self.watcher.call("put", chan="promise", value="x" * 500000)
        take = {"op": "take", "chan": "promise"}
        line = encoded(take if op == "take" else {"op": "alts", "ops": [take]})
        for _ in range(count):
            self.attacker(receive_buffer=4096).send(line * 128)
        until(lambda: self.stat()["output_bytes"] > HELD, "much output that waits")
        return ["promise"]

    # The tests.

    def test_small_values(self):
        names = self.fill("small", 1)
        self.check_limit()
        self.check_peak("small values")
        self.end_load(*names)

    def test_large_values(self):
        names = self.fill("large", "x" * 600000, 200)
        self.check_limit()
        self.check_peak("large values")
        self.end_load(*names)

    def test_parked_puts(self):
        self.park_puts("x" * 50)
        self.check_limit()
        self.check_peak("parked puts")
        self.end_load()

    def test_parked_takes(self):
        self.park_takes()
        self.check_limit(parks=False)
        self.check_peak("parked takes")
        self.end_load()

    def test_parked_alts(self):
        self.park_alts()
        self.check_limit(parks=False)
        self.check_peak("parked alts")
        self.end_load()

    def test_channels_with_long_names(self):
        made = self.make_channels(200)
        self.check_limit(parks=False)
        self.check_peak("%d channels" % len(made))
        Attacker(self.attacker()).pour(
            b'{"op":"delete","chan":"%s"}\n' % name.encode() for name in made)
        self.end_load()

    def test_unfinished_lines(self):
        told = self.begin_lines(900000)
        self.assertRefused(told.reply(), "limit", "memory_bytes")
        self.check_limit()
        self.check_peak("unfinished lines")
        told.send(b'"}\n{"op":"ping"}\n')  # it has been passed over, and lives
        self.assertEqual(told.reply(), {"ok": True})
        self.end_load()

    def test_takes_that_are_not_read(self):
        names = self.take_and_not_read(80, "take")
        self.check_limit()
        self.check_peak("takes that are not read")
        self.end_load(*names)

    def test_alts_that_are_not_read(self):
        names = self.take_and_not_read(80, "alts")
        self.check_limit()
        self.check_peak("alts that are not read")
        self.end_load(*names)

    def test_a_promise_that_many_wait_for_and_do_not_read(self):
        client = self.attacker(receive_buffer=4096)
        client.ok("open", chan="promise", buffer={"kind": "promise"})
        client.park(*[{"op": "take", "chan": "promise"}] * 60000)
        self.watcher.ok("put", chan="promise", value="x" * 500000)
        self.assertGreater(self.stat()["output_bytes"], MIB)
        self.check_peak("a promise that many wait for")
        self.end_load("promise")

    def test_one_load_after_another(self):
        for turn in range(10 if LONG else 1):
            names = self.fill("small", turn)
            self.end_load(*names)
            names = self.fill("large", "x" * 100000, 1000)
            self.end_load(*names)
            self.park_puts("x" * 1000)
            self.end_load()
        self.check_peak("one load after another")

    def test_values_between_those_that_were_freed(self):
        """Of each page little is left in use, and then something else is to be held."""
        for name in ("gone", "stays"):
            self.watcher.ok("open", chan=name, buffer={"kind": "fixed", "size": 1000000})
        gone, stays = (encoded({"op": "put", "chan": name, "value": "x" * 60})
                       for name in ("gone", "stays"))
        Attacker(self.attacker()).pour(itertools.cycle([gone] * 30 + [stays]))
        self.watcher.ok("delete", chan="gone")
        self.check_peak("small values, most of which go")
        names = self.fill("large", "x" * 5000, 100000)
        self.check_peak("and larger ones behind them")
        told = self.begin_lines(900000)
        self.assertRefused(told.reply(), "limit", "memory_bytes")
        self.park_takes()
        self.check_limit(parks=False)
        self.check_peak("and lines, and takes")
        self.end_load("stays", *names)


if __name__ == "__main__":
    main()
