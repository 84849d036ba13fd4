# SPDX-License-Identifier: MIT
"""Many clients at once on two workers: every value arrives exactly once, or is known lost.

Producers put numbered values, by put and by alts, pipelined, some with timeouts and some
cancelled; consumers take them, by take and by alts. What was acknowledged must have
arrived once, and what was refused never. CHAND_TEST_SEED repeats a run, CHAND_TEST_STRESS says how many values there are.
"""
import json
import os
import random
import threading

from harness import PATIENCE, DaemonTest, main

SEED = int(os.environ.get("CHAND_TEST_SEED", random.randrange(1 << 32)))
VALUES = int(os.environ.get("CHAND_TEST_STRESS", "30000"))
PRODUCERS, CONSUMERS, CHANNELS, WINDOW = 8, 8, 4, 16


class Producer(threading.Thread):
    """Puts its share, WINDOW at a time; knows what became of each value."""

    def __init__(self, client, name, count, seed):
        super().__init__(daemon=True)
        self.client, self.name, self.count = client, name, count
        self.dice = random.Random(seed)
        self.acknowledged, self.refused, self.error = set(), set(), None

    def request(self, i):
        value = [self.name, i, "x" * self.dice.choice((0, 10, 100, 3000))]
        if self.dice.random() < 0.8:
            channel = self.dice.randrange(CHANNELS)
            request = {"op": "put", "chan": "c%d" % channel, "value": value}
        else:
            request = {"op": "alts", "ops": [
                {"op": "put", "chan": "c%d" % c, "value": value}
                for c in self.dice.sample(range(CHANNELS), 2)]}
        if self.dice.random() < 0.1:
            request["timeout_ms"] = self.dice.randrange(3)
        return dict(request, id=i)

    def settle(self, reply):
        """The end of a put; false: the reply was to a cancel."""
        if isinstance(reply.get("id"), str):
            return False
        if not reply["ok"]:
            assert reply["reason"] in ("timeout", "cancelled"), reply
        (self.acknowledged if reply["ok"] else self.refused).add(reply["id"])
        return True

    def run(self):
        try:
            waiting, cancels = 0, 0
            for i in range(self.count):
                self.client.send(self.request(i))
                waiting += 1
                if self.dice.random() < 0.03:
                    self.client.send({"op": "cancel", "id": "cancel", "target": i})
                    cancels += 1
                while waiting >= WINDOW:
                    settled = self.settle(self.client.reply())
                    waiting, cancels = waiting - settled, cancels - (not settled)
            while waiting + cancels > 0:
                settled = self.settle(self.client.reply())
                waiting, cancels = waiting - settled, cancels - (not settled)
        except BaseException as error: # the test says it
            self.error = error


class Consumer(threading.Thread):
    """Takes with several requests outstanding until the channels are closed."""

    def __init__(self, client, seed):
        super().__init__(daemon=True)
        self.client, self.dice = client, random.Random(seed)
        self.got, self.error = [], None

    def request(self, channel):
        if self.dice.random() < 0.8:
            return {"op": "take", "id": channel, "chan": "c%d" % channel}
        other = (channel + 1) % CHANNELS
        return {"op": "alts", "id": channel, "ops": [
            {"op": "take", "chan": "c%d" % c} for c in (channel, other)]}

    def run(self):
        try:
            self.client.send(*[dict(self.request(c), id=str(c)) for c in range(CHANNELS)])
            open_channels = CHANNELS
            while open_channels:
                reply = self.client.reply()
                channel = int(reply["id"])
                if reply["ok"]:
                    self.got.append((reply.get("chan", "c%d" % channel), reply["value"]))
                elif reply.get("chan", "c%d" % channel) == "c%d" % channel:
                    assert reply["reason"] == "closed", reply
                    open_channels -= 1
                    continue
                self.client.send(dict(self.request(channel), id=str(channel)))
        except BaseException as error:
            self.error = error


class Stress(DaemonTest):
    def join(self, threads):
        for thread in threads:
            thread.join(PATIENCE * 6)
            if thread.error:
                raise thread.error
            self.assertFalse(thread.is_alive(), "%s does not end" % thread)

    def run_with(self, buffer):
        print("CHAND_TEST_SEED=%d" % SEED)
        dice = random.Random(SEED)
        daemon = self.daemon("workers: 2")
        watcher = self.client(daemon)
        for c in range(CHANNELS):
            watcher.ok("open", chan="c%d" % c, buffer=buffer)
        consumers = [Consumer(self.client(daemon), dice.random()) for _ in range(CONSUMERS)]
        producers = [Producer(self.client(daemon), p, VALUES // PRODUCERS // 2, dice.random())
                     for p in range(PRODUCERS)]
        for thread in consumers + producers:
            thread.start()
        self.join(producers)
        for c in range(CHANNELS):
            watcher.ok("close", chan="c%d" % c)
        self.join(consumers)
        self.check(producers, consumers)
        stat = watcher.ok("stat")["stat"]
        self.assertEqual((stat["parked"], stat["bytes"]), (0, 0))

    def check(self, producers, consumers):
        for producer in producers:
            settled = producer.acknowledged | producer.refused
            self.assertEqual(settled, set(range(producer.count)))
            self.assertEqual(producer.acknowledged & producer.refused, set())
        arrived = [(v[0], v[1]) for c in consumers for _, v in c.got]
        self.assertEqual(len(arrived), len(set(arrived)), "a value arrived twice")
        sent = {(p.name, i) for p in producers for i in p.acknowledged}
        self.assertEqual(set(arrived), sent)

    def test_every_value_arrives_exactly_once_without_buffers(self):
        self.run_with({"kind": "none"})

    def test_every_value_arrives_exactly_once_through_buffers(self):
        self.run_with({"kind": "fixed", "size": 5})


class Order(DaemonTest):
    """A consumer sees hub order, also when two workers complete its takes."""

    def test_an_effect_is_never_seen_before_its_cause(self):
        daemon = self.daemon("workers: 2")
        consumer = self.client(daemon)
        producers = [self.client(daemon) for _ in range(2)] # on one worker each
        rounds = 2000
        for start in range(0, rounds, 100):
            consumer.send(*[{"op": "take", "chan": "c"} for _ in range(100)])
            for i in range(start, start + 100):
                put = {"op": "put", "chan": "c", "value": i}
                requests = [{"op": "ping"}, put] if i % 4 < 2 else [put]
                producers[i % 2].send(*requests)
                for _ in requests:
                    self.assertEqual(producers[i % 2].line(), b'{"ok":true}')
            values = [json.loads(consumer.line())["value"] for _ in range(100)]
            self.assertEqual(values, list(range(start, start + 100)))


if __name__ == "__main__":
    main()
