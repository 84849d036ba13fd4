#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A pipeline of processes: upper-caser | reverser | printer. Each runs for ever, knows only
# the channel it takes from and the one it puts to, and can be looked at by itself. When the
# first channel closes, each in turn finishes what it has and closes the next.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

# shellcheck disable=SC2016 # these are awk's
reverse='{ for (i = length; i > 0; i--) printf "%s", substr($0, i, 1) }'

chan work words upper -- tr a-z A-Z &
upper_caser=$!
chan work upper reversed -- awk "$reverse" &
reverser=$!
chan take reversed --all >"$scratch/printed" &
printer=$!

echo 'put: redrum, repaid'
chan put words redrum repaid
chan close words
wait "$upper_caser"
wait "$reverser"
wait "$printer"
sed 's/^/printed: /' "$scratch/printed"
expect 'the pipeline' 'MURDER DIAPER' "$(paste -s -d ' ' "$scratch/printed")"
