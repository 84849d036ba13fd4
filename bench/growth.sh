#!/bin/bash
# SPDX-License-Identifier: MIT
#
# How the cost of an operation grows with what there is: channels, parked requests, idle
# connections, clauses, deadlines, workers; and what an idle daemon costs. The tables are
# appended to bench/results.md, in place of those that it has.
#
#     bench/growth.sh [-r ROUNDS] [-t MS] [-C CPU] [-o FOLDER]
#
#     -r ROUNDS  how often each point is measured (3), in interleaved rounds
#     -t MS      how long (1000)
#     -C CPU     the CPU that server and generator share, but for the workers' points
#     -o FOLDER  where results.md is (bench)
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/lib.sh
. bench/lib.sh

rounds=3
run_ms=1000
folder=bench
idle_seconds=10
opened='--buffer {"kind":"none"}'

# series | size | what the generator is told. Names of series stand in growth_table.py.
pinned_points="
channels    | 1       | --scenario stream --depth 64 $opened --channels 1
channels    | 1000    | --scenario stream --depth 64 $opened --channels 1000
channels    | 100000  | --scenario stream --depth 64 $opened --channels 100000
channels    | 1000000 | --scenario stream --depth 64 $opened --channels 1000000
parked      | 1       | --scenario stream --takes 1
parked      | 64      | --scenario stream --takes 64
parked      | 4096    | --scenario stream --takes 4096
parked      | 65536   | --scenario stream --takes 65536
idle        | 1       | --scenario hand-off --pairs 8 --idle 1
idle        | 100     | --scenario hand-off --pairs 8 --idle 100
idle        | 1000    | --scenario hand-off --pairs 8 --idle 1000
idle        | 10000   | --scenario hand-off --pairs 8 --idle 10000
clauses     | 1       | --scenario alts --depth 16 --channels 1
clauses     | 4       | --scenario alts --depth 16 --channels 4
clauses     | 16      | --scenario alts --depth 16 --channels 16
clauses     | 64      | --scenario alts --depth 16 --channels 64
clauses     | 256     | --scenario alts --depth 16 --channels 256
deadlines   | 1       | --scenario stream --depth 64 --timeout 3600000 --deadlines 1
deadlines   | 1000000 | --scenario stream --depth 64 --timeout 3600000 --deadlines 1000000
"
# Each with 1 worker and with 2, on all CPUs.
free_points='
workers, hand-off, 1 pair   | --scenario hand-off
workers, hand-off, 16 pairs | --scenario hand-off --pairs 16
workers, stream 1x1, 64     | --scenario stream --depth 64
workers, stream 16x16, 16   | --scenario stream --producers 16 --consumers 16 --depth 16
'

usage() {
    sed -n '/^#     bench/,/^#     -o/s/^# \{0,5\}//p' "$0" >&2
    exit 2
}

read_arguments() {
    local option

    while getopts r:t:C:o: option; do
        case $option in
        r) rounds=$OPTARG ;;
        t) run_ms=$OPTARG ;;
        C) cpu=$OPTARG ;;
        o) folder=$OPTARG ;;
        *) usage ;;
        esac
    done
    [ $OPTIND -gt $# ] || usage
    [ -n "$cpu" ] || cpu=$(last_allowed_cpu)
}

# Measures a point and adds a line to the samples.
sample() { # ROUND SERIES SIZE GENERATOR-ARGUMENT…
    local round=$1 series=$2 size=$3

    shift 3
    measure_once chand "$@" --run "$run_ms" || return 0
    printf '%s\t%s\t%s\t%s\n' "$round" "$series" "$size" "$(cat "$work"/line)" >>"$samples"
}

trimmed() { # TEXT
    local text=${1#"${1%%[! ]*}"}

    echo "${text%"${text##*[! ]}"}"
}

run_pinned() { # ROUND
    local series size arguments

    while IFS='|' read -r series size arguments; do
        # shellcheck disable=SC2086 # the arguments are words
        sample "$1" "$(trimmed "$series")" "$(trimmed "$size")" $arguments
    done < <(sed '/^$/d' <<<"$pinned_points")
}

run_free() { # ROUND
    local series arguments workers cpu='' # these two for set_command and pinned

    while IFS='|' read -r series arguments; do
        for workers in 1 2; do
            # shellcheck disable=SC2086 # the arguments are words
            sample "$1" "$(trimmed "$series")" $workers $arguments
        done
    done < <(sed '/^$/d' <<<"$free_points")
}

run_rounds() {
    local round

    printf 'round\tseries\tsize\t%s\n' "$(columns)" >"$samples"
    for ((round = 1; round <= rounds; round++)); do
        echo "round $round of $rounds" >&2
        run_pinned $round
        run_free $round
    done
}

# How often the threads of a process were woken up.
wakeups() { # PID
    cat /proc/"$1"/task/*/status | awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n }'
}

# A daemon that nobody asks anything, as it is without a configuration.
measure_idle() {
    local before after kib

    start_server chand
    "$tools"/generator --wire chand --server "$server_uri" --pid "$server_pid" \
        --scenario hand-off --run 1 --warm 0 >/dev/null # it has started
    before=$(wakeups "$server_pid")
    sleep $idle_seconds # the time over which is counted
    after=$(wakeups "$server_pid")
    kib=$(awk '/^VmRSS/ { print $2 }' /proc/"$server_pid"/status)
    stop_server
    awk -v wakeups=$((after - before)) -v s=$idle_seconds -v kib="$kib" 'BEGIN {
        printf "An idle daemon woke up %.1f times a second and held %.1f MB.\n", wakeups / s,
               kib / 1024 }'
}

write_results() {
    local results=$folder/results.md

    mkdir -p "$folder"
    touch "$results"
    sed '/^## Growth$/,$d' "$results" >"$work"/results.md
    {
        echo '## Growth'
        echo
        echo "Measured on $(date -I), in rounds of $run_ms ms for each point, of which there were"
        echo "$rounds; pinned to CPU $cpu where nothing else is said."
        echo
        machine_facts chand
        echo
        python3 -B bench/growth_table.py "$samples"
        echo
        measure_idle
    } >>"$work"/results.md
    cp "$work"/results.md "$results"
    echo "$results has a new section on growth; $samples has every run" >&2
}

read_arguments "$@"
samples=$build/growth.tsv
build_tools
raise_file_limit
run_rounds
write_results
