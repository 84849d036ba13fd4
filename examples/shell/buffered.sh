#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A buffered channel is a shelf: two puts go on it, the third waits until there is room.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

chan open shelf --buffer fixed:2
chan put shelf 'first batch'
chan put shelf 'second batch'
echo 'two batches are on the shelf, and the chef goes on cooking'

status_is 3 chan put shelf 'third batch' --timeout 0
echo 'a third one finds no room'

chan put shelf 'third batch' &
chef=$!
until_stat shelf parked_puts 1
expect 'values on the shelf' 2 "$(stat_of shelf buffered)"
echo 'the chef waits with it'

taken=$(chan take shelf)
echo "a waiter takes the $taken"
expect 'the oldest batch' 'first batch' "$taken"
wait "$chef"
expect 'values on the shelf' 2 "$(stat_of shelf buffered)"
echo 'now there is room, and the chef is free again'

chan take shelf -n 2 >"$scratch/rest"
sed 's/^/left on the shelf: /' "$scratch/rest"
expect 'the rest' 'second batch third batch' "$(paste -s -d ' ' "$scratch/rest")"
