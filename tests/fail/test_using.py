# SPDX-License-Identifier: MIT
"""A program that uses libchan while something fails: see user.c."""
import os
import subprocess
import tempfile

from certificates import Authority
from harness import SANITIZED, DaemonTest, main, until

USER = os.environ["USER_BIN"]


class Using(DaemonTest):
    def use(self, daemon, *args):
        before = daemon.descriptors()
        done = subprocess.run([USER, daemon.uris[0], *args], capture_output=True, text=True,
                              timeout=200, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        until(lambda: daemon.descriptors() == before, "the end of all connections")

    def test_whatever_fails_a_call_ends_and_no_value_is_lost(self):
        self.use(self.daemon(), "1")

    def test_so_it_is_over_a_unix_socket_every_seventh_time(self):
        with tempfile.TemporaryDirectory() as folder:
            self.use(self.daemon(listen=("unix://%s/s" % folder,)), "7")

    def test_so_it_is_over_tls_which_calls_so_much_that_not_all_is_tried(self):
        with tempfile.TemporaryDirectory() as folder:
            authority = Authority(folder)
            pem, key = authority.issue("server")
            daemon = self.daemon("listen: [{uri: 'tls://127.0.0.1:0', certificate: %s,"
                                 " key: %s}]" % (pem, key), listen=(), listening=1)
            self.use(daemon, "997" if SANITIZED else "307", authority.pem)


if __name__ == "__main__":
    main()
