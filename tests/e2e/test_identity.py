# SPDX-License-Identifier: MIT
"""Who the daemon is on its machine: root becomes `user`, for good, and still serves."""
import grp
import os
import pwd
import re
import resource
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import tempfile
import unittest

from certificates import Authority
from harness import CHAND, PATIENCE, DaemonTest, main

ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody")


def threads(daemon):
    """What the kernel says of each thread: a dictionary of the lines of its status."""
    folder = "/proc/%d/task" % daemon.process.pid
    for task in os.listdir(folder):
        with open(os.path.join(folder, task, "status"), encoding="ascii") as file:
            yield dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def run(*args, **options):
    """A daemon that cannot start; its status and what it says."""
    done = subprocess.run([CHAND, *args], capture_output=True, text=True,
                          timeout=PATIENCE, check=False, **options)
    return done.returncode, done.stderr


class IdentityTest(DaemonTest):
    def setUp(self):
        folder = tempfile.mkdtemp(prefix="chand-test-")
        self.addCleanup(shutil.rmtree, folder)
        os.chmod(folder, 0o755)
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def dropped(self, text="", user="nobody", **options):
        """A daemon that root started, which can read its configuration again."""
        daemon = self.daemon("user: %s\n%s" % (user, text), **options)
        os.chmod(daemon.folder, 0o755)
        return daemon


@unittest.skipUnless(ROOT, "only root can become somebody else")
class Dropped(IdentityTest):
    def test_every_thread_is_the_user_and_has_no_privilege(self):
        daemon = self.dropped("workers: 3\nusers: [{name: a, uid: 0}]",
                              listen=("unix://" + self.path("sock"),))
        client = self.client(daemon)
        client.sync()
        seen = list(threads(daemon))
        self.assertGreaterEqual(len(seen), 4)
        for status in seen:
            self.assertEqual(status["Uid"].split(), [str(NOBODY.pw_uid)] * 4)
            self.assertEqual(status["Gid"].split(), [str(NOBODY.pw_gid)] * 4)
            self.assertEqual(status["Groups"].split(), [str(NOBODY.pw_gid)])
            self.assertEqual(status["NoNewPrivs"], "1")
            for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                self.assertEqual(int(status[kind], 16), 0, kind)
        daemon.wait_for("running as the user nobody")
        self.assertEqual(daemon.matches("running as root"), [])

    def test_a_group_counts_instead_of_his_own(self):
        group = next(g for g in grp.getgrall() if g.gr_gid not in (0, NOBODY.pw_gid))
        for name in (group.gr_name, group.gr_gid):
            daemon = self.dropped("group: %s" % name, user=NOBODY.pw_uid)
            self.client(daemon).sync()
            for status in threads(daemon):
                self.assertEqual(status["Gid"].split(), [str(group.gr_gid)] * 4)
                self.assertEqual(status["Groups"].split(), [str(group.gr_gid)])

    def test_what_root_opened_is_served(self):
        low = self.free_low_port()
        daemon = self.dropped(listen=("tcp://127.0.0.1:%d" % low,
                                      "unix://" + self.path("sock")))
        first, second = self.client(daemon, 0), self.client(daemon, 1)
        first.park({"op": "take", "chan": "c"})
        second.ok("put", chan="c", value="through")
        self.assertEqual(first.reply()["value"], "through")

    def free_low_port(self):
        """One that takes root, where that is how it is."""
        for port in range(1023, 600, -1):
            try:
                with socket.create_connection(("127.0.0.1", port), 1):
                    pass
            except ConnectionRefusedError:
                return port
        raise unittest.SkipTest("all low ports are in use")

    def test_a_socket_file_is_given_to_the_user(self):
        os.chmod(self.folder, 0o755)
        os.chown(self.folder, NOBODY.pw_uid, NOBODY.pw_gid)
        text = "listen: [{uri: 'unix://%s', mode: 0600}]" % self.path("sock")
        daemon = self.dropped(text, listen=(), listening=1)
        found = os.stat(self.path("sock"))
        self.assertEqual((found.st_uid, found.st_gid), (NOBODY.pw_uid, NOBODY.pw_gid))
        self.assertEqual(stat.S_IMODE(found.st_mode), 0o600)
        self.client(daemon).sync()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(os.listdir(self.folder), [])

    def test_but_not_if_it_is_said_whose_it_is(self):
        text = "listen: [{uri: 'unix://%s', owner: 1, group: 2}]" % self.path("sock")
        daemon = self.dropped(text, listen=(), listening=1)
        found = os.stat(self.path("sock"))
        self.assertEqual((found.st_uid, found.st_gid), (1, 2))
        self.client(daemon).sync()
        text = text.replace(", owner: 1", "").replace("sock", "other")
        self.dropped(text, listen=(), listening=1)
        found = os.stat(self.path("other"))
        self.assertEqual((found.st_uid, found.st_gid), (NOBODY.pw_uid, 2))

    def test_a_socket_file_in_a_folder_of_root_stays_and_is_replaced(self):
        uri = "unix://" + self.path("sock")
        daemon = self.dropped(listen=(uri,))
        self.client(daemon).sync()
        self.assertEqual(daemon.stop(), 0)
        daemon.wait_for("notice: the socket file %s stays: .*Permission denied"
                        % self.path("sock"))
        self.assertEqual(os.listdir(self.folder), ["sock"])
        self.client(self.dropped(listen=(uri,))).sync()

    def test_a_reload_works(self):
        daemon = self.dropped("limits: {alts_ops: 2}")
        client = self.client(daemon)
        daemon.configure("user: nobody\nlimits: {alts_ops: 3}")
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("was read again")
        self.assertEqual(self.client(daemon).ok("hello")["limits"]["alts_ops"], 3)
        client.sync()
        daemon.configure("user: bin\ngroup: 4711")
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("warning: user has changed")
        daemon.wait_for("warning: group has changed")
        for status in threads(daemon):
            self.assertEqual(status["Uid"].split(), [str(NOBODY.pw_uid)] * 4)

    def test_a_configuration_that_he_may_not_read_is_named(self):
        daemon = self.dropped("limits: {alts_ops: 2}")
        os.chmod(daemon.config, 0o600)
        daemon.kill(signal.SIGHUP)
        daemon.wait_for(re.escape(daemon.config) + ": cannot be read: Permission denied")
        daemon.wait_for("stays as it was")
        self.assertEqual(self.client(daemon).ok("hello")["limits"]["alts_ops"], 2)

    def test_keys_are_read_as_root_and_at_a_reload_if_he_may(self):
        authority = Authority(self.folder)
        pem, key = authority.issue("server")
        os.chmod(key, 0o600)
        daemon = self.dropped("listen: [{uri: 'tls://127.0.0.1:0', certificate: %s, "
                              "key: %s}]" % (pem, key), listen=(), listening=1)
        trusting = ssl.create_default_context(cafile=authority.pem)
        self.client(daemon, tls=trusting).sync()
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("error: the certificate of tls://.* stays as it was: %s: "
                        "Permission denied" % re.escape(key))
        self.client(daemon, tls=trusting).sync()
        os.chown(key, NOBODY.pw_uid, -1)
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("the certificate of tls://.* was read again")
        self.client(daemon, tls=trusting).sync()

    def test_without_a_user_root_is_warned_once(self):
        daemon = self.daemon("workers: 1")
        daemon.wait_for("warning: running as root")
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("was read again")
        self.assertEqual(len(daemon.matches("running as root")), 1)
        for status in threads(daemon):
            self.assertEqual(status["NoNewPrivs"], "1")

    def as_nobody(self):
        """How to start a program as nobody, where that can reach the daemon."""
        how = dict(user="nobody", group=NOBODY.pw_gid, extra_groups=[])
        try:
            subprocess.run([CHAND, "--version"], stdout=subprocess.DEVNULL, check=True, **how)
        except PermissionError:
            self.skipTest("%s lies where only root may go" % CHAND)
        return how

    def test_who_is_not_root_can_become_nobody_else(self):
        config = self.write("chand.yaml", "user: bin\nlisten: ['tcp://127.0.0.1:0']\n")
        os.chmod(config, 0o644)
        status, said = run("-c", config, **self.as_nobody())
        self.assertEqual(status, 1)
        self.assertIn("cannot become the user bin: only root can", said)

    def test_and_who_is_that_user_already_is_fine(self):
        config = self.write("chand.yaml", "user: nobody\n")
        os.chmod(config, 0o644)
        daemon = self.daemon(args=("-c", config), launch=self.as_nobody())
        self.client(daemon).sync()
        self.assertEqual(daemon.matches("warning:|error:"), [])

    def test_root_without_the_right_to_become_somebody_does_not_start(self):
        if not shutil.which("setpriv"):
            self.skipTest("there is no setpriv")
        config = self.write("chand.yaml", "user: nobody\nlisten: ['tcp://127.0.0.1:0']\n")
        done = subprocess.run(["setpriv", "--bounding-set=-setuid", "--inh-caps=-setuid",
                               CHAND, "-c", config], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, "error: cannot become the user nobody: .* permitted")


