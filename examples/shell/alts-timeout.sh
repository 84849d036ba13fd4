#!/bin/sh
# SPDX-License-Identifier: MIT
#
# alts with a limit in time: either as an option, or with a channel that closes by itself.
# Whoever gave up has taken nothing.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

status_is 3 chan alts --timeout 20ms take headshot
echo 'the upload is not there within 20 ms: timed out'
status_is 3 chan alts --timeout 0 take headshot
echo 'not waiting at all: timed out'

chan open timeout --close-after 20ms
status_is 1 chan alts take headshot take timeout
echo 'the timeout channel closed first: timed out'
grep -q timeout "$scratch/complaint" || fail 'another channel than timeout was closed'

chan put headshot serious.jpg &
upload=$!
until_stat headshot parked_puts 1
got=$(chan alts --timeout 1m take headshot)
wait "$upload"
echo "then it is there: ${got#*"$tab"}"
expect 'the upload' "headshot${tab}serious.jpg" "$got"
