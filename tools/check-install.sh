#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs a build into an empty folder, looks for what people expect there, and compiles
# and runs a program against the library as it was installed.
#
#     tools/check-install.sh BUILD
set -euo pipefail

build=$1
expected='bin/chand bin/chan include/chan.h
    lib*/libchan.so lib*/libchan.a lib*/pkgconfig/libchan.pc
    lib/systemd/system/chand.service lib/systemd/system/chand.socket
    lib/sysusers.d/chand.conf etc/chand/chand.yaml
    share/man/man1/chan.1* share/man/man3/libchan.3* share/man/man5/chand.yaml.5*
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

cat >"$stage"/program.c <<'EOC'
#include <chan.h>
#include <stdio.h>

int main(void)
{
    return puts(chan_status_text(CHAN_CLOSED)) < 0;
}
EOC
pc=$(dirname "$(find "$prefix" -name libchan.pc)")
flags=$(PKG_CONFIG_PATH=$pc PKG_CONFIG_SYSROOT_DIR=$stage pkg-config --cflags --libs libchan)
# shellcheck disable=SC2086 # the flags are words
cc -Werror -o "$stage"/program "$stage"/program.c $flags
LD_LIBRARY_PATH=$(dirname "$pc") "$stage"/program >/dev/null
