#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A thousand processes put "hi 0" to "hi 999", and all of them wait. In the daemon they are
# parked: not one of them costs it a thread. PROCESSES=… makes it fewer or more.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

count=${PROCESSES:-1000}

threads() {
    set -- "/proc/$chand_pid/task"/*
    echo $#
}

before=$(threads)
putters=
for n in $(seq 0 $((count - 1))); do
    "$chan" put hi "hi $n" &
    putters="$putters $!"
done
until_stat hi parked_puts "$count"
echo "$count processes wait to put"
expect 'threads of the daemon' "$before" "$(threads)"
echo 'the daemon has as many threads as before'

chan take hi -n "$count" >"$scratch/taken"
for putter in $putters; do
    wait "$putter"
done
echo "one process took $(wc -l <"$scratch/taken") values, and all who waited are done"

seq -f 'hi %.0f' 0 $((count - 1)) | sort >"$scratch/put"
sort "$scratch/taken" | cmp - "$scratch/put" || fail 'a value was lost, or came twice'
echo 'none was lost, none came twice'
