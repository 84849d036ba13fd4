# SPDX-License-Identifier: MIT
"""Many clients that wait: all are woken, and when they have gone nothing of them is left.

CHAND_TEST_CROWD is how many there are, where so many descriptors are allowed.
"""
import os
import resource
import selectors

from harness import PATIENCE, SANITIZED, DaemonTest, encoded, main, until

# Descriptors that the test and the daemon need for themselves.
SPARE = 100


def allowed(wanted):
    """As many clients as this process, and a daemon like it, can have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = wanted + SPARE
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < wanted + SPARE:
        print("only %d descriptors are allowed, so there are fewer clients" % hard)
    return min(wanted, hard - SPARE)


class Crowd(DaemonTest):
    size = allowed(int(os.environ.get("CHAND_TEST_CROWD", "10000")))

    def round(self, daemon, watcher):
        """All come, park a take, are woken, and go."""
        crowd = [daemon.connect(patience=PATIENCE * 3) for _ in range(self.size)]
        for i, client in enumerate(crowd):
            client.send({"op": "take", "id": i, "chan": "crowd/%d" % i})
        until(lambda: watcher.ok("stat")["stat"]["parked"] == self.size, "all to park",
              PATIENCE * 3)
        for start in range(0, self.size, 500):
            some = range(start, min(start + 500, self.size))
            watcher.send(b"".join(encoded({"op": "put", "chan": "crowd/%d" % i, "value": i})
                                  for i in some))
            for _ in some:
                self.assertEqual(watcher.line(), b'{"ok":true}')
        for i, client in enumerate(crowd):
            self.assertEqual(client.line(), b'{"id":%d,"ok":true,"value":%d}' % (i, i))
        for i, client in enumerate(crowd):
            client.reset() if i % 2 else client.close()
        until(lambda: watcher.ok("stat")["stat"]["connections"] == 1, "all to be gone",
              PATIENCE * 3)

    def rounds(self, workers):
        daemon = self.daemon("workers: %d\nlimits: {connections: 100000}" % workers)
        watcher = self.client(daemon, patience=PATIENCE * 3)
        watcher.sync()
        descriptors, threads = daemon.descriptors(), daemon.threads()
        memory = []
        for _ in range(2):
            self.round(daemon, watcher)
            memory.append(daemon.rss())
            self.assertEqual(daemon.descriptors(), descriptors)
            self.assertEqual(daemon.threads(), threads)
            self.assertEqual(watcher.ok("stat")["stat"]["channels"], 0)
        print("%d clients, %d workers: %.1f MB, then %.1f MB"
              % (self.size, workers, memory[0] / 1e6, memory[1] / 1e6))
        if not SANITIZED: # which keep memory on purpose
            self.assertLessEqual(memory[1], memory[0] * 1.1)

    def test_all_are_woken_and_nothing_is_left_of_them_with_one_worker(self):
        self.rounds(1)

    def test_all_are_woken_and_nothing_is_left_of_them_with_two_workers(self):
        self.rounds(2)

    def test_a_promise_wakes_all_at_once(self):
        daemon = self.daemon("workers: 2")
        crowd = [self.client(daemon) for _ in range(min(self.size, 1000))]
        crowd[0].ok("open", chan="p", buffer={"kind": "promise"})
        for client in crowd:
            client.park({"op": "take", "chan": "p"})
        keeper = self.client(daemon)
        keeper.ok("put", chan="p", value="kept")
        waiting = selectors.DefaultSelector()
        for client in crowd:
            waiting.register(client.socket, selectors.EVENT_READ, client)
        left = len(crowd)
        while left:
            ready = waiting.select(PATIENCE)
            self.assertNotEqual(ready, [], "%d were not woken" % left)
            for key, _ in ready:
                self.assertEqual(key.data.line(), b'{"ok":true,"value":"kept"}')
                waiting.unregister(key.fileobj)
                left -= 1
        waiting.close()


if __name__ == "__main__":
    main()
