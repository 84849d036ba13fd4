# SPDX-License-Identifier: MIT
"""Calls that fail within a daemon (faults.h), and what must be true nevertheless.

A story is a few clients that ask for something. Whatever fails meanwhile, they get an
answer or lose their connection; what was answered is true; and when it is over, nothing is
left of it. Which values there are is known, for each is put once and has a number.
"""
import contextlib
import errno
import json
import mmap
import os
import random
import socket
import struct
import tempfile
import time

from harness import PATIENCE, SANITIZED, Client, DaemonTest

SEED = int(os.environ.get("CHAND_TEST_SEED", time.time_ns() % 1000000))
EVERY = bool(os.environ.get("CHAND_TEST_EVERY")) # each call, however many there are
ALWAYS, ONE_BYTE = 1 << 40, -1
KINDS = ("memory", "send", "receive", "accept", "event", "watch", "descriptor", "listen",
         "thread", "random", "connect", "write")
ROW = struct.Struct("=5q")
OUT_OF_MEMORY = "memory_bytes: the daemon is out of memory"


@contextlib.contextmanager
def named(what, kind, after, count, how, daemon=None):
    """Says of what is found wrong what had failed."""
    try:
        yield
    except (AssertionError, OSError) as error:
        raise AssertionError("seed %d, %s: %s fails after %d, %d times, by %d: %s\n%s" % (
            SEED, what, kind, after, count, how, error,
            "\n".join(daemon.lines[-20:] if daemon else ()))) from error


class Page:
    """The page on which it stands what fails."""

    def __init__(self):
        number, self.path = tempfile.mkstemp(prefix="chand-faults-")
        os.ftruncate(number, ROW.size * len(KINDS))
        self.memory = mmap.mmap(number, ROW.size * len(KINDS))
        os.close(number)

    def begin(self, kind, after, count=1, how=errno.ENOMEM):
        """Nothing fails but this."""
        self.memory[:] = bytes(len(self.memory))
        self.add(kind, after, count, how)

    def add(self, kind, after, count=1, how=errno.ENOMEM):
        at = KINDS.index(kind) * ROW.size
        self.memory[at:at + ROW.size] = ROW.pack(0, after, how, 0, 0)
        self.memory[at:at + 8] = struct.pack("=q", count)

    def end(self):
        """Nothing fails any more; how many calls there were, and how many failed."""
        seen = failed = 0
        for at in range(0, len(self.memory), ROW.size):
            self.memory[at:at + 8] = struct.pack("=q", 0)
            row = ROW.unpack(self.memory[at:at + ROW.size])
            seen, failed = seen + row[3], failed + row[4]
        return seen, failed

    def close(self):
        if not self.memory.closed:
            self.memory.close()
            os.unlink(self.path)


class Talker:
    """A client that takes what comes. `over`: nothing more will."""

    def __init__(self, story, at=0, **options):
        self.story, self.client, self.over = story, None, False
        self.asked, self.replies, self.strays = {}, {}, []
        try:
            self.client = Client(story.daemon.address(at), **options)
            if self.client.socket.family != socket.AF_UNIX: # else pieces wait for each other
                self.client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except socket.timeout:
            raise
        except OSError:
            self.over = True

    def ask(self, op, **members):
        """Sends a request; its number."""
        number = self.story.count()
        self.asked[number] = dict(members, op=op, id=number)
        if self.client:
            try:
                self.client.send(self.asked[number])
            except socket.timeout:
                raise
            except OSError:
                pass # there may be something to read
        return number

    def put(self, chan, size=0, **members):
        return self.ask("put", chan=chan, value=self.story.value(chan, size), **members)

    def take(self, chan, **members):
        return self.ask("take", chan=chan, **members)

    def _hear_line(self):
        try:
            line = self.client.line()
        except socket.timeout:
            self.story.fail("neither an answer nor the end of the connection came")
        except (OSError, AssertionError): # a reset, or the end within a line
            line = None
        if line is None:
            self.over = True
            return
        reply = json.loads(line)
        if "id" in reply:
            self.story.check(self.asked[reply["id"]], reply)
            self.replies[reply["id"]] = reply
        else:
            self.story.check_refusal(reply)
            self.strays.append(reply)

    def hear(self, *numbers):
        """Reads until these are answered, or nothing more can come."""
        while not self.over and not all(n in self.replies for n in numbers):
            self._hear_line()

    def finish(self):
        """Asks for nothing more, and reads to the end: what is parked gets cancelled."""
        if self.client and not self.over:
            try:
                self.client.half_close()
            except OSError:
                pass # it was reset
        while not self.over:
            self._hear_line()

    def call(self, op, **members):
        number = self.ask(op, **members)
        self.hear(number)
        return self.replies.get(number)

    def sync(self):
        """Whatever was asked before has been started."""
        self.call("ping")

    def close(self, reset=False):
        if self.client and reset:
            self.client.reset()
        elif self.client:
            self.client.close()
        self.over = True

    def unanswered(self):
        return [r for n, r in self.asked.items() if n not in self.replies]


