# SPDX-License-Identifier: MIT
"""Plays transcripts against the daemon: what is sent, and what must come back.

    transcript.py FILE…      a .txt is one transcript; of a .md, each block of code with lines
                             that begin with `> `

    # a comment
    % limits: {alts_ops: 2}      a line of the daemon's configuration
    > {"op":"ping","id":1}       the client sends this line
    < {"id":1,"ok":true}         and gets this one; `...` stands for any characters
    b> {"op":"take","chan":"c"}  the same for a client called b
    b> EOF                       it sends no more
    b< EOF                       the daemon has closed

A line that was sent has been started when the next one is looked at, so transcripts have
no races: what parks is parked. Nothing may come that is not in the transcript.
"""
import re
import sys
import unittest

from harness import DaemonTest

STEP = re.compile(r"^(\w*)([<>]) ?(.*)$")


class Player:
    """A client of a transcript: lines that came, in order."""

    def __init__(self, client):
        self.client, self.lines, self.over = client, [], False

    def send(self, text):
        if text == "EOF":
            self.client.half_close()
            self.over = True
            return
        self.client.send(text)
        self.lines += self.client.sync()

    def next(self):
        line = self.lines.pop(0) if self.lines else self.client.line()
        return "EOF" if line is None else line.decode()

    def finish(self):
        """What came and was not expected."""
        if not self.over:
            self.lines += self.client.sync()
        return self.lines


def expectation(text):
    return ".*".join(re.escape(part) for part in text.split("..."))


class Transcript(DaemonTest):
    """One transcript; made by hand, not found by unittest."""

    def __init__(self, name, steps):
        super().__init__("play")
        self.name, self.steps = name, steps

    def __str__(self):
        return self.name

    def play(self):
        config = "\n".join(line[2:] for _, line in self.steps if line.startswith("% "))
        daemon = self.daemon(config or None)
        players = {}
        for number, line in self.steps:
            step = STEP.match(line)
            if not step:
                continue
            who, arrow, text = step.groups()
            if who not in players:
                players[who] = Player(self.client(daemon))
            if arrow == ">":
                players[who].send(text)
                continue
            came = players[who].next()
            self.assertTrue(re.fullmatch(expectation(text), came),
                            "line %d of %s\nexpected: %s\ncame:     %s"
                            % (number, self.name, text, came))
        for who, player in players.items():
            self.assertEqual(player.finish(), [], "client %r got more" % who)


def blocks(lines):
    """The blocks of code of a page that are transcripts."""
    block = None
    for number, line in lines:
        if not line.startswith("```"):
            if block is not None:
                block.append((number, line))
        elif block is None:
            block = []
        else:
            if any(text.startswith("> ") for _, text in block):
                yield block
            block = None


def transcripts(path):
    with open(path, encoding="utf-8") as file:
        lines = list(enumerate(file.read().splitlines(), 1))
    if not path.endswith(".md"):
        return [Transcript(path, lines)]
    found = [Transcript("%s:%d" % (path, block[0][0]), block) for block in blocks(lines)]
    assert found, path + " has no transcript"
    return found


if __name__ == "__main__":
    suite = unittest.TestSuite(t for path in sys.argv[1:] for t in transcripts(path))
    assert suite.countTestCases() > 0, "no transcripts were named"
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(not result.wasSuccessful())
