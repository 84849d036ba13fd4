#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs a command whose programs were built with a sanitizer: every finding is fatal to the
# program that has it, and shows where it came from.
#
#     tools/sanitized.sh address,undefined|thread|'' COMMAND…
set -euo pipefail

sanitizer=$1
shift

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:check_initialization_order=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-second_deadlock_stack=1:halt_on_error=1}

# ThreadSanitizer of gcc 12 does not find its way in the address space of kernels that
# randomize more than 28 bits of it.
if [ "$sanitizer" = thread ] && setarch --addr-no-randomize true 2>/dev/null; then
    exec setarch --addr-no-randomize "$@"
fi
exec "$@"
