# SPDX-License-Identifier: MIT
"""Daemons with users, and clients who are some of them."""
import hashlib
import json
import os
import signal
import tempfile

from harness import DaemonTest

ALICE, BOB = "ct_" + "a" * 43, "ct_" + "b" * 43
SECRET = "open sesame"
SECRET_HASH = ("$argon2id$v=19$m=19456,t=2,p=1$yeXbUc2/V3GXbzJBfw0Ivg$"
               "wu2obFHf7pKwQjfDnFJ3i+Pxboce9Nkxv89YB+bOB9k")
ALL = {"allow": ["all"]}


def digest(token):
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


def user(name, *rules, token=None, **members):
    tokens = {"tokens": [digest(token)]} if token else {}
    return {"name": name, "rules": list(rules), **tokens, **members}


def configured(*users, **keys):
    """JSON is YAML enough."""
    return json.dumps({"workers": 2, "users": list(users), **keys})


class AccessTest(DaemonTest):
    def unix(self):
        folder = tempfile.mkdtemp(prefix="chand-access-")
        self.addCleanup(os.rmdir, folder)
        return "unix://%s/s" % folder

    def guarded(self, *users, listen=("tcp://127.0.0.1:0",), keys=None, **options):
        return self.daemon(config=configured(*users, **(keys or {})), listen=listen,
                           **options)

    def greeted(self, daemon, token=ALICE, at=0):
        client = self.client(daemon, at)
        self.welcome = client.ok("hello", token=token)
        return client

    def assertClosed(self, client):
        self.assertIsNone(client.line())

    def reload(self, daemon, *users, taken=True, **keys):
        outcome = r"chand\.yaml (was read again|was not taken)"
        before = len(daemon.matches(outcome))
        daemon.configure(configured(*users, **keys))
        daemon.kill(signal.SIGHUP)
        line = daemon.wait_for(outcome, at=before)[1]
        self.assertEqual(line, "was read again" if taken else "was not taken")
