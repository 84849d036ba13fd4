#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The echo channel: a put and a take wait for each other, whoever comes first, and neither
# process knows the other.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

chan take echo >"$scratch/plate" &
waiter=$!
until_stat echo parked_takes 1
echo 'a waiter is there already: the chef puts ketchup, and need not wait'
chan put echo ketchup
wait "$waiter"
echo "the waiter has: $(cat "$scratch/plate")"
expect 'the waiter' ketchup "$(cat "$scratch/plate")"

status_is 3 chan put echo mustard --timeout 20ms
echo 'nobody is there: the chef offers mustard for 20 ms, and gives up'

chan put echo mustard &
chef=$!
until_stat echo parked_puts 1
echo 'nobody is there: the chef waits with the mustard'
plate=$(chan take echo)
wait "$chef"
echo "a waiter comes, and has: $plate"
expect 'the second waiter' mustard "$plate"
