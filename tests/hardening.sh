#!/bin/bash
# SPDX-License-Identifier: MIT
#
# tools/check-hardening.sh misses nothing: a small program and library pass it, and when one
# of the flags that they are built with is left out, it names what that is good for.
#
#     tests/hardening.sh CC
set -euo pipefail
cd "$(dirname "$0")/.."

cc=$1
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir "$work"/bin "$work"/client

cat >"$work"/small.c <<'END'
#include <stdio.h>
#include <string.h>

int chan_put(const char *text, size_t len);

int chan_put(const char *text, size_t len)
{
    char copy[64];

    memcpy(copy, text, len);
    return puts(copy);
}

int main(int argc, char **argv)
{
    return chan_put(argv[0], (size_t)argc);
}
END

flags='-O2 -fPIC -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
    -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack'
[ "$(uname -m)" != x86_64 ] || flags+=' -fcf-protection=full'

# Builds what lies in a build folder, with other flags behind those.
build() { # PROGRAM-FLAG LIBRARY-FLAG FLAG…
    local program=$1 library=$2

    shift 2
    # shellcheck disable=SC2086 # the flags are words
    "$cc" $flags "$program" "$work"/small.c -o "$work"/bin/chan "$@" &&
        "$cc" $flags -shared "$library" "$work"/small.c -o "$work"/client/libchan.so "$@"
    cp "$work"/bin/chan "$work"/bin/chand
    printf '%s\n' CMAKE_BUILD_TYPE:STRING=Release HARDEN:BOOL=ON SANITIZE:STRING= \
        >"$work"/CMakeCache.txt
}

fail() { # SENTENCE
    echo "tests/hardening.sh: $1" >&2
    cat "$work"/said >&2
    exit 1
}

passes() {
    tools/check-hardening.sh "$work" >"$work"/said 2>&1
}

# What was built does not pass, because of just that, which so many files miss.
is_missed() { # COUNT SENTENCE
    ! passes || fail "it does not see: $2"
    [ "$(grep -cF "$2" "$work"/said)" -eq "$1" ] || fail "it does not say: $2"
    [ "$(wc -l <"$work"/said)" -eq "$1" ] || fail "it says more than: $2"
}

# The same of all three files, when they are built with that flag.
is_missed_with() { # FLAG SENTENCE
    build -pie -Wl,-z,nodelete "$1"
    is_missed 3 "$2"
}

build -pie -Wl,-z,nodelete
passes || fail 'what has everything does not pass'
is_missed_with -Wl,-z,lazy 'BIND_NOW'
is_missed_with -Wl,-z,norelro 'GNU_RELRO'
is_missed_with -Wl,-z,execstack 'its stack can be executed'
is_missed_with -fno-stack-protector 'its stack is not protected'
is_missed_with -U_FORTIFY_SOURCE '_FORTIFY_SOURCE'
[ "$(uname -m)" != x86_64 ] || is_missed_with -fcf-protection=none 'is no landing place'
build -no-pie -Wl,-z,nodelete
is_missed 2 'no PIE'
build -pie -Wl,-z,now
is_missed 1 'no nodelete'
