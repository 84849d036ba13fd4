#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Plays the hot dog machine: a daemon, the machine and its customer, each a process.
#
#     examples/shell/demo.sh BIN_DIR     where chand and chan are

CHAN=${1:?usage: demo.sh BIN_DIR}/chan
CHAND=$1/chand
# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"

customer() { # MONEY STATUS
    pause
    printf '\n$ chan put hot-dog/in "%s"; chan take hot-dog/out\n' "$1"
    pause
    status_is "$2" chan put hot-dog/in "$1"
    cat "$scratch/complaint"
    status_is "$2" chan take hot-dog/out
    cat "$scratch/complaint"
}

cat <<'TEXT'
A hot dog machine is a process: when money comes in, a hot dog goes out. Machine and
customer do not know each other. They meet on two channels, in a daemon called chand.

$ chand &
TEXT
start_chand
pause
echo '$ examples/shell/hot-dog-machine.sh 2 &'
"$examples/hot-dog-machine.sh" 2 &
machine=$!

customer 'pocket lint' 0
customer 3 0
customer 3 0
customer 3 1

wait "$machine"
pause
cat <<'TEXT'

The machine is empty: it has closed its channels, and the process has ended. The exit
status 1 of both commands says so to scripts. examples/README.md lists more of these.
TEXT
