# SPDX-License-Identifier: MIT
"""What a reload with other users makes of those who are there."""
import os

from guarded import ALICE, ALL, BOB, SECRET, SECRET_HASH, AccessTest, digest, user
from harness import main


class Reload(AccessTest):
    TAKE = {"allow": ["take", "stat"]}
    PUT = {"allow": ["put"]}

    def test_changes_rules_for_new_requests_of_live_connections(self):
        daemon = self.guarded(user("alice", self.TAKE, token=ALICE))
        client = self.greeted(daemon)
        client.park({"op": "take", "id": "t", "chan": "c"})
        self.assertRefused(client.call("put", chan="c", value=1), "forbidden")
        self.reload(daemon, user("alice", self.PUT, token=ALICE))
        self.assertRefused(client.call("stat", chan="c"), "forbidden", "stat on c")
        client.send({"op": "put", "id": "p", "chan": "c", "value": 5})
        self.assertEqual(client.reply(), {"id": "t", "ok": True, "value": 5})
        self.assertEqual(client.reply(), {"id": "p", "ok": True})

    def ended(self, client, parked):
        self.assertEqual(client.reply(), {"id": parked, "ok": False, "reason": "cancelled"})
        self.assertClosed(client)

    def parked(self, client):
        client.park({"op": "take", "id": "t", "chan": "c"})
        return client

    def test_ends_those_whose_token_is_withdrawn_and_no_others(self):
        both = {"name": "alice", "tokens": [digest(ALICE), digest(BOB)], "rules": [ALL]}
        daemon = self.guarded(both, {"name": "c", "tokens": [SECRET_HASH], "rules": [ALL]})
        gone = self.parked(self.greeted(daemon, ALICE))
        kept = self.greeted(daemon, BOB)
        secret = self.greeted(daemon, "c:" + SECRET)
        self.reload(daemon, user("alice", ALL, token=BOB), user("c", ALL, token=ALICE))
        self.ended(gone, "t")
        self.assertClosed(secret)
        kept.ok("stat")

    def test_ends_those_who_are_users_no_more(self):
        daemon = self.guarded(user("me", ALL, uid=os.getuid()), user("alice", ALL, token=ALICE),
                              listen=(self.unix(),))
        me, alice = self.parked(self.client(daemon)), self.parked(self.greeted(daemon))
        self.reload(daemon, user("me", ALL, uid=os.getuid() + 1), user("bob", ALL, token=BOB))
        self.ended(me, "t")
        self.ended(alice, "t")

    def test_leaves_alone_who_has_not_said_who_he_is(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE))
        client = self.client(daemon)
        client.send(b'{"op":"hello",')
        self.reload(daemon, user("bob", ALL, token=BOB))
        client.send(b'"token":"' + BOB.encode() + b'"}\n')
        self.assertEqual(client.reply()["user"], "bob")

    def test_that_brings_the_first_users_ends_who_is_none(self):
        daemon = self.guarded(listen=("tcp://127.0.0.1:0", self.unix()))
        nobody, me = self.parked(self.client(daemon, 0)), self.parked(self.client(daemon, 1))
        limits = {"parked": 1}
        self.reload(daemon, user("me", ALL, uid=os.getuid(), limits=limits))
        self.ended(nobody, "t")
        self.assertEqual(me.ok("hello")["user"], "me")
        self.assertRefused(me.call("take", id=2, chan="d"), "limit", "parked")

    def test_that_takes_the_last_users_lets_everybody_in(self):
        daemon = self.guarded(user("alice", {"allow": ["take"]}, token=ALICE,
                                   limits={"parked": 1, "requests_per_s": 50}))
        client = self.parked(self.greeted(daemon))
        stranger = self.client(daemon)
        self.reload(daemon)
        self.assertNotIn("user", client.ok("hello"))
        stranger.ok("put", chan="c", value=3)
        self.assertEqual(client.reply(), {"id": "t", "ok": True, "value": 3})
        for i in range(200):
            client.send({"op": "take", "id": i, "chan": "many"})
        self.assertEqual(client.sync(), [])

    def test_changes_limits(self):
        limits = {"requests_per_s": 1, "parked": 1}
        daemon = self.guarded(user("alice", ALL, token=ALICE, limits=limits))
        client = self.greeted(daemon)
        client.send(*({"op": "ping", "id": i} for i in range(50)))
        self.assertEqual(client.reply(), {"id": 0, "ok": True})
        self.reload(daemon, user("alice", ALL, token=ALICE, limits={"parked": 2}))
        for i in range(1, 50):
            self.assertEqual(client.reply(), {"id": i, "ok": True})
        client.park({"op": "take", "id": 1, "chan": "a"}, {"op": "take", "id": 2, "chan": "a"})
        self.assertRefused(client.call("take", id=3, chan="a"), "limit", "parked")

    def test_that_would_let_everybody_in_is_not_taken(self):
        daemon = self.guarded(user("alice", ALL, token=ALICE), listen=("tcp://0.0.0.0:0",))
        client = self.greeted(daemon)
        self.reload(daemon, taken=False)
        self.assertTrue(daemon.matches("without users would let everybody in"))
        client.ok("stat")
        stranger = self.client(daemon)
        self.assertRefused(stranger.call("ping"), "forbidden")
        self.reload(daemon, allow_open=True)
        self.client(daemon).ok("ping")

    def test_while_requests_come_answers_every_one_by_one_set_of_rules_or_the_other(self):
        daemon = self.guarded(user("alice", {"allow": ["stat"]}, token=ALICE))
        client = self.greeted(daemon)
        for turn in range(20):
            client.send(*({"op": "stat", "id": i, "chan": "c"} for i in range(200)))
            rules = [{"allow": ["stat" if turn % 2 else "put"]}]
            self.reload(daemon, user("alice", *rules, token=ALICE))
            reasons = [client.reply()["reason"] for _ in range(200)]
            self.assertLessEqual(set(reasons), {"no_channel", "forbidden"})


if __name__ == "__main__":
    main()
