#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The manual pages say what there is: chan(1) has every command, option and benchmark of
# --help, and no others; those of the library have every function and type of chan.h, each
# in one page, libchan(3) every status, and one of them each constant; and all are without a
# mistake that mandoc can find.
#
#     manual.sh CHAN FOLDER     FOLDER has chan.h, the pages of libchan, and cli/chan.1
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

# What is declared: functions, and types of functions. A page may declare no other.
shopt -s nullglob
pages=("$folder"/*.3 "$folder"/flow/*.3)
functions=$(grep -oE '\bchan_[a-z_]+\(|^typedef .* \*?chan_[a-z_]+\(' "$folder/chan.h" |
    grep -oE 'chan_[a-z_]+\($' | tr -d '(' | sort -u)
documented=$(sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/{s/^\.Fo //p; s/^\.Fn \([a-z_]*\).*/\1/p}' \
    "${pages[@]}" | sort)
compare 'functions of the library' "$functions" "$documented"

constants=$(grep -oE '\bCHAN_[A-Z_]+' "$folder/chan.h" | grep -vE '_COUNT|^CHAN_H$' | sort -u)
documented=$(grep -ohE '\bCHAN_[A-Z_]+' "${pages[@]}" | sort -u)
compare 'constants of the library' "$constants" "$documented"

types=$(grep -oE '^(struct|enum) chan_?[a-z_]*' "$folder/chan.h" | sort -u)
documented=$(grep -ohE '(struct|enum) chan_?[a-z_]*' "${pages[@]}" | sort -u)
compare 'types of the library' "$types" "$documented"

statuses=$(sed -n '/^enum chan_status {/,/^}/s/^    \(CHAN_[A-Z_]*\).*/\1/p' "$folder/chan.h" |
    grep -v _COUNT | sort)
documented=$(sed -n 's/^\.It Dv \(CHAN_[A-Z_]*\).*/\1/p' "$folder/libchan.3" | sort)
compare 'statuses of libchan(3)' "$statuses" "$documented"

if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning "${pages[@]}" "$folder/cli/chan.1" || failed=1
fi
[ $failed -eq 0 ]
