# SPDX-License-Identifier: MIT
"""Who may do what, and what he gets to see."""
from guarded import ALICE, ALL, BOB, AccessTest, user
from harness import main


class Rules(AccessTest):
    def test_name_operation_and_channel_of_what_they_forbid(self):
        daemon = self.guarded(user("alice", {"allow": ["put"], "channels": ["a"]}, token=ALICE),
                              user("root", ALL, token=BOB))
        client = self.greeted(daemon)
        for op, members in (("take", {}), ("open", {}), ("close", {}), ("delete", {}),
                            ("stat", {}), ("put", {"value": 1})):
            chan = "b/c" if op == "put" else "a"
            reply = client.call(op, id=op, chan=chan, **members)
            self.assertRefused(reply, "forbidden", "%s on %s by alice" % (op, chan))
            self.assertEqual(reply["id"], op)
        self.assertRefused(client.call("list"), "forbidden", "list")
        self.assertRefused(client.call("stat"), "forbidden", "stat of the daemon")
        client.park({"op": "put", "id": 1, "chan": "a", "value": 1})
        root = self.greeted(daemon, BOB)
        self.assertEqual(root.ok("stat")["stat"]["forbidden_total"], 8)
        self.assertEqual([c["name"] for c in root.ok("list")["channels"]], ["a"])
        self.assertEqual(root.ok("take", chan="a")["value"], 1)

    def test_are_not_asked_about_hello_ping_and_cancel(self):
        client = self.greeted(self.guarded(user("alice", token=ALICE)))
        client.ok("hello")
        client.ok("ping")
        self.assertEqual(client.call("cancel", target=5)["reason"], "not_parked")

    def test_count_in_their_order(self):
        client = self.greeted(self.guarded(user(
            "alice", {"deny": ["put"], "channels": ["jobs/secret/*"]},
            {"allow": ["put", "take"], "channels": ["jobs/*", "log?"]},
            {"deny": ["all"], "channels": ["jobs/*"]},
            {"allow": ["stat", "put"]}, token=ALICE)))

        def allowed(op, chan, **members):
            return client.call(op, chan=chan, **members).get("reason") != "forbidden"

        self.assertFalse(allowed("put", "jobs/secret/x", value=1, timeout_ms=0))
        self.assertTrue(allowed("take", "jobs/secret/x", timeout_ms=0))
        self.assertTrue(allowed("put", "jobs/x", value=1, timeout_ms=0))
        self.assertFalse(allowed("stat", "jobs/x"))
        self.assertTrue(allowed("stat", "jobs"))
        self.assertTrue(allowed("take", "log1", timeout_ms=0))
        self.assertFalse(allowed("take", "log12", timeout_ms=0))
        self.assertFalse(allowed("open", "other"))

    def test_of_admin_are_about_all_channels(self):
        daemon = self.guarded(user("alice", {"allow": ["all"], "channels": ["a/*"]}, token=ALICE),
                              user("bob", {"allow": ["admin"]}, token=BOB))
        self.assertRefused(self.greeted(daemon, ALICE).call("stat"), "forbidden", "admin")
        bob = self.greeted(daemon, BOB)
        bob.ok("stat")
        self.assertRefused(bob.call("stat", chan="a/b"), "forbidden", "a/b")

    def test_of_an_alts_are_those_of_its_clauses(self):
        daemon = self.guarded(user("alice", {"allow": ["take"], "channels": ["in/*"]},
                                   {"allow": ["put"], "channels": ["out/*"]}, token=ALICE),
                              user("root", ALL, token=BOB))
        root = self.greeted(daemon, BOB)
        root.ok("open", chan="in/a", buffer={"kind": "fixed", "size": 1})
        root.ok("put", chan="in/a", value="kept")
        alice = self.greeted(daemon)
        take, put = {"op": "take", "chan": "in/a"}, {"op": "put", "chan": "out/b", "value": 1}
        for bad, what in (({"op": "take", "chan": "out/b"}, "take on out/b"),
                          ({"op": "put", "chan": "in/a", "value": 2}, "put on in/a")):
            for ops in ([take, bad], [bad, take], [take, put, bad]):
                self.assertRefused(alice.call("alts", ops=ops, priority=True), "forbidden", what)
        self.assertEqual(root.ok("stat", chan="in/a")["stat"]["buffered"], 1)
        self.assertEqual(alice.ok("alts", ops=[take, put])["value"], "kept")

    def test_hold_for_long_names_and_many_of_them(self):
        daemon = self.guarded(user("alice", {"allow": ["stat"], "channels": ["*/yes"]},
                                   token=ALICE))
        client = self.greeted(daemon)
        for turn in range(2):
            for i in range(1500):
                name = "n" * (i % 190) + str(i)
                client.send({"op": "stat", "id": 1, "chan": name + "/yes"},
                            {"op": "stat", "id": 2, "chan": name + "/no"})
            reasons = [client.reply()["reason"] for _ in range(3000)]
            self.assertEqual(reasons, ["no_channel", "forbidden"] * 1500)


class Listing(AccessTest):
    def setUp(self):
        rule = {"allow": ["list", "stat"], "channels": ["mine/*", "zz"]}
        self.chand = self.guarded(user("alice", rule, token=ALICE), user("root", ALL, token=BOB))
        root = self.greeted(self.chand, BOB)
        self.mine = ["mine/%04d" % i for i in range(250)]
        self.others = ["alien/%04d" % i for i in range(300)] + ["other/%d" % i for i in range(300)]
        for name in self.mine + self.others + ["zz"]:
            root.send({"op": "open", "chan": name})
        root.sync()
        self.root = root

    def pages(self, client, limit, **members):
        names, after = [], {}
        while True:
            page = client.ok("list", limit=limit, **members, **after)
            self.assertLessEqual(len(page["channels"]), limit)
            names += [c["name"] for c in page["channels"]]
            if not page["more"]:
                return names
            self.assertEqual(len(page["channels"]), limit)
            after = {"after": names[-1]}

    def test_shows_what_the_user_may_see_in_full_pages(self):
        client = self.greeted(self.chand)
        for limit in (1, 7, 128, 250, 251, 252, 1000):
            self.assertEqual(self.pages(client, limit), self.mine + ["zz"])
        self.assertEqual(self.pages(client, 10, prefix="mine/000"), self.mine[:10])
        self.assertEqual(self.pages(client, 10, prefix="other"), [])
        self.assertEqual(self.pages(client, 5, prefix="*zz"), ["zz"])

    def test_shows_everything_to_whom_everything_is_allowed(self):
        self.assertEqual(self.pages(self.root, 100), sorted(self.mine + self.others + ["zz"]))

    def test_says_of_a_channel_that_may_not_be_seen_no_more_than_of_none(self):
        client = self.greeted(self.chand)
        there, not_there = (client.call("stat", chan=name) for name in ("alien/0001", "alien/x"))
        self.assertEqual(there["reason"], "forbidden")
        self.assertEqual(there["message"].replace("0001", "x"), not_there["message"])


if __name__ == "__main__":
    main()
