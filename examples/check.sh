#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs an example: it must succeed, and tell the story that expected/ has of it.
#
#     check.sh NAME [ARGUMENT…]     with CHAN and CHAND in the environment, as in lib.sh

set -eu
cd "$(dirname "$0")"
name=$1
shift

told=$(mktemp)
trap 'rm "$told"' EXIT
"./$name.sh" "$@" >"$told" || {
    status=$?
    cat "$told"
    exit "$status"
}
expected=expected/$name.${PROCESSES:-}.txt # the story of so many processes
[ -e "$expected" ] || expected=expected/$name.txt
diff -u "$expected" "$told"
