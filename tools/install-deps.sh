#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs what is missing to build or to test, from Debian packages, and says what.
#
#     tools/install-deps.sh [-n] build|test|bench
#
# -n installs nothing: it names what is missing and fails. Where there is no apt-get it
# always does so. What is there already is not touched, wherever it came from.
set -euo pipefail

# package, what it is for (all need the build packages), how to see that it is there
packages='
gcc                 build  command gcc
libc6-dev           build  header stdio.h
cmake               build  command cmake
ninja-build         build  command ninja
pkg-config          build  command pkg-config
libssl-dev          build  library openssl
libevent-dev        build  library libevent_core libevent_pthreads
libjansson-dev      build  library jansson
libyaml-dev         build  library yaml-0.1
libsodium-dev       build  library libsodium

check               test   library check
clang               test   command clang
libclang-rt-dev     test   clang_runtime
clang-format        test   command clang-format
clang-tidy          test   command clang-tidy
cppcheck            test   command cppcheck
universal-ctags     test   universal_ctags
shellcheck          test   command shellcheck
mandoc              test   command mandoc
systemd             test   command systemd-analyze
python3             test,bench  python json socket subprocess
netcat-openbsd      test   command nc
procps              test   command ps

redis-server        bench  command redis-server
beanstalkd          bench  command beanstalkd
nats-server         bench  command nats-server
valgrind            bench  command valgrind
'

command_is_there() {
    command -v "$1"
}

header_is_there() {
    echo "#include <$1>" | cc -E -
}

library_is_there() {
    pkg-config --exists "$@"
}

clang_runtime_is_there() {
    [ -e "$(clang -print-file-name="libclang_rt.fuzzer-$(uname -m).a")" ]
}

universal_ctags_is_there() {
    ctags --version | grep Universal
}

python_is_there() {
    python3 -c "import $(IFS=,; echo "$*")"
}

# Prints the packages that are missing for the purpose, one a line.
missing_for() {
    local package purpose probe arguments

    while read -r package purpose probe arguments; do
        [[ $purpose = build || ,$purpose, = *,$1,* ]] || continue
        # shellcheck disable=SC2086 # the arguments are words
        "${probe}_is_there" $arguments >/dev/null 2>&1 || echo "$package"
    done <<<"$packages"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# The package lists of a fresh machine are empty, those of an old one are out of date.
install_packages() {
    if ! apt-get install --simulate "$@" >/dev/null 2>&1; then
        apt_get update
    fi
    apt_get install -y --no-install-recommends "$@" >/dev/null && return
    apt_get update
    apt_get install -y --no-install-recommends "$@"
}

main() {
    local install=yes purpose missing

    if [ "${1:-}" = -n ]; then
        install=no
        shift
    fi
    purpose=${1:-}
    case $purpose in
    build | test | bench) ;;
    *)
        echo "usage: tools/install-deps.sh [-n] build|test|bench" >&2
        exit 2
        ;;
    esac

    mapfile -t missing < <(missing_for "$purpose")
    [ ${#missing[@]} -gt 0 ] || exit 0
    if [ $install = no ]; then
        echo "missing: ${missing[*]} (these are Debian's names; tools/install-deps.sh $purpose" \
            "installs them there)" >&2
        exit 1
    fi
    if ! command -v apt-get >/dev/null; then
        echo "this is not Debian: please install what it calls ${missing[*]}" >&2
        exit 1
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        echo "there is no sudo; please run as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    echo "installing Debian packages: ${missing[*]}"
    install_packages "${missing[@]}"
}

main "$@"
