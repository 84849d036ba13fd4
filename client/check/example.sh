#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The example of libchan(3) compiles without a warning, links with the library alone, and
# without a server says so.
#
#     example.sh COMPILER PAGE INCLUDES LIBRARY SANITIZERS
set -euo pipefail

compiler=$1 page=$2 includes=$3 library=$4 sanitizers=${5:-}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

# Between .Bd and .Ed of the section; mdoc doubles backslashes and hides a leading dot.
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$page" | sed -n '/^\.Bd/,/^\.Ed/p' |
    sed '/^\.[BE]d/d; s/\\e/\\/g; s/\\&//g' >"$folder/example.c"
[ -s "$folder/example.c" ]
flags=(-std=c11 -Wall -Wextra -Wpedantic -Werror -I "$includes")
[ -z "$sanitizers" ] || flags+=("-fsanitize=$sanitizers")
"$compiler" "${flags[@]}" -o "$folder/example" "$folder/example.c" "$library" \
    -Wl,-rpath,"$(dirname "$library")"

status=0
said=$("$folder/example" "unix://$folder/nobody" 2>&1) || status=$?
if [ $status -ne 1 ] || [[ $said != *'No such file or directory'* ]]; then
    echo "example: expected status 1 and why, got status $status: $said" >&2
    exit 1
fi
