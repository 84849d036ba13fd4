#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The hot dog machine, or its customer.
#
#     hot-dog.bash machine|customer [URI]     chand is at URI, or at $CHAN_SERVER

set -u
# shellcheck source=examples/shell/chand.bash
. "$(dirname "$0")/chand.bash"

machine() {
    local left=2 food

    while [ $left -gt 0 ]; do
        take hot-dog/in
        food='wilted lettuce'
        [ "$value" = 3 ] && food=hotdog left=$((left - 1))
        echo "  the machine takes ${value//\"/}, gives $food, has $left left"
        [ $left -gt 0 ] || close hot-dog/in # before anybody can pay for what is not there
        put hot-dog/out "\"$food\""
    done
    close hot-dog/out
}

customer() {
    local money

    for money in '"pocket lint"' 3 3 3; do
        put hot-dog/in "$money" && take hot-dog/out || value=closed
        echo "${money//\"/}: ${value//\"/}"
    done
}

case ${1:-} in
machine | customer) connect "${2:-}" && "$1" ;;
*) fail 'usage: hot-dog.bash machine|customer [URI]' ;;
esac
