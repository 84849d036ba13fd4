#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Three uploads at once, and alts to hear of the one that is first. The others are left as
# they are: their values can be taken later. How long each takes is up to its line, which
# here is a channel too.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

upload() { # PICTURE
    chan take "line/$1" >"$scratch/$1"
    chan put "done/$1" "$1.jpg"
}

upload serious &
upload fun &
upload sassy &

echo 'serious.jpg, fun.jpg and sassy.jpg are on their way; the line of sassy.jpg is the fast one'
chan put line/sassy through
first=$(chan alts take done/serious take done/fun take done/sassy)
echo "notification sent for ${first#*"$tab"}"
expect 'the first' "done/sassy${tab}sassy.jpg" "$first"

chan put line/serious through
chan put line/fun through
second=$(chan alts --priority take done/serious)
third=$(chan take done/fun)
echo "nothing was lost: ${second#*"$tab"} and $third came later"
expect 'the second' "done/serious${tab}serious.jpg" "$second"
expect 'the third' fun.jpg "$third"
