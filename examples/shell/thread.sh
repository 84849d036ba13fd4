#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A process whose result is a channel: whoever wants it takes it, as often as they like, and
# waits if it is not there yet. A promise keeps the first value for ever.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

chan open result --buffer promise
chan take result >"$scratch/early" &
early=$!
until_stat result parked_takes 1
echo 'somebody waits for the result'

chan put result chili &
wait "$!"
wait "$early"
echo "it is there: $(cat "$scratch/early")"
expect 'who came early' chili "$(cat "$scratch/early")"

chan put result 'something else'
late=$(chan take result)
echo "and it stays so for those who come late: $late"
expect 'who came late' chili "$late"
