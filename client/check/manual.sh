#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The manual pages say what there is: chan(1) has every command, option and benchmark of
# --help, and no others; libchan(3) has every function and status of chan.h; and both are without a
# mistake that mandoc can find.
#
#     manual.sh CHAN FOLDER     FOLDER has chan.h, libchan.3 and cli/chan.1
set -euo pipefail
export LC_ALL=C

chan=$1 folder=$2
failed=0

compare() { # WHAT FROM-THE-PROGRAM FROM-THE-PAGE
    [ -n "$2" ] && diff <(echo "$2") <(echo "$3") && return
    echo "manual: $1: the program (<) and the page (>) differ" >&2
    failed=1
}

commands=$("$chan" --help | sed -n 's/^  \([a-z][a-z]*\) .*  .*/\1/p' | grep -v '^chan$' | sort)
documented=$(sed -n 's/^\.It Nm chan \([a-z]*\).*/\1/p; s/^\.It Cm \([a-z]*\).*/\1/p' \
    "$folder/cli/chan.1" | sort)
compare 'commands of chan(1)' "$commands" "$documented"

# Long options as they are, -n and -P as letters.
options=$(for command in $commands; do "$chan" "$command" --help; done |
    sed -n '/^usage/d; s/^  \(-[a-zA-Z], \)\{0,1\}\(--[a-z-]*\).*/\2/p; s/^  \(-[a-zA-Z]\) .*/\1/p' |
    sort -u)
documented=$(grep -oE 'Fl (-[a-z-]+|[nP])\b' "$folder/cli/chan.1" | sed 's/Fl /-/' | sort -u)
compare 'options of chan(1)' "$options" "$documented"

scenarios=$("$chan" bench --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p' | sort)
documented=$(sed -n 's/^\.It Sy \([a-z]*\)$/\1/p' "$folder/cli/chan.1" | sort)
compare 'scenarios of chan(1)' "$scenarios" "$documented"

functions=$(grep -v '^typedef' "$folder/chan.h" | grep -oE '\bchan_[a-z_]+\(' | tr -d '(' | sort -u)
documented=$(sed -n 's/^\.Fo //p; s/^\.Fn \(chan_[a-z_]*\).*/\1/p' "$folder/libchan.3" | sort -u)
compare 'functions of libchan(3)' "$functions" "$documented"

statuses=$(sed -n '/^enum chan_status {/,/^}/s/^    \(CHAN_[A-Z_]*\).*/\1/p' "$folder/chan.h" |
    grep -v _COUNT | sort)
documented=$(sed -n 's/^\.It Dv \(CHAN_[A-Z_]*\).*/\1/p' "$folder/libchan.3" | sort)
compare 'statuses of libchan(3)' "$statuses" "$documented"

if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning "$folder/libchan.3" "$folder/cli/chan.1" || failed=1
fi
[ $failed -eq 0 ]
