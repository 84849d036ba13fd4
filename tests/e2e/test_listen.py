# SPDX-License-Identifier: MIT
"""Where the daemon listens, and how it starts, or does not."""
import os
import socket
import subprocess
import tempfile

from harness import CHAND, PATIENCE, SANITIZED, DaemonTest, main


class Listen(DaemonTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(folder.name, "sock")

    def fails(self, *args, **options):
        """Runs a daemon that cannot start; its status and what it says."""
        done = subprocess.run([CHAND, *args], capture_output=True, text=True,
                              timeout=PATIENCE, check=False, **options)
        return done.returncode, done.stderr

    def test_port_0_shows_the_port_that_it_got(self):
        daemon = self.daemon(listen=("tcp://127.0.0.1:0", "tcp://127.0.0.1:0"))
        ports = {daemon.address(i)[1] for i in range(2)}
        self.assertEqual(len(ports), 2)
        self.assertNotIn(0, ports)
        for i in range(2):
            self.client(daemon, i).sync()

    def test_the_configuration_says_where_and_options_replace_it(self):
        text = "listen: ['tcp://127.0.0.1:0', 'unix://%s']" % self.path
        both = self.daemon(text, listen=(), listening=2)
        self.client(both, 0).sync()
        self.client(both, 1).sync()
        one = self.daemon("listen: ['unix:///nonexistent/sock']")
        self.client(one).sync()

    def test_a_file_that_nobody_answers_on_is_replaced(self):
        left = socket.socket(socket.AF_UNIX)
        left.bind(self.path)
        left.listen()
        left.close()
        daemon = self.daemon(listen=("unix://" + self.path,))
        self.client(daemon).sync()

    def test_a_file_that_somebody_answers_on_is_left_alone(self):
        first = self.daemon(listen=("unix://" + self.path,))
        status, said = self.fails("-l", "unix://" + self.path)
        self.assertEqual(status, 1)
        self.assertRegex(said, "error: cannot listen on unix://.*: Address already in use")
        self.client(first).sync()

    def test_a_file_that_is_no_socket_is_left_alone(self):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("precious")
        self.assertEqual(self.fails("-l", "unix://" + self.path)[0], 1)
        with open(self.path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")

    def test_a_file_that_another_daemon_has_put_there_stays(self):
        first = self.daemon(listen=("unix://" + self.path,))
        os.unlink(self.path)
        second = self.daemon(listen=("unix://" + self.path,))
        self.assertEqual(first.stop(), 0)
        self.client(second).sync()

    def test_a_port_in_use_is_an_error(self):
        first = self.daemon()
        status, said = self.fails("-l", first.uris[0])
        self.assertEqual(status, 1)
        self.assertRegex(said, "error: cannot listen on %s: Address already in use"
                         % first.uris[0])

    def test_a_host_that_does_not_exist_is_an_error(self):
        self.assertEqual(self.fails("-l", "tcp://256.256.256.256:0")[0], 1)

    def test_a_channel_that_cannot_be_opened_is_an_error(self):
        config = os.path.join(self.folder, "chand.yaml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("limits: {channels: 1}\nchannels: {open: [{name: a}, {name: b}]}\n")
        status, said = self.fails("-c", config, "-l", "tcp://127.0.0.1:0")
        self.assertEqual(status, 1)
        self.assertRegex(said, "error: cannot open channel b: .*limits.channels")

    def test_bad_usage_is_status_2(self):
        for args in (["-x"], ["-l"], ["-l", "ftp://x"], ["--log-level", "loud"],
                     ["file"], ["-c", "/nonexistent"]):
            status, said = self.fails(*args)
            self.assertEqual(status, 2, args)
            self.assertNotEqual(said, "")

    def test_channels_of_the_configuration_are_there_from_the_start(self):
        daemon = self.daemon("channels: {open: [{name: orders, buffer: {kind: sliding, "
                             "size: 3}}, {name: egg, close_after_ms: 30}]}")
        client = self.client(daemon)
        self.assertEqual(client.ok("stat", chan="orders")["stat"]["buffer"],
                         {"kind": "sliding", "size": 3})
        self.assertEqual(client.call("take", chan="egg"), {"ok": False, "reason": "closed"})

    def test_threads_do_not_grow_with_what_is_parked(self):
        daemon = self.daemon("workers: 2")
        client = self.client(daemon)
        client.sync()
        before = daemon.threads()
        self.assertLessEqual(before, 3 + SANITIZED)
        client.park(*[{"op": "put", "id": i, "chan": "c", "value": "hi %d" % i}
                      for i in range(1000)])
        self.assertEqual(daemon.threads(), before)
        other = self.client(daemon)
        for i in range(1000):
            self.assertEqual(other.ok("take", chan="c")["value"], "hi %d" % i)


if __name__ == "__main__":
    main()
