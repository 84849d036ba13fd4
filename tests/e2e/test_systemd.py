# SPDX-License-Identifier: MIT
"""What the daemon and systemd tell each other: notifications, sockets, the journal."""
import os
import signal
import socket
import tempfile

from harness import PATIENCE, DaemonTest, main


class Manager:
    """The socket of a service manager; names are abstract with `@`."""

    def __init__(self, name):
        self.name = name
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)

    def hear(self):
        return self.socket.recv(4096).decode().split("\n")


class Systemd(DaemonTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def manager(self, name=None):
        manager = Manager(name or os.path.join(self.folder, "notify"))
        self.addCleanup(manager.socket.close)
        return manager

    def listener(self, address, family=socket.AF_INET, kind=socket.SOCK_STREAM):
        listener = socket.socket(family, kind)
        self.addCleanup(listener.close)
        listener.bind(address)
        if kind == socket.SOCK_STREAM:
            listener.listen()
        return listener

    def test_ready_and_stopping(self):
        for name in (None, "@chand-test-%d" % os.getpid()):
            manager = self.manager(name)
            daemon = self.daemon(env={"NOTIFY_SOCKET": manager.name})
            self.assertEqual(manager.hear(), ["READY=1"])
            daemon.kill(signal.SIGTERM)
            self.assertEqual(manager.hear(), ["STOPPING=1"])
            self.assertEqual(daemon.wait(), 0)

    def test_reloading_and_ready_again(self):
        for text in ("workers: 1", "this is wrong"):
            manager = self.manager(os.path.join(self.folder, "notify " + text[:4]))
            daemon = self.daemon("workers: 1", env={"NOTIFY_SOCKET": manager.name})
            self.assertEqual(manager.hear(), ["READY=1"])
            daemon.configure(text)
            daemon.kill(signal.SIGHUP)
            reloading = manager.hear()
            self.assertEqual(reloading[0], "RELOADING=1")
            self.assertRegex(reloading[1], r"^MONOTONIC_USEC=\d+$")
            self.assertEqual(manager.hear(), ["READY=1"])

    def test_the_watchdog_hears_of_every_round(self):
        manager = self.manager()
        self.daemon("workers: 2", env={"NOTIFY_SOCKET": manager.name,
                                       "WATCHDOG_USEC": "100000"})
        self.assertEqual(manager.hear(), ["READY=1"])
        for _ in range(5):
            self.assertEqual(manager.hear(), ["WATCHDOG=1"])

    def test_a_watchdog_of_another_process_is_not_fed(self):
        manager = self.manager()
        daemon = self.daemon(env={"NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "1000",
                                  "WATCHDOG_PID": "1"})
        self.assertEqual(manager.hear(), ["READY=1"])
        client = self.client(daemon)
        for i in range(30):
            client.call("take", chan="c", timeout_ms=1)
        daemon.kill(signal.SIGTERM)
        self.assertEqual(manager.hear(), ["STOPPING=1"])

    def test_a_manager_that_is_not_there_harms_nobody(self):
        for name in ("/nonexistent/socket", "relative", "", "/" + "x" * 200):
            daemon = self.daemon(env={"NOTIFY_SOCKET": name})
            self.client(daemon).sync()

    def test_sockets_that_are_handed_over_are_served(self):
        path = os.path.join(self.folder, "sock")
        sockets = [self.listener(("127.0.0.1", 0)),
                   self.listener(path, socket.AF_UNIX)]
        daemon = self.daemon("listen: [tcp://127.0.0.1:1]", listen=(), sockets=sockets,
                             listening=2)
        self.assertEqual(daemon.uris, ["tcp://127.0.0.1:%d" % sockets[0].getsockname()[1],
                                       "unix://" + path])
        tcp, unix = self.client(daemon, 0), self.client(daemon, 1)
        unix.park({"op": "take", "chan": "c"})
        tcp.ok("put", chan="c", value="across")
        self.assertEqual(unix.reply()["value"], "across")
        self.assertEqual(daemon.stop(), 0)
        self.assertTrue(os.path.exists(path), "the file is systemd's")

    def test_a_client_that_waited_before_the_start_is_served(self):
        listener = self.listener(("127.0.0.1", 0))
        early = socket.create_connection(listener.getsockname(), PATIENCE)
        self.addCleanup(early.close)
        early.sendall(b'{"op":"ping","id":"early"}\n')
        self.daemon(listen=(), sockets=[listener], listening=1)
        self.assertEqual(early.recv(100), b'{"id":"early","ok":true}\n')

    def test_a_socket_that_does_not_listen_is_an_error(self):
        wrong = self.listener(("127.0.0.1", 0), kind=socket.SOCK_DGRAM)
        daemon = self.daemon(listen=(), sockets=[wrong], listening=0, status=1)
        daemon.wait_for("error: cannot listen on descriptor 3: ")
        self.assertEqual(daemon.wait(), 1)

    def test_sockets_of_another_process_are_left_alone(self):
        daemon = self.daemon(env={"LISTEN_FDS": "1", "LISTEN_PID": "1"})
        self.client(daemon).sync()

    def test_the_journal_gets_priorities(self):
        read, write = os.pipe()
        state = os.fstat(write)
        os.close(read)
        os.close(write)
        daemon = self.daemon(env={"JOURNAL_STREAM": "%d:%d" % (state.st_dev, state.st_ino)})
        self.assertNotRegex(daemon.lines[0], "^<") # that pipe is somebody else's


if __name__ == "__main__":
    main()
