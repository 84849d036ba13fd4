#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Compares chand with what people use for the same purpose, and with a relay that only
# passes bytes on, on this machine: bench/results.md and bench/results.svg.
#
#     bench/compare.sh [quick|full] [-C CPU] [-o FOLDER] [-s "SERVER…"] [-b NAME=CHAND]…
#
#     quick      the points that tell most, about a minute; the default
#     full       all points in five rounds, about ten minutes
#     -C CPU     the CPU that servers and generator share (default: the last allowed one)
#     -o FOLDER  where the results go (default: bench)
#     -s "…"     servers, of chand relay redis beanstalkd nats (default: all)
#     -b NAME=…  another build of chand, as a server of that name (then name it in -s)
#
# Rounds are outermost: what disturbs the machine for a while disturbs everybody. Each
# point of each round has a server of its own, started for it and ended after it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=bench/lib.sh
. bench/lib.sh

plan=quick
folder=bench
servers=(chand relay redis beanstalkd nats)
connections_of_parked=10000
declare -A peer_commands=([redis]=redis-server [beanstalkd]=beanstalkd [nats]=nats-server)

# point | who cannot do that | what the generator is told
all_points='
hand-off, 1 pair         |       | --scenario hand-off
hand-off, 16 pairs       |       | --scenario hand-off --pairs 16
stream 1x1, 1            |       | --scenario stream
stream 1x1, 16           |       | --scenario stream --depth 16
stream 1x1, 64           |       | --scenario stream --depth 64
stream 1x1, 64, 10 kB    |       | --scenario stream --depth 64 --size 10000
stream 16x16, 16         |       | --scenario stream --producers 16 --consumers 16 --depth 16
alts of 10, 4x16         | relay | --scenario alts --channels 10 --producers 4 --consumers 16 --depth 16
wake 10,000 parked takes | relay | --scenario parked --connections 10000
'
quick_points='^(hand-off, 1 pair|stream 1x1, 64|stream 16x16, 16|alts of 10, 4x16) '

usage() {
    sed -n '/^#     bench/,/^#     -b/s/^# \{0,5\}//p' "$0" >&2
    exit 2
}

read_arguments() {
    local option

    case ${1:-} in
    quick | full)
        plan=$1
        shift
        ;;
    esac
    while getopts C:o:s:b: option; do
        case $option in
        C) cpu=$OPTARG ;;
        o) folder=$OPTARG ;;
        s) read -ra servers <<<"$OPTARG" ;;
        b) chand_binaries[${OPTARG%%=*}]=${OPTARG#*=} ;;
        *) usage ;;
        esac
    done
    [ $OPTIND -gt $# ] || usage
    [ -n "$cpu" ] || cpu=$(last_allowed_cpu)
}

check_servers() {
    local server

    for server in "${servers[@]}"; do
        [ "$server" = relay ] || [ -n "${chand_binaries[$server]:-}${peer_commands[$server]:-}" ] ||
            usage
    done
}

# Only those that were asked for, and only if they are not there.
install_peers() {
    local server

    for server in "${servers[@]}"; do
        if [ -n "${peer_commands[$server]:-}" ] &&
            ! command -v "${peer_commands[$server]}" >/dev/null; then
            tools/install-deps.sh bench
            return
        fi
    done
}

plan_points() {
    local fit='.'

    [ "$plan" = full ] || fit=$quick_points
    sed '/^$/d' <<<"$all_points" | grep -E "$fit"
}

can() { # SERVER WITHOUT POINT
    case " $2 " in
    *" $1 "*) return 1 ;;
    esac
    case $3 in
    wake*) [ "$(ulimit -n)" -gt $((connections_of_parked + 100)) ] ;;
    esac
}

# Every point, for every server, in turn.
run_round() { # ROUND
    local round=$1 point without arguments server

    while IFS='|' read -r point without arguments; do
        point=${point%"${point##*[! ]}"}
        for server in "${servers[@]}"; do
            can "$server" "$without" "$point" || continue
            # shellcheck disable=SC2086 # the arguments are words
            measure_once "$server" $arguments --run $run_ms || continue
            printf '%s\t%s\t%s\n' "$round" "$point" "$(cat "$work"/line)" >>"$samples"
        done
    done < <(plan_points)
}

run_rounds() {
    local round

    printf 'round\tpoint\t%s\n' "$(columns)" >"$samples"
    for ((round = 1; round <= rounds; round++)); do
        echo "round $round of $rounds" >&2
        run_round $round
    done
}

write_results() {
    {
        echo '# Side by side'
        echo
        echo "Measured on $(date -I), $plan: $rounds rounds of $run_ms ms for each point and server."
        echo "Servers and generator share CPU $cpu and one of them runs at a time; chand has 1 worker."
        echo "What the figures mean is said in [README.md](README.md)."
        echo
        machine_facts "${servers[@]}"
        echo
        echo '![operations per CPU second](results.svg)'
        echo
        python3 -B bench/compare_table.py "$samples" chand
    } >"$work"/results.md
    python3 -B bench/draw.py "$samples" >"$work"/results.svg
    mkdir -p "$folder"
    cp "$work"/results.md "$work"/results.svg "$folder"
    echo "$folder/results.md and $folder/results.svg are written; $samples has every run" >&2
}

read_arguments "$@"
if [ "$plan" = full ]; then
    rounds=5
    run_ms=1500
else
    rounds=2
    run_ms=1000
fi
samples=$build/compare.tsv
PATH=$PATH:/usr/sbin
check_servers
install_peers
build_tools
raise_file_limit
run_rounds
write_results
