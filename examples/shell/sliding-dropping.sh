#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Two shelves on which a put never waits: a full sliding buffer throws away the oldest value,
# a full dropping buffer the new one.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

for kind in sliding dropping; do
    chan open "shelf/$kind" --buffer "$kind:2"
    chan put "shelf/$kind" ketchup mustard relish
    expect "thrown away, $kind" 1 "$(stat_of "shelf/$kind" dropped)"
    expect "chefs who wait, $kind" 0 "$(stat_of "shelf/$kind" parked_puts)"
    chan close "shelf/$kind"
    chan take "shelf/$kind" --all >"$scratch/$kind"
    echo "three batches on a $kind shelf for two leave: $(paste -s -d ' ' "$scratch/$kind")"
done
expect 'sliding' 'mustard relish' "$(paste -s -d ' ' "$scratch/sliding")"
expect 'dropping' 'ketchup mustard' "$(paste -s -d ' ' "$scratch/dropping")"
