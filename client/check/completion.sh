#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What bash offers after a part of a command line, with the completion that was made.
#
#     completion.sh SCRIPT
set -euo pipefail

# shellcheck source=/dev/null # it is made in the build
. "$1"

offers() { # WORD…, the last of which is to be completed
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _chan
    echo "${COMPREPLY[*]:-}"
}

expect() { # OFFERED WORD…
    local expected=$1 got

    shift
    got=$(offers "$@")
    [ "$got" = "$expected" ] && return
    echo "completion of '$*': expected '$expected', got '$got'" >&2
    exit 1
}

expect 'take' chan ta
expect 'put ping pipe' chan p
expect '--keep-open' chan pipe a b --kee
expect '--timeout' chan take --t
expect '' chan ping --t
expect 'stat' chan -s unix:///run/chand.sock st
expect '--json' chan put --j
expect 'bench' chan b
expect '--consumers --conns' chan bench --con
expect 'take token' chan --ca ca.pem --key k t
expect '--server --ca --cert --key --accept-tls-1.2 --help --version' chan --
