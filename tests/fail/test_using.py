# SPDX-License-Identifier: MIT
"""A program that uses libchan while something fails: see user.c."""
import os
import subprocess
import tempfile

from harness import DaemonTest, main

USER = os.environ["USER_BIN"]


class Using(DaemonTest):
    def use(self, listen):
        daemon = self.daemon(listen=(listen,))
        done = subprocess.run([USER, daemon.uris[0]], capture_output=True, text=True,
                              timeout=200, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.connections(self.client(daemon), 1)

    def test_whatever_fails_a_call_ends_and_no_value_is_lost(self):
        self.use("tcp://127.0.0.1:0")

    def test_so_it_is_over_a_unix_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            self.use("unix://%s/s" % folder)


if __name__ == "__main__":
    main()
