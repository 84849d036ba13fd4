#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The C programs that a page shows compile without a warning, link with the library alone, and
# print what the page says, with a server to talk to. In a manual page they are the literal
# displays of EXAMPLES, elsewhere the fenced blocks of C; what a program prints is the display,
# or the block, that follows it.
#
#     example.sh PAGE COMPILER INCLUDES LIBRARY SANITIZERS     with CHAN and CHAND as in lib.sh
set -euo pipefail

page=$1 compiler=$2 includes=$3 library=$4 sanitizers=${5:-}
# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/../../examples/shell/lib.sh"

# Prints the displays of the section: each begins with a line of its own, as in Markdown. mdoc
# doubles backslashes and hides a leading dot.
blocks_of_manual() {
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$page" | sed -n '/^\.Bd/,/^\.Ed/p' |
        sed 's/^\.[BE]d.*/```/; s/\\e/\\/g; s/\\&//g'
}

# Writes the programs to 1.c, 2.c …, and what they print to 1.txt, 2.txt …, into $scratch.
split_blocks() {
    awk -v folder="$scratch" '
        /^```/ && !inside { inside = 1; block = ""; next }
        /^```/            { inside = 0; keep(); next }
        inside            { block = block $0 "\n" }
        function keep() {
            program = block ~ /\nint main\(/
            if (program)
                n++
            else if (!expecting)
                return
            printf "%s", block >(folder "/" n (program ? ".c" : ".txt"))
            expecting = program
        }'
}

compile() { # SOURCE PROGRAM
    local flags=(-Wall -Wextra -Wpedantic -Werror -I "$includes")

    [ -z "$sanitizers" ] || flags+=("-fsanitize=$sanitizers")
    # shellcheck disable=SC2046 # the flags are words
    "$compiler" "${flags[@]}" $(pkg-config --cflags jansson) -o "$2" "$1" "$library" \
        $(pkg-config --libs jansson) -Wl,-rpath,"$(dirname "$library")"
}

case $page in
*.md) blocks=$(cat "$page") ;;
*) blocks=$(blocks_of_manual) ;;
esac
split_blocks <<<"$blocks"
[ -e "$scratch/1.c" ] || fail "$page shows no program"
start_chand
for source in "$scratch"/*.c; do
    program=${source%.c}
    compile "$source" "$program"
    "$program" "$CHAN_SERVER" >"$program.said" || fail "program ${program##*/} of $page failed"
    diff -u "$program.txt" "$program.said" || fail "program ${program##*/} of $page"
done
