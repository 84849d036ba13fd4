# SPDX-License-Identifier: MIT
"""All hostile clients at once, and beside them a workload that loses nothing.

CHAND_TEST_SEED repeats a run, as far as threads do; CHAND_TEST_REDTEAM is how many seconds
it takes.
"""
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import tempfile
import threading
import time

import hostiles
from certificates import Authority
from harness import PATIENCE, SANITIZED, DaemonTest, main, until

SEED = int(os.environ.get("CHAND_TEST_SEED", random.randrange(1 << 32)))
SECONDS = float(os.environ.get("CHAND_TEST_REDTEAM", "10" if SANITIZED else "3"))
HOSTILES, PRODUCERS, CONSUMERS, DESCRIPTORS = 8, 4, 4, 250
WORKER, MALLORY = "ct_" + "w" * 43, "ct_" + "m" * 43
CHANNELS = ("work/rendezvous", "work/buffer")
LIMITS = {"connections": 400, "request_bytes": 65536, "memory_bytes": 4 << 20,
          "output_bytes": 65536, "parked_per_connection": 100, "parked_per_channel": 200,
          "channels": 500, "handshake_s": 1, "request_timeout_s": 1, "keepalive_s": 2,
          "unread_s": 60}


def digest(token):
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


class Part(threading.Thread):
    """A thread whose failure the test tells."""

    def __init__(self, play):
        super().__init__(daemon=True)
        self.play, self.error = play, None
        self.start()

    def run(self):
        try:
            self.play()
        except BaseException as error:
            self.error = error


class Producer(Part):
    """Puts number after number, each until it is accepted: what was refused was not put."""

    def __init__(self, client, number, over, seed):
        self.client, self.number, self.over = client, number, over
        self.dice, self.count, self.refused = random.Random(seed), 0, 0
        super().__init__(self.produce)

    def put(self):
        value = [self.number, self.count, "x" * self.dice.choice((0, 10, 1000))]
        chan = CHANNELS[self.number % len(CHANNELS)]
        if self.dice.random() < 0.3:
            return self.client.call("alts", ops=[{"op": "put", "chan": chan, "value": value}])
        timeout = {"timeout_ms": 20} if self.dice.random() < 0.3 else {}
        return self.client.call("put", chan=chan, value=value, **timeout)

    def produce(self):
        while not self.over.is_set():
            reply = self.put()
            if reply["ok"]:
                self.count += 1
            elif reply["reason"] in ("timeout", "limit"):
                self.refused += 1
            else:
                raise AssertionError(reply)


class Consumer(Part):
    """Takes until both channels are closed."""

    def __init__(self, client, seed):
        self.client, self.dice, self.got = client, random.Random(seed), []
        super().__init__(self.consume)

    def consume(self):
        open_channels = list(CHANNELS)
        while open_channels:
            if self.dice.random() < 0.5:
                chan = self.dice.choice(open_channels)
                reply = self.client.call("take", chan=chan, timeout_ms=20)
            else:
                reply = self.client.call("alts", ops=[{"op": "take", "chan": chan}
                                                      for chan in open_channels])
                chan = reply.get("chan")
            if reply["ok"]:
                self.got.append(reply["value"])
            elif reply["reason"] == "closed":
                open_channels.remove(chan)
            elif reply["reason"] not in ("timeout", "limit"):
                raise AssertionError(reply)


