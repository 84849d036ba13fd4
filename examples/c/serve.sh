#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs a program with a server of its own, whose URI is its argument.
#
#     serve.sh PROGRAM     with CHAN and CHAND in the environment, as in shell/lib.sh
set -eu

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/../shell/lib.sh"
start_chand

"$1" "$CHAN_SERVER"
