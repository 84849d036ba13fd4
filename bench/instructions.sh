#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Counts the instructions that chand runs per request, under callgrind, for three fixed
# workloads, and compares them with those in bench/instructions.tsv. Unlike a time, the
# count is the same on a busy machine; it does not see the kernel's part.
#
#     bench/instructions.sh [-w] [-t PERCENT] [-c CHAND]
#
#     -w          write the counts into the file instead
#     -t PERCENT  how much more is too much (2)
#     -c CHAND    the daemon (build/bin/chand)
#
# A count holds for one compiler and one processor's instructions; the file says which.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/lib.sh
. bench/lib.sh

expected=bench/instructions.tsv
tolerance=2
mode='compare'

# What is counted is the difference of two runs, so that starting and stopping are not.
rounds_short=200
rounds_long=1200

usage() {
    sed -n '/^#     bench/,/^#     -c/s/^# \{0,5\}//p' "$0" >&2
    exit 2
}

read_arguments() {
    local option

    while getopts wt:c: option; do
        case $option in
        w) mode='write' ;;
        t) tolerance=$OPTARG ;;
        c) chand_binaries[chand]=$OPTARG ;;
        *) usage ;;
        esac
    done
    [ $OPTIND -gt $# ] || usage
}

check_valgrind() {
    command -v valgrind >/dev/null && return
    complain 'this needs valgrind (Debian: valgrind)'
    exit 1
}

# Prints how many requests a run had, and how many instructions they took.
count_run() { # WORKLOAD ROUNDS
    local port requests instructions

    port=$(free_port)
    write_configuration
    valgrind --tool=callgrind --callgrind-out-file="$work"/callgrind.out \
        "${chand_binaries[chand]}" -c "$work"/chand.yaml -l "tcp://127.0.0.1:$port" \
        >"$work"/server.log 2>&1 &
    server_pid=$!
    requests=$("$tools"/lockstep "tcp://127.0.0.1:$port" "$1" "$2")
    stop_server
    instructions=$(awk '/^(summary|totals):/ { n = $2 } END { print n }' "$work"/callgrind.out)
    echo "$requests $instructions"
}

# Prints the instructions per request.
count() { # WORKLOAD
    local requests_short short requests_long long

    read -r requests_short short < <(count_run "$1" $rounds_short)
    read -r requests_long long < <(count_run "$1" $rounds_long)
    echo $(((long - short) / (requests_long - requests_short)))
}

setting() {
    echo "$(cc --version | head -n 1), $(uname -m)"
}

count_all() {
    local workload

    echo "# instructions per request, chand built with $(setting)"
    for workload in hand-off stream alts; do
        printf '%s\t%s\n' $workload "$(count $workload)"
    done
}

compare() { # COUNTS
    [ "$(head -n 1 "$1")" = "$(head -n 1 $expected)" ] ||
        complain "the counts in $expected are of something else: $(head -n 1 $expected)"
    awk -F '\t' -v tolerance="$tolerance" '
        /^#/ { next }
        FNR == NR { expected[$1] = $2; next }
        !($1 in expected) { print $1 ": there is no count to compare with"; bad = 1; next }
        {
            change = 100 * ($2 - expected[$1]) / expected[$1]
            printf "%-10s %8d instructions, %+.1f %%\n", $1, $2, change
            bad += change > tolerance
        }
        END { exit bad > 0 }' $expected "$1"
}

read_arguments "$@"
check_valgrind
build_tools
count_all >"$work"/counts
if [ $mode = write ]; then
    cp "$work"/counts $expected
    cat $expected
elif [ ! -e $expected ]; then
    cat "$work"/counts
    complain "there is no $expected to compare with: -w writes it"
    exit 1
else
    compare "$work"/counts
fi
