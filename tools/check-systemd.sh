#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Has systemd-analyze verify the units as they would be installed, and holds the service's
# exposure (0 is locked up, 10 is wide open) to a limit.
#
#     tools/check-systemd.sh BUILD     where BUILD/bin/chand is there to be started
set -euo pipefail

build=$1
limit=1.2
units=$build/systemd

if ! command -v systemd-analyze >/dev/null; then
    echo 'systemd: skipped, there is no systemd-analyze'
    exit 0
fi

copy=$(mktemp -d)
trap 'rm -r "$copy"' EXIT
cp "$units"/chand.socket "$copy"
# The unit names the installed program, which need not be there yet.
sed "s|^ExecStart=[^ ]*|ExecStart=$(realpath "$build")/bin/chand|" "$units"/chand.service \
    >"$copy"/chand.service

systemd-analyze verify --man=no --recursive-errors=no "$copy"/chand.service "$copy"/chand.socket
systemd-analyze security --offline=true --no-pager "$copy"/chand.service >"$copy"/report || {
    cat "$copy"/report
    exit 1
}
exposure=$(sed -n 's/.*Overall exposure level for chand.service: \([0-9.]*\).*/\1/p' "$copy"/report)
echo "systemd: exposure $exposure, at most $limit"
if awk "BEGIN { exit !($exposure > $limit) }"; then
    cat "$copy"/report >&2
    exit 1
fi
