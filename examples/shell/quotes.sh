#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The quote queue: many processes find quotes, one writes them to a file, one at a time, in
# the order in which they were found. A quote has many lines, and none is torn.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

finders=20
lines=200

quote() { # NUMBER
    echo "=== BEGIN QUOTE $1 ==="
    seq -f "$1: line %.0f of what somebody is said to have said" "$lines"
    echo "=== END QUOTE $1 ==="
}

chan take quotes --all >"$scratch/quotes" &
writer=$!
putters=
for n in $(seq "$finders"); do
    chan put quotes "$(quote "$n")" &
    putters="$putters $!"
done
for putter in $putters; do
    wait "$putter"
done
chan close quotes
wait "$writer"

# Each quote is its begin, its own lines in order, its end; and then comes another one.
awk -v lines="$lines" '
    /^=== BEGIN QUOTE / { if (inside) torn++; inside = $4; line = 0; next }
    /^=== END QUOTE /   { if ($4 != inside || line != lines) torn++; whole[$4]++; inside = 0; next }
                        { if ($1 != inside ":" || $3 != ++line) torn++ }
    END { for (n in whole) count++; print count + 0, "quotes in the file,", torn + 0, "torn" }
' "$scratch/quotes" >"$scratch/report"
cat "$scratch/report"
expect 'the file' "$finders quotes in the file, 0 torn" "$(cat "$scratch/report")"
