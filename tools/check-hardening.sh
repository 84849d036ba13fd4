#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Looks at what was built with HARDEN for the properties that make mistakes hard to exploit,
# and names those that are missing, as FILE: sentence.
#
#     tools/check-hardening.sh BUILD     with bin/chand, bin/chan and client/libchan.so
set -euo pipefail
export LC_ALL=C

build=$1
missing=0

complain() { # FILE SENTENCE
    printf '%s: %s\n' "$@" >&2
    missing=$((missing + 1))
}

# The last value that the build folder has for a variable.
setting() { # NAME
    sed -n "s/^$1:[A-Z]*=//p" "$build"/CMakeCache.txt
}

dynamic_has() { # FILE PATTERN
    readelf --wide --dynamic "$1" | grep -E "$2" >/dev/null
}

segment_has() { # FILE SEGMENT PATTERN
    readelf --wide --segments "$1" | grep -E "^ +$2 " | grep -E "$3" >/dev/null
}

calls() { # FILE PATTERN
    readelf --wide --dyn-syms "$1" | awk '$7 == "UND" { print $8 }' | grep -E "^$2(@|$)" >/dev/null
}

# Whether the function may be jumped to where the processor checks that.
lands_at() { # FILE FUNCTION
    objdump --disassemble="$2" --no-show-raw-insn "$1" | grep -A1 "<$2>:" | grep endbr >/dev/null
}

# The linker says of the whole that it may be so checked if that is true of all its parts;
# those of the C library are not so everywhere (Debian 12's are not).
libc_is_marked() {
    readelf --notes "$(cc -print-file-name=Scrt1.o)" "$(cc -print-file-name=crti.o)" |
        grep -c 'IBT, SHSTK' | grep -x 2 >/dev/null
}

is_marked() { # FILE
    readelf --notes "$1" | grep 'IBT, SHSTK' >/dev/null
}

# What programs and libraries have in common.
check_common() { # FILE FUNCTION
    dynamic_has "$1" '\((FLAGS|BIND_NOW)\).*BIND_NOW|\(FLAGS_1\).*NOW' ||
        complain "$1" 'not all functions are bound at the start (BIND_NOW)'
    segment_has "$1" GNU_RELRO . ||
        complain "$1" 'what is written at the start only is not read-only later (GNU_RELRO)'
    segment_has "$1" GNU_STACK . || complain "$1" 'nothing is said of its stack (GNU_STACK)'
    ! segment_has "$1" GNU_STACK ' RWE ' || complain "$1" 'its stack can be executed'
    ! segment_has "$1" LOAD ' (RWE|.WE) ' || complain "$1" 'it has code that can be written'
    calls "$1" __stack_chk_fail || complain "$1" 'its stack is not protected'
    [ "$(setting CMAKE_BUILD_TYPE)" = Debug ] || calls "$1" '__[a-z]+_chk' ||
        complain "$1" 'it calls no checked function of the C library (_FORTIFY_SOURCE)'
    [ "$(uname -m)" != x86_64 ] || lands_at "$1" "$2" ||
        complain "$1" "$2 is no landing place (-fcf-protection)"
    [ "$(uname -m)" != x86_64 ] || ! libc_is_marked || is_marked "$1" ||
        complain "$1" 'it is not marked for indirect branch tracking and shadow stacks'
}

check_program() { # FILE
    check_common "$1" main
    dynamic_has "$1" '\(FLAGS_1\).*PIE' || complain "$1" 'it is always at the same place (no PIE)'
}

check_library() { # FILE
    check_common "$1" chan_put
    dynamic_has "$1" '\(FLAGS_1\).*NODELETE' || complain "$1" 'it can be unloaded (no nodelete)'
}

if [ "$(setting HARDEN)" = OFF ] || [ -n "$(setting SANITIZE)" ]; then
    echo 'hardening: skipped, this build is without'
    exit 0
fi
check_program "$build"/bin/chand
check_program "$build"/bin/chan
check_library "$build"/client/libchan.so
[ $missing -eq 0 ]