class Story:
    """What is told of one run: who asked, and where the values are."""

    def __init__(self, test, daemon, kind):
        self.test, self.daemon, self.kind, self.page = test, daemon, kind, test.page
        self.number = 0
        self.is_strict = False # its values are small, and read at once: memory or not
        self.talkers = []
        self.puts = {} # number of the value: channel
        self.fate = {} # the same: True, it was accepted; False, it was refused
        self.taken = set()
        self.free = set() # channels that drop values, or give one many times

    def fail(self, text):
        self.test.fail(text)

    def count(self):
        self.number += 1
        return self.number

    def value(self, chan, size):
        number = self.count()
        self.puts[number] = chan
        return "%d:%s" % (number, "x" * size)

    def talker(self, at=0, **options):
        talker = Talker(self, at, **options)
        self.talkers.append(talker)
        return talker

    def calm(self):
        """Nothing fails any more: for what time alone brings."""
        self.page.end()

    # What is answered must be true.

    def check_refusal(self, reply):
        if reply["ok"] or reply["reason"] != "limit":
            self.fail("%r is no answer" % reply)
        if not reply["message"].startswith(OUT_OF_MEMORY):
            self.fail("%r does not say what is missing" % reply)

    def check(self, request, reply):
        if not reply["ok"] and reply["reason"] not in ("closed", "timeout", "cancelled",
                                                       "not_parked", "forbidden"):
            self.check_refusal(reply)
        if request["op"] == "alts":
            self._check_alts(request, reply)
        elif request["op"] == "put":
            self._check_put(request, reply)
        elif request["op"] == "take" and reply["ok"]:
            self.check_taken(request["chan"], reply["value"])

    def _check_put(self, request, reply):
        self.fate[int(request["value"].partition(":")[0])] = reply["ok"]

    def _check_alts(self, request, reply):
        for index, clause in enumerate(request["ops"]):
            won = reply["ok"] and reply["index"] == index
            if clause["op"] == "put":
                self._check_put(clause, {"ok": won})
            elif won:
                self.check_taken(clause["chan"], reply["value"])

    def check_taken(self, chan, value):
        number = int(value.partition(":")[0])
        if self.puts.get(number) != chan:
            self.fail("%r was never put on %s" % (value[:20], chan))
        if number in self.taken and chan not in self.free:
            self.fail("%r was taken twice" % value[:20])
        if self.fate.get(number) is False:
            self.fail("%r was taken, though its put was refused" % value[:20])
        self.taken.add(number)

    # Afterwards.

    def finish(self):
        """All have asked for everything, and read all answers."""
        for talker in self.talkers:
            talker.finish()

    def _drain(self, client, chan):
        while True:
            reply = client.call("take", chan=chan, timeout_ms=0)
            if not reply["ok"]:
                return
            self.check_taken(chan, reply["value"])
            if chan in self.free:
                return # a promise has no end

    def _swallowed(self, chan):
        """How many takes of a channel ended nobody knows how: their connection broke."""
        if self.is_strict and self.kind == "memory":
            return 0
        requests = [r for t in self.talkers for r in t.unanswered()]
        return sum(r.get("chan") == chan or any(c["chan"] == chan for c in r.get("ops", ()))
                   for r in requests if r["op"] in ("take", "alts"))

    def _look_for_values(self):
        for chan in set(self.puts.values()) - self.free:
            lost = [n for n, c in self.puts.items()
                    if c == chan and self.fate.get(n) and n not in self.taken]
            if len(lost) > self._swallowed(chan):
                self.fail("values %r of %s were accepted, and are lost" % (lost, chan))

    def end(self, client, descriptors):
        """All have gone: there is nothing left, and every value has been where it must."""
        self.calm()
        for talker in self.talkers:
            talker.close()
        chans = set(self.puts.values()) | {
            r["chan"] for t in self.talkers for r in t.asked.values() if "chan" in r}
        deadline = time.monotonic() + PATIENCE
        while client.ok("stat")["stat"]["connections"] > 1:
            if time.monotonic() > deadline:
                self.fail("a connection is left")
        for chan in sorted(chans):
            self._drain(client, chan)
            client.ok("delete", chan=chan)
        self._look_for_values()
        stat = client.ok("stat")["stat"]
        left = [n for n in ("bytes", "parked", "output_bytes", "channels") if stat[n]]
        if left:
            self.fail("%r are left: %r" % (left, stat))
        if self.daemon.descriptors() != descriptors:
            self.fail("%d descriptors instead of %d"
                      % (self.daemon.descriptors(), descriptors))


