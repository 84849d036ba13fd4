#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What the scripts of this folder have in common: building, the CPU, servers. To be sourced
# from the top folder of the project.
#
# A server is started on a port that was free a moment ago, and ended by its process id;
# nothing waits for a while: the generator tries to connect until it can.

build='build-bench'
tools=$build/bench
work=$(mktemp -d "${TMPDIR:-/tmp}/chand-bench.XXXXXX")
server_pid=''
load_before=$(cut -d ' ' -f 1-3 /proc/loadavg)
cpu='' # to which servers and generator are bound; empty: to none

# Which binary is meant by which server's name: chand, and other builds of it.
declare -A chand_binaries=([chand]=build/bin/chand)
workers=1

complain() {
    echo "${0##*/}: $*" >&2
}

stop_server() {
    [ -n "$server_pid" ] || return 0
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
    server_pid=''
}

end_work() {
    stop_server
    rm -rf "$work"
}
trap end_work EXIT
trap 'exit 130' INT TERM

# Builds what this folder measures with; the daemon is measured as it was built already.
build_tools() {
    if [ ! -x "${chand_binaries[chand]}" ]; then
        complain "there is no ${chand_binaries[chand]}: run make first"
        exit 1
    fi
    [ -e $build/build.ninja ] || cmake -S bench -B $build -G Ninja >"$work"/log
    cmake --build $build >"$work"/log || {
        cat "$work"/log >&2
        exit 1
    }
}

# Many connections need many files.
raise_file_limit() {
    ulimit -n "$(ulimit -Hn)"
}

last_allowed_cpu() {
    taskset -pc $$ | sed 's/.*[ ,-]//'
}

pinned() {
    if [ -n "$cpu" ]; then
        exec taskset -c "$cpu" "$@"
    else
        exec "$@"
    fi
}

free_port() {
    python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

write_configuration() {
    cat >"$work"/chand.yaml <<EOC
workers: $workers
limits: {connections: 20000, channels: 2000000}
EOC
}

wire_of() { # SERVER
    if [ -n "${chand_binaries[$1]:-}" ]; then
        echo chand
    else
        echo "$1"
    fi
}

# Sets `command` to what starts the server on a port of the loopback.
set_command() { # SERVER PORT
    local port=$2

    case $1 in
    relay) command=("$tools"/relay "$port") ;;
    redis)
        command=(redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no
            --maxclients 15000 --dir "$work")
        ;;
    beanstalkd) command=(beanstalkd -l 127.0.0.1 -p "$port") ;;
    nats) command=(nats-server -a 127.0.0.1 -p "$port") ;;
    *)
        write_configuration
        command=("${chand_binaries[$1]}" -c "$work"/chand.yaml -l "tcp://127.0.0.1:$port")
        ;;
    esac
}

start_server() { # SERVER; sets server_pid and server_uri
    local port command

    port=$(free_port)
    set_command "$1" "$port"
    pinned "${command[@]}" >"$work"/server.log 2>&1 </dev/null &
    server_pid=$!
    server_uri=tcp://127.0.0.1:$port
}

# Runs the generator once, against a server of its own, into $work/line. The port may have
# been lost to somebody else meanwhile: another try.
measure_once() { # SERVER GENERATOR-ARGUMENT…
    local server=$1 ok=no

    shift
    for _ in 1 2 3; do
        start_server "$server"
        if (pinned timeout --foreground 120 "$tools"/generator --wire "$(wire_of "$server")" \
            --server "$server_uri" --pid "$server_pid" --label "$server" "$@") \
            >"$work"/line 2>"$work"/error; then
            ok=yes
        fi
        stop_server
        [ $ok = no ] || return 0
        grep -q 'the server has ended' "$work"/error || break
    done
    complain "$server $*: $(tail -n 1 "$work"/error)"
    tail -n 3 "$work"/server.log >&2
    return 1
}

# The names of the generator's columns.
columns() {
    start_server relay
    "$tools"/generator --wire relay --server "$server_uri" --pid "$server_pid" \
        --scenario hand-off --run 1 --warm 0 --header | head -n 1
    stop_server
}

# ---- what is said about the machine ----

version_of() { # SERVER
    case $1 in
    redis) redis-server --version | sed 's/.* v=\([^ ]*\).*/\1/' ;;
    beanstalkd) beanstalkd -v | sed 's/[^0-9]*//' ;;
    nats) nats-server --version | sed 's/[^0-9]*//' ;;
    relay) echo 'of this project' ;;
    *) "${chand_binaries[$1]}" --version | sed 's/^chand //' ;;
    esac
}

machine_facts() { # SERVER…
    local server

    echo "- CPU: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) of them"
    echo "- Kernel: $(uname -sr), $(uname -m)"
    echo "- System: $(. /etc/os-release && echo "$PRETTY_NAME")"
    echo "- Load average before: $load_before"
    for server; do
        echo "- $server: $(version_of "$server")"
    done
}
