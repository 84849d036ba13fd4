#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The hot dog machine, version 2: it has two hot dogs, knows what money is, and closes its
# channels when it is empty. hot-dog-machine.sh is the machine; this is the customer.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

"$examples/hot-dog-machine.sh" 2 &
machine=$!

buy() { # MONEY WANTED
    chan put hot-dog/in "$1"
    got=$(chan take hot-dog/out)
    echo "$1: $got"
    expect "for $1" "$2" "$got"
}

buy 'pocket lint' 'wilted lettuce'
buy 3 hotdog
buy 3 hotdog

status_is 1 chan put hot-dog/in 3
status_is 1 chan take hot-dog/out
echo '3: closed'
wait "$machine"
