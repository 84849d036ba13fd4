#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Formats all C as .clang-format has it; with --check changes nothing and names what is not
# so. Versions of clang-format differ in their taste, so the check asks for one.
set -euo pipefail
cd "$(dirname "$0")/.."

version=14
formatter=$(command -v clang-format-$version || command -v clang-format)

sources() {
    find proto core access config server client tests bench examples -name '*.[ch]' -print0
}

if [ "${1:-}" != --check ]; then
    sources | xargs -0r "$formatter" -i
elif "$formatter" --version | grep -q "version $version\."; then
    sources | xargs -0r "$formatter" --dry-run -Werror
else
    echo "format: skipped, this is not clang-format $version"
fi
