#!/bin/sh
# SPDX-License-Identifier: MIT
#
# alts with a put among its clauses: take from c1 or put to c2, whichever goes first.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

chan take c2 >"$scratch/c2" &
taker=$!
won=$(chan alts take c1 put c2 'put!')
wait "$taker"
echo "somebody takes from c2: alts says $won, and they have $(cat "$scratch/c2")"
expect 'the clause' c2 "$won"
expect 'the taker' 'put!' "$(cat "$scratch/c2")"

chan put c1 hello &
putter=$!
won=$(chan alts take c1 put c2 'put!')
wait "$putter"
echo "somebody puts to c1: alts says $won" | tr '\t' ' '
expect 'the clause' "c1${tab}hello" "$won"
status_is 3 chan take c2 --timeout 0
echo 'and nothing was put to c2'

chan close c2
status_is 1 chan alts take c1 put c2 'put!'
echo 'c2 is closed: the put is not accepted'
