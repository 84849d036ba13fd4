#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The hot dog machine, version 2: has COUNT hot dogs, gives one for 3 and wilted lettuce for
# anything else, and closes when it is empty. It is a client like any other, knows two
# channels, and says what it does.
#
# When the last hot dog has been paid for, the slot closes first, and then the hot dog comes
# out. Were it the other way round, a quick customer could pay in between, and would wait for
# ever: what was put before a close can still be taken, but there is nobody to take it.

set -eu
left=${1:?usage: hot-dog-machine.sh COUNT}

while [ "$left" -gt 0 ]; do
    money=$(chan take hot-dog/in)
    if [ "$money" = 3 ]; then
        food=hotdog
        left=$((left - 1))
    else
        food='wilted lettuce'
    fi
    echo "  the machine takes $money, gives $food, has $left left"
    [ "$left" -gt 0 ] || chan close hot-dog/in
    chan put hot-dog/out "$food"
done
chan close hot-dog/out
