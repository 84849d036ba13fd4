#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The hot dog machine, version 1: a process that waits for money, any money, and gives one hot
# dog for it.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

machine() {
    chan take hot-dog/in >"$scratch/money"
    chan put hot-dog/out 'hot dog'
}

machine &
machine_pid=$!

echo 'the customer puts in: pocket lint'
chan put hot-dog/in 'pocket lint'
got=$(chan take hot-dog/out)
echo "the customer gets: $got"
expect 'for pocket lint' 'hot dog' "$got"

wait "$machine_pid"
expect 'the money box' 'pocket lint' "$(cat "$scratch/money")"
status_is 3 chan put hot-dog/in 3 --timeout 0
echo 'that was the only hot dog: nobody waits for money any more'