class FailingTest(DaemonTest):
    """Daemons whose calls fail. `tell` runs a story for each call that can."""

    @classmethod
    def setUpClass(cls):
        cls.dice = random.Random(SEED)
        print("seed", SEED, flush=True)

    def failing(self, *args, at=0, token=None, **options):
        """A daemon, on whose listener `at` somebody can look at it, with that token."""
        self.page, self.at, self.token = Page(), at, token
        self.addCleanup(self.page.close)
        daemon = self.daemon(*args, env={"CHAND_FAULTS": self.page.path}, **options)
        with self.watcher(daemon):
            self.descriptors = daemon.descriptors()
        return daemon

    @contextlib.contextmanager
    def watcher(self, daemon):
        """Another client, which is served as if nothing had happened."""
        client = daemon.connect(self.at)
        if self.token:
            client.ok("hello", token=self.token)
        client.sync()
        yield client
        client.close()

    def run_once(self, daemon, tell, kind, after, count, how):
        """One story in which these fail; how many calls were seen, and failed."""
        story = Story(self, daemon, kind)
        try:
            with named(tell.__name__, kind, after, count, how, daemon):
                self.page.begin(kind, after, count, how)
                tell(story)
                story.finish()
                seen, failed = self.page.end()
                with self.watcher(daemon) as client:
                    story.end(client, self.descriptors)
        finally:
            for talker in story.talkers:
                talker.close()
        return seen, failed

    def numbers(self, seen, most):
        """Which calls are to fail: all; of very many, or under a sanitizer, some."""
        most = min(most, 4) if SANITIZED else most
        if seen <= most or EVERY:
            return range(seen)
        return [0, *sorted(self.dice.sample(range(1, seen), most - 1))] # 0 there always is

    def all_fail(self, daemon, tell, kind, count=1, how=errno.ENOMEM, most=1000):
        seen, _ = self.run_once(daemon, tell, kind, ALWAYS, 1, how)
        self.assertGreater(seen, 0, (kind, count, how))
        failed = 0
        for after in self.numbers(seen, most):
            failed += self.run_once(daemon, tell, kind, after, count, how)[1]
        self.assertGreater(failed, 0, (kind, count, how))