class Mistakes(IdentityTest):
    def test_a_user_or_group_who_is_not_there_is_a_mistake_with_its_place(self):
        config = self.write("chand.yaml", "workers: 1\nuser: nobody-at-all\n"
                                          "group: nobody-either\n")
        for args in (("-c", config), ("-c", config, "--check-config")):
            status, said = run(*args)
            self.assertEqual(status, 2)
            self.assertIn(config + ":2:7: user: there is no user nobody-at-all", said)
            self.assertIn(config + ":3:8: group: there is no group nobody-either", said)

    def test_root_is_nobody_to_become(self):
        config = self.write("chand.yaml", "user: root\n")
        status, said = run("-c", config)
        self.assertEqual(status, 2)
        self.assertIn(config + ":1:7: user: must be somebody else than root", said)


class Memory(IdentityTest):
    """Core dumps would hold what must not be known."""

    def limit(self, daemon):
        return resource.prlimit(daemon.process.pid, resource.RLIMIT_CORE)[0]

    def setUp(self):
        super().setUp()
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        if hard in (0, 1):
            self.skipTest("core dumps are not allowed here anyway")
        before = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, before)

    def test_there_are_none_where_there_are_users(self):
        daemon = self.daemon("users: [{name: a, uid: %d}]" % os.getuid())
        self.assertEqual(self.limit(daemon), 1)

    def test_nor_where_there_are_keys(self):
        pem, key = Authority(self.folder).issue("server")
        daemon = self.daemon("listen: [{uri: 'tls://127.0.0.1:0', certificate: %s, "
                             "key: %s}]" % (pem, key), listen=(), listening=1)
        self.assertEqual(self.limit(daemon), 1)

    def test_nor_when_users_have_come(self):
        daemon = self.daemon("workers: 1")
        self.assertNotEqual(self.limit(daemon), 1)
        daemon.configure("workers: 1\nusers: [{name: a, uid: %d}]" % os.getuid())
        daemon.kill(signal.SIGHUP)
        daemon.wait_for("was read again")
        self.assertEqual(self.limit(daemon), 1)


if __name__ == "__main__":
    main()
