#!/bin/bash
# SPDX-License-Identifier: MIT
#
# All that a change must pass. A failing part does not keep the others from being tried,
# unless they need what it builds; those that failed are named at the end.
#
#     tools/test.sh [address,undefined|thread]
#
# Without a sanitizer: both compilers and the static checks, then the tests (build-test).
# With one: the tests alone, built with it (build-asan, build-tsan).
set -euo pipefail
cd "$(dirname "$0")/.."

sanitizer=${1:-}
jobs=$(nproc)
failed=()

part() {
    local name=$1

    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
}

build() {
    cmake --preset "$1" >/dev/null && cmake --build "build-$1" --parallel "$jobs"
}

build_or_stop() {
    part "build-$1" build "$1"
    [ ${#failed[@]} -eq 0 ] || finish
}

run_tests() {
    tools/sanitized.sh "$sanitizer" \
        ctest --test-dir "build-$1" --parallel "$jobs" --timeout 300 --output-on-failure
}

finish() {
    [ ${#failed[@]} -gt 0 ] || exit 0
    printf '\nfailed: %s\n' "$(IFS=,; echo "${failed[*]}")" >&2
    exit 1
}

test_ordinary() {
    build_or_stop test
    part clang build clang
    part format tools/format.sh --check
    part architecture tests/arch.sh build-test
    part scripts tools/check-scripts.sh
    part man tools/check-man.sh build-test
    part systemd tools/check-systemd.sh build-test
    part install tools/check-install.sh build-test
    part hardening tools/check-hardening.sh build-clang
    part clang-tidy tools/check-tidy.sh build-clang
    part cppcheck tools/check-cppcheck.sh build-test
    part tests run_tests test
}

test_sanitized() {
    build_or_stop "$1"
    part tests run_tests "$1"
}

case $sanitizer in
'') test_ordinary ;;
address,undefined) test_sanitized asan ;;
thread) test_sanitized tsan ;;
*)
    echo "tools/test.sh: SANITIZE is address,undefined or thread" >&2
    exit 2
    ;;
esac
finish
