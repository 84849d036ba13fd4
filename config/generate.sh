#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes chand.yaml and chand.yaml.5 from the table of keys, or tells whether they are as
# it would make them and the manual page is clean.
#
#     config/generate.sh [--check] CONFIG-DESCRIBE
set -eu

check=
if [ "$1" = --check ]; then
    check=yes
    shift
fi
describe=$(realpath "$1")
cd "$(dirname "$0")"
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

"$describe" yaml > "$made/chand.yaml"
"$describe" man chand.yaml.5.in > "$made/chand.yaml.5"

if [ -z "$check" ]; then
    cp "$made/chand.yaml" "$made/chand.yaml.5" .
    exit
fi

status=0
for file in chand.yaml chand.yaml.5; do
    diff -u "$file" "$made/$file" || status=1
done
[ $status -eq 0 ] || echo 'the files are not as the table has them: build the target config-files'
if command -v mandoc > /dev/null; then
    mandoc -Tlint -Wwarning chand.yaml.5 || status=1
fi
exit $status
