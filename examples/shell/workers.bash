#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A pool of workers that take numbers apart, or the boss, who hands out the numbers.
#
#     workers.bash boss|worker [URI]     chand is at URI, or at $CHAN_SERVER

set -u
# shellcheck source=examples/shell/chand.bash
. "$(dirname "$0")/chand.bash"
uri=${2:-}

# factor prints a line such as "12: 2 2 3".
take_apart() { # NUMBER
    factor "$1" | jq -cR 'split(": ")
        | {number: .[0] | tonumber, factors: .[1] | split(" ") | map(tonumber)}'
}

worker() {
    local done=0

    connect "$uri"
    while take jobs; do
        put results "$(take_apart "$value")"
        done=$((done + 1))
    done
    echo "a worker in bash took $done numbers apart"
}

hand_out() {
    connect "$uri"
    for number in {2407..2426}; do
        put jobs "$number"
    done
    close jobs
}

collect() {
    connect "$uri"
    for _ in {2407..2426}; do
        take results
        echo "$value"
    done
}

# In two processes: who only handed out would wait for a worker, and the workers for somebody
# who takes their results.
boss() {
    hand_out &
    collect | jq -rs 'sort_by(.number)[] | "\(.number) = \(.factors | join(" * "))"'
    wait
}

case ${1:-} in
boss | worker) "$1" ;;
*) fail 'usage: workers.bash boss|worker [URI]' ;;
esac
