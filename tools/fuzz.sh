#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs each fuzzer for some seconds, from the inputs of its corpus in the repository and
# those that earlier runs found. What it finds lies in build-fuzz/found: put an input that
# breaks something into tests/fuzz/corpus, and mend what it breaks.
#
#     tools/fuzz.sh SECONDS [FUZZER…]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=$1
shift
build='build-fuzz'
failed=()

cmake --preset fuzz >/dev/null
cmake --build $build --target fuzzers --parallel "$(nproc)"

[ $# -gt 0 ] || set -- tests/fuzz/fuzz_*.c
for fuzzer; do
    name=$(basename "${fuzzer/fuzz_/}" .c)
    seeds=tests/fuzz/corpus/$name
    mkdir -p "$build/corpus/$name" "$build/found"
    options=(-max_total_time="$seconds" -timeout=20 -print_final_stats=1
        -artifact_prefix="$build/found/$name-")
    [ ! -e "tests/fuzz/$name.dict" ] || options+=(-dict="tests/fuzz/$name.dict")

    printf '\n== %s, %s s\n' "$name" "$seconds"
    tools/sanitized.sh address,undefined "$build/fuzz/fuzz_$name" "${options[@]}" \
        "$build/corpus/$name" "$seeds" 2>&1 |
        tee "$build/found/$name.log" | tail -n 25 || failed+=("$name")
done
if [ ${#failed[@]} -gt 0 ]; then
    printf '\nfailed: %s (inputs in %s/found)\n' "${failed[*]}" $build >&2
    exit 1
fi
