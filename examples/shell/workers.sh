#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A pool of workers that take numbers apart, three at a time: any command that reads lines and
# writes lines is a worker. workers.bash is the same without the command chan.

# shellcheck source=examples/shell/lib.sh
. "$(dirname "$0")/lib.sh"
start_chand

chan work jobs results -P 3 -- factor &
pool=$!
{
    seq 2407 2426 | chan put jobs
    chan close jobs
} &
chan take results --all | sort -n >"$scratch/results"
wait "$pool"

# factor says "12: 2 2 3"
sed 's/ / * /g; s/: \*/ =/' "$scratch/results"
echo "3 workers took $(grep -c . "$scratch/results") numbers apart"
