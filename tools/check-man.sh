#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Looks for mistakes in the manual pages, written ones and those made in the build folder.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$1

pages() {
    find proto config server client "$build" -type f -name '*.[1-8]' -not -name '*.so.*' -print0
}

if [ -z "$(pages | tr -d '\0')" ]; then
    echo 'man: there are no pages' >&2
    exit 1
fi
pages | xargs -0 mandoc -T lint -W warning
