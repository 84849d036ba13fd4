# SPDX-License-Identifier: MIT
"""Lists that have to look at many more names than they show: they are exact, and others do
not wait for them."""
import hashlib
import json
import signal

from harness import SANITIZED, DaemonTest, main

FULL, EVE = "ct_" + "f" * 43, "ct_" + "e" * 43
MANY = 20000 if SANITIZED else 100000
RARE = MANY // 40  # each such name is one that eve sees


def digest(token):
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


def name(i):
    return "chan/%06d%s" % (i, "zzz" if i % RARE == 7 else "")


SEEN = [name(i) for i in range(MANY) if i % RARE == 7]


class Survey(DaemonTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lines = b"".join(b'{"op":"open","chan":"%s"}\n' % name(i).encode()
                             for i in range(MANY))

    def setUp(self):
        rules = [{"allow": ["list"], "channels": ["*zzz"]},
                 {"allow": ["put"], "channels": ["order"]}]
        self.chand = self.daemon(json.dumps({"workers": 1, "users": [
            {"name": "full", "tokens": [digest(FULL)], "rules": [{"allow": ["all"]}]},
            {"name": "eve", "tokens": [digest(EVE)], "rules": rules}]}))
        self.full, self.eve = self.greeted(FULL), self.greeted(EVE)
        lines, at = self.lines, 0
        while at < len(lines):
            end = lines.find(b"\n", at + 60000) + 1 or len(lines)
            self.full.send(lines[at:end])
            for _ in range(lines.count(b"\n", at, end)):
                self.full.line()
            at = end

    def greeted(self, token):
        client = self.client(self.chand)
        client.ok("hello", token=token)
        return client

    def listed(self, client, **members):
        reply = client.ok("list", **members)
        return [stat["name"] for stat in reply["channels"]], reply["more"]

    def test_shows_what_the_user_may_see_page_by_page(self):
        self.assertEqual(self.listed(self.eve), (SEEN, False))
        for limit in (1, 7, len(SEEN) - 1, len(SEEN), 1000):
            names, more = [], True
            while more:
                page, more = self.listed(self.eve, limit=limit, after=names[-1] if names else "")
                self.assertTrue(not more or len(page) == limit, "a page is not full")
                names += page
            self.assertEqual(names, SEEN)
        self.assertEqual(self.listed(self.eve, after=SEEN[20]), (SEEN[21:], False))
        self.assertEqual(self.listed(self.eve, prefix=SEEN[3]), ([SEEN[3]], False))
        self.assertEqual(self.listed(self.eve, prefix="*zzzz"), ([], False))

    def test_shows_what_a_pattern_fits_to_who_sees_all(self):
        self.assertEqual(self.listed(self.full, prefix="*zzz"), (SEEN, False))
        self.assertEqual(self.listed(self.full, prefix="*z", limit=5), (SEEN[:5], True))
        self.assertEqual(self.listed(self.full, prefix="*/*07z", after=SEEN[-3]),
                         (SEEN[-2:], False))

    def test_is_answered_among_other_requests_in_their_order(self):
        requests = [{"op": op, "id": i} for i, op in enumerate(
            ("ping", "list", "ping", "list", "list", "ping", "hello", "list"))]
        self.eve.send(*requests)
        replies = [self.eve.reply() for _ in requests]
        self.assertEqual([reply["id"] for reply in replies], list(range(len(requests))))
        for request, reply in zip(requests, replies):
            self.assertTrue(reply["ok"])
            if request["op"] == "list":
                self.assertEqual(len(reply["channels"]), len(SEEN))

    def test_others_are_served_before_it_has_come_to_its_end(self):
        order = self.greeted(FULL)
        order.ok("open", chan="order", buffer={"kind": "fixed", "size": 10})
        self.chand.kill(signal.SIGSTOP)  # so that it finds both at once
        self.eve.send({"op": "list"}, {"op": "put", "chan": "order", "value": "eve"})
        self.full.send({"op": "list", "prefix": "*none"},
                       {"op": "put", "chan": "order", "value": "full"})
        order.send({"op": "put", "chan": "order", "value": "other"},
                   *[{"op": "take", "chan": "order"}] * 3)
        self.chand.kill(signal.SIGCONT)
        self.assertTrue(order.reply()["ok"])
        self.assertEqual(order.reply()["value"], "other")
        self.assertEqual({order.reply()["value"] for _ in range(2)}, {"eve", "full"})

    def test_who_goes_in_the_middle_costs_nothing(self):
        for end in ("close", "reset", "half_close"):
            client = self.greeted(EVE)
            client.send(*[{"op": "list"}] * 20)
            getattr(client, end)()
        self.connections(self.full, 2)
        for _ in range(20):  # the last one may still read
            self.assertEqual(len(client.reply()["channels"]), len(SEEN))
        self.assertIsNone(client.line())


if __name__ == "__main__":
    main()
