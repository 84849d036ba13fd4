# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the examples share; each begins with
#
#     . "$(dirname "$0")/lib.sh"
#     start_chand
#
# Then `chan` is the client, and CHAN_SERVER names a daemon of this script's own, which ends
# with it. CHAN and CHAND say which programs to run: otherwise those that `make` built, or
# those that are installed.

set -eu

# shellcheck disable=SC2034 # for the examples
tab=$(printf '\t')
examples=$(dirname "$0")
chand_pid=
scratch=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

program() { # NAME
    if [ -x "$examples/../../build/bin/$1" ]; then
        echo "$examples/../../build/bin/$1"
    else
        command -v "$1"
    fi
}

# Starts a daemon, and waits for it to say where: on a port that the system chooses, or on
# $scratch/socket.
start_chand() { listen tcp://127.0.0.1:0; }
start_chand_unix() { listen "unix://$scratch/socket"; }

listen() { # URI
    chan=$(realpath "${CHAN:-$(program chan)}")
    chand=$(realpath "${CHAND:-$(program chand)}")
    mkdir "$scratch/bin"
    ln -s "$chan" "$scratch/bin/chan"
    PATH=$scratch/bin:$PATH

    mkfifo "$scratch/log"
    "$chand" --listen "$1" 2>"$scratch/log" &
    chand_pid=$!
    exec 3<"$scratch/log"
    while read -r line <&3; do
        case $line in
        *'listening on '*)
            export CHAN_SERVER="${line##* }"
            return
            ;;
        esac
        echo "$line" >&2
    done
    fail 'chand did not start'
}

# Whatever is still parked in the daemon ends with it.
finish() {
    status=$?
    trap - EXIT
    [ -z "$chand_pid" ] || kill "$chand_pid" 2>"$scratch/errors" || true
    wait
    rm -r "$scratch"
    exit "$status"
}

fail() { # SENTENCE
    echo "$(basename "$0"): $1" >&2
    exit 1
}

expect() { # WHAT WANTED GOT
    [ "$2" = "$3" ] || fail "$1: expected '$2', not '$3'"
}

# Runs a command that must end so, as `status_is 3 chan take quiet --timeout 20ms`. What it
# complains of is in $scratch/complaint.
status_is() { # STATUS COMMAND…
    wanted=$1
    shift
    got=0
    "$@" 2>"$scratch/complaint" || got=$?
    [ "$got" -eq "$wanted" ] && return
    cat "$scratch/complaint" >&2
    fail "$*: expected exit status $wanted, not $got"
}

stat_of() { # CHANNEL KEY
    chan stat "$1" 2>"$scratch/errors" | awk -v key="$2" '$1 == key { print $2 }'
}

# Looks until the daemon has it so, as `until_stat hi parked_puts 1000`: what another process
# does to a channel shows there. An unknown channel has nothing parked yet.
until_stat() { # CHANNEL KEY NUMBER
    tries=10000
    while [ "$(stat_of "$1" "$2")" != "$3" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || fail "$1: $2 never came to be $3"
    done
}

# So that people can follow. Whoever reads through a pipe is not kept waiting.
pause() {
    [ ! -t 1 ] || sleep 1
}
