# SPDX-License-Identifier: MIT
"""A client of chand. Requests and replies are lines of JSON; that is all there is to it."""

import json
import os
import socket
from urllib.parse import urlsplit


class Closed(Exception):
    """The channel is closed: nothing more will come of it, and nothing more is wanted."""


class Chand:
    """A connection that asks one thing at a time, so that no request needs an id."""

    def __init__(self, uri=os.environ.get("CHAN_SERVER", "tcp://127.0.0.1:2426")):
        where = urlsplit(uri)
        if where.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(where.path)
        else:
            connection = socket.create_connection((where.hostname, where.port))
        self.lines = connection.makefile("rw", encoding="utf-8")

    def ask(self, op, **members):
        print(json.dumps({"op": op, **members}), file=self.lines, flush=True)
        line = self.lines.readline()
        if not line:
            raise ConnectionError("chand has gone")
        reply = json.loads(line)
        if not reply["ok"]:
            raise Closed if reply["reason"] == "closed" else RuntimeError(line)
        return reply

    def put(self, chan, value):
        self.ask("put", chan=chan, value=value)

    def take(self, chan):
        return self.ask("take", chan=chan)["value"]

    def alts(self, *ops):
        return self.ask("alts", ops=ops)

    def close(self, chan):
        self.ask("close", chan=chan)
