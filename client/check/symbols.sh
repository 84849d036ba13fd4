#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The functions of chan.h, the names in libchan.map and the symbols of the library are the
# same; nothing else is visible.
#
#     symbols.sh LIBRARY HEADER MAP
set -euo pipefail
export LC_ALL=C

library=$1 header=$2 map=$3
declared=$(grep -v '^typedef' "$header" | grep -oE '\bchan_[a-z_]+\(' | tr -d '(' | sort -u)
listed=$(grep -oE '\bchan_[a-z_]+;' "$map" | tr -d ';' | sort -u)
# Sanitizers add names of their own, which begin with underscores.
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" && $3 !~ /^_/ { print $3 }' |
    sed 's/@.*//' | sort -u)

diff <(echo "$declared") <(echo "$listed") || {
    echo "symbols: chan.h (<) and libchan.map (>) differ" >&2
    exit 1
}
diff <(echo "$listed") <(echo "$exported") || {
    echo "symbols: libchan.map (<) and the library (>) differ" >&2
    exit 1
}
