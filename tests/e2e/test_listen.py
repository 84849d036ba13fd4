# SPDX-License-Identifier: MIT
"""Where the daemon listens, and how it starts, or does not."""
import os
import socket
import subprocess
import tempfile

from harness import CHAND, PATIENCE, SANITIZED, DaemonTest, main, until


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

    def test_a_socket_file_has_mode_owner_and_group(self):
        owner, group = (1, 1) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
        for mode in (0o600, 0o666):
            text = ("listen: [{uri: 'unix://%s', mode: %04o, owner: %d, group: %d}]"
                    % (self.path, mode, owner, group))
            daemon = self.daemon(text, listen=(), listening=1)
            self.client(daemon).sync()
            found = os.stat(self.path)
            self.assertEqual(found.st_mode & 0o777, mode)
            self.assertEqual((found.st_uid, found.st_gid), (owner, group))
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(os.listdir(self.folder), [])

    def test_an_owner_who_does_not_exist_is_an_error(self):
        text = "listen: [{uri: 'unix://%s', owner: nobody-at-all}]" % self.path
        daemon = self.daemon(text, listen=(), listening=0, status=1)
        daemon.wait_for("error: there is no user nobody-at-all")
        self.assertEqual(daemon.wait(), 1)
        self.assertEqual(os.listdir(self.folder), [])

    def test_an_abstract_socket_leaves_no_file(self):
        name = "unix://@chand-test-%d" % os.getpid()
        daemon = self.daemon(listen=(name,))
        self.assertEqual(daemon.uris, [name])
        self.client(daemon).sync()
        status, said = self.fails("-l", name)
        self.assertEqual(status, 1)
        self.assertIn("Address already in use", said)
        self.assertEqual(daemon.stop(), 0)
        self.client(self.daemon(listen=(name,))).sync()

    def test_of_daemons_that_start_together_one_has_the_file(self):
        left = socket.socket(socket.AF_UNIX)
        left.bind(self.path)
        left.close()
        daemons = [subprocess.Popen([CHAND, "-l", "unix://" + self.path],
                                    stderr=subprocess.DEVNULL) for _ in range(6)]
        try:
            until(lambda: sum(d.poll() is None for d in daemons) == 1, "one to be left")
            for daemon in daemons:
                self.assertIn(daemon.poll(), (None, 1))
            until(lambda: self.answered(), "it to listen")
        finally:
            for daemon in daemons:
                daemon.terminate()
                daemon.wait(PATIENCE)

    def answered(self):
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(self.path) == 0

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