class RedTeam(DaemonTest):
    def setUp(self):
        print("CHAND_TEST_SEED=%d" % SEED)
        self.folder = tempfile.mkdtemp(prefix="chand-red-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.authority = Authority(self.folder)
        pem, key = self.authority.issue("server")
        rules = [{"deny": ["all"], "channels": ["work/*"]},
                 {"allow": ["put", "take", "open", "close", "delete", "stat", "list"],
                  "channels": ["evil/*"]}]
        self.config = json.dumps({
            "workers": 2, "limits": LIMITS,
            "listen": ["tcp://127.0.0.1:0", "unix://%s/s" % self.folder,
                       {"uri": "tls://127.0.0.1:0", "certificate": pem, "key": key}],
            "users": [
                {"name": "worker", "tokens": [digest(WORKER)], "rules": [{"allow": ["all"]}]},
                {"name": "mallory", "tokens": [digest(MALLORY)], "rules": rules,
                 "limits": {"connections": 60, "parked": 2000}}]})
        self.served = self.daemon(self.config, listen=(), listening=3, descriptors=DESCRIPTORS)
        self.over = threading.Event()

    def worker(self, at=0):
        tls = self.authority.trust() if at == 2 else None
        client = self.client(self.served, at, tls=tls, patience=PATIENCE * 3)
        client.ok("hello", token=WORKER)
        return client

    def hostile(self, number):
        """Plays each role once, in an order of its own, and then any."""
        dice = random.Random(SEED * 1000 + number)
        stage = hostiles.Stage(dice, [self.served.address(0), self.served.address(1)],
                               self.served.address(2), self.authority.trust(), MALLORY,
                               "evil/", "work/")
        self.departed.append(stage.departed)
        roles = dice.sample(hostiles.ROLES, len(hostiles.ROLES))
        while not self.over.is_set():
            role = roles.pop() if roles else dice.choice(hostiles.ROLES)
            self.played.add(role.__name__)
            try:
                role(stage)
            except hostiles.Breach:
                raise
            except (OSError, ValueError, AssertionError, KeyError):
                pass  # it was sent away, or not let in
            finally:
                stage.clear()

    def reload(self):
        told = "chand.yaml was read again"
        before = len(self.served.matches(told))
        self.served.kill(signal.SIGHUP)
        self.served.wait_for(told, at=before)

    def check_values(self, producers, consumers):
        """Each that was accepted has arrived once, and in the order of its producer."""
        seen = set()
        for consumer in consumers:
            last = {}
            for producer, number, _ in consumer.got:
                self.assertGreater(number, last.get(producer, -1))
                self.assertNotIn((producer, number), seen)
                seen.add((producer, number))
                last[producer] = number
        self.assertEqual(seen, {(p.number, n) for p in producers for n in range(p.count)})

    def check_nothing_is_left(self, watcher):
        self.connections(watcher, 1)
        for stat in watcher.ok("list", prefix="evil/*")["channels"]:
            watcher.ok("delete", chan=stat["name"])
        totals = watcher.ok("stat")["stat"]
        self.assertEqual([totals[name] for name in ("parked", "bytes", "output_bytes")],
                         [0, 0, 0])
        until(lambda: self.served.descriptors() == self.before, "descriptors to be closed")
        for client in sum(self.departed, []):
            client.close()

    def test_the_workload_loses_nothing_whatever_the_others_do(self):
        watcher = self.worker()
        watcher.ok("open", chan="work/buffer", buffer={"kind": "fixed", "size": 10})
        watcher.ok("open", chan="work/rendezvous")
        self.before = self.served.descriptors()
        self.played, self.departed = set(), []
        clients = [self.worker(at=i % 3) for i in range(PRODUCERS + CONSUMERS)]
        ended = threading.Event()
        producers = [Producer(clients[i], i, ended, SEED + i) for i in range(PRODUCERS)]
        consumers = [Consumer(client, SEED - i)
                     for i, client in enumerate(clients[PRODUCERS:])]
        hostile = [Part(lambda n=n: self.hostile(n)) for n in range(HOSTILES)]
        until_when = time.monotonic() + SECONDS
        while time.monotonic() < until_when:
            self.reload()
            watcher.call("take", chan="work/never", timeout_ms=int(SECONDS * 100))
        self.over.set()
        for part in hostile:
            part.join(PATIENCE * 3)
            self.assertFalse(part.is_alive())
        ended.set()
        for part in producers:
            part.join(PATIENCE * 3)
        for chan in CHANNELS:
            watcher.ok("close", chan=chan)
        for part in consumers:
            part.join(PATIENCE * 3)
        for part in hostile + producers + consumers:
            self.assertFalse(part.is_alive())
            if part.error:
                raise part.error
        for client in clients:
            client.close()
        self.check_values(producers, consumers)
        self.assertEqual(self.played, {role.__name__ for role in hostiles.ROLES})
        print("%d values, %d times refused; accepting paused %d times" % (
            sum(p.count for p in producers), sum(p.refused for p in producers),
            len(self.served.matches("cannot accept"))))
        self.check_nothing_is_left(watcher)


if __name__ == "__main__":
    main()
