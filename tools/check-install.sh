#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs a build into an empty folder, and looks for what people expect there. That it is
# good for something, the tests client.installed and client.example find out.
#
#     tools/check-install.sh BUILD
set -euo pipefail

build=$1
expected='bin/chand bin/chan include/chan.h include/chan_event.h
    include/chan_poll.h
    lib*/libchan.so lib*/libchan.a lib*/pkgconfig/libchan.pc
    lib*/cmake/chan/chanConfig.cmake lib*/cmake/chan/chanConfigVersion.cmake
    lib/systemd/system/chand.service lib/systemd/system/chand.socket
    lib/sysusers.d/chand.conf etc/chand/chand.yaml
    share/man/man1/chan.1* share/man/man3/libchan.3* share/man/man3/chan_put.3*
    share/man/man5/chand.yaml.5*
    share/man/man7/chand-protocol.7* share/man/man8/chand.8*
    share/doc/chand/README.md share/bash-completion/completions/chan'

stage=$(mktemp -d)
trap 'rm -r "$stage"' EXIT
DESTDIR=$stage cmake --install "$build" >/dev/null
prefix=$stage$(sed -n 's/^CMAKE_INSTALL_PREFIX:PATH=//p' "$build"/CMakeCache.txt)

missing=0
for pattern in $expected; do
    if ! compgen -G "$prefix/$pattern" >/dev/null && ! compgen -G "$stage/$pattern" >/dev/null; then
        echo "install: there is no $pattern" >&2
        missing=1
    fi
done
[ $missing -eq 0 ]
