#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What gets installed is enough to build programs with: tests/consumer is configured with
# find_package against an installation in an empty folder, and compiled with what pkg-config
# says, against the shared library and the static one; and all those programs run.
#
#     installed.sh BUILD COMPILER SANITIZERS
set -euo pipefail

build=$1 compiler=$2 sanitizers=${3:-}
consumer=$(dirname "$0")/../../tests/consumer
stage=$(mktemp -d)
trap 'rm -r "$stage"' EXIT
flags=''
[ -z "$sanitizers" ] || flags=-fsanitize=$sanitizers

DESTDIR=$stage cmake --install "$build" >"$stage/log"
pc=$(find "$stage" -name libchan.pc)
library=$(dirname "$(dirname "$pc")")

run() { # PROGRAM
    local said

    said=$(LD_LIBRARY_PATH=$library "$1")
    [ "$said" = '"ketchup"' ] && return
    echo "installed: ${1##*/} said '$said'" >&2
    exit 1
}

# Which libchan a program looks for when it is run.
needs() { # PROGRAM
    objdump -p "$1" | awk '$1 == "NEEDED" && $2 ~ /^libchan/ { print $2 }'
}

expect_needs() { # PROGRAM LIBRARY
    [ "$(needs "$1")" = "$2" ] && return
    echo "installed: ${1##*/} needs '$(needs "$1")', not '$2'" >&2
    exit 1
}

with_cmake() {
    local program

    cmake -S "$consumer" -B "$stage/consumer" -DCMAKE_PREFIX_PATH="$library/cmake" \
        -DCMAKE_C_COMPILER="$compiler" -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" \
        >"$stage/log" && cmake --build "$stage/consumer" >"$stage/log" || {
        cat "$stage/log" >&2
        exit 1
    }
    for program in "$stage"/consumer/chan*-consumer.*; do
        run "$program"
    done
    expect_needs "$stage/consumer/chan-consumer.c" libchan.so.0
    expect_needs "$stage/consumer/chan_static-consumer.c" ''
}

pkg_config() {
    PKG_CONFIG_PATH=$(dirname "$pc") PKG_CONFIG_SYSROOT_DIR=$stage pkg-config "$@" libchan
}

# Where there is no libchan.so, -lchan is libchan.a.
with_pkg_config() {
    mkdir "$stage/static"
    cp "$library/libchan.a" "$stage/static"
    # shellcheck disable=SC2046,SC2086 # the flags are words
    {
        "$compiler" $flags -Werror -o "$stage/shared-program" "$consumer/consumer.c" \
            $(pkg_config --cflags --libs)
        "$compiler" $flags -Werror -o "$stage/static-program" "$consumer/consumer.c" \
            -L"$stage/static" $(pkg_config --static --cflags --libs)
    }
    run "$stage/shared-program"
    run "$stage/static-program"
    expect_needs "$stage/shared-program" libchan.so.0
    expect_needs "$stage/static-program" ''
}

with_cmake
with_pkg_config
