# SPDX-License-Identifier: MIT
"""Starts a program as systemd does with the sockets of a socket unit.

    launch.py FD,FD… PROGRAM ARGUMENT…

The descriptors become 3, 4, …; LISTEN_FDS and LISTEN_PID say so.
"""
import fcntl
import os
import sys

FIRST, OUT_OF_THE_WAY = 3, 100

moved = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, OUT_OF_THE_WAY) for fd in sys.argv[1].split(",")]
for number, fd in enumerate(moved, FIRST):
    os.dup2(fd, number)
    os.close(fd)
os.closerange(FIRST + len(moved), 256)
os.environ["LISTEN_FDS"] = str(len(moved))
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
