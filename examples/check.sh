#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs an example: it must succeed, and tell the story that expected/ has of it. Examples
# with the same story may be of any language.
#
#     check.sh STORY COMMAND…     scripts find CHAN and CHAND in the environment: shell/lib.sh

set -eu
expected=$(dirname "$0")/expected/$1.${PROCESSES:-}.txt # the story of so many processes
[ -e "$expected" ] || expected=$(dirname "$0")/expected/$1.txt
shift

told=$(mktemp)
trap 'rm "$told"' EXIT
"$@" >"$told" || {
    status=$?
    cat "$told"
    exit "$status"
}
diff -u "$expected" "$told"
