#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs cppcheck over the code; silent when all is well. What it is not asked for stands in
# cppcheck.supp, each with its reason.
#
#     tools/check-cppcheck.sh BUILD     a build folder, for its compile_commands.json
set -euo pipefail
cd "$(dirname "$0")/.."

build=$1
mkdir -p "$build"/cppcheck

cppcheck --project="$build"/compile_commands.json -i tests/ \
    --cppcheck-build-dir="$build"/cppcheck -j "$(nproc)" --quiet \
    --enable=warning,style,performance,portability \
    --suppressions-list=tools/cppcheck.supp --error-exitcode=1
