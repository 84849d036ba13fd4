# SPDX-License-Identifier: MIT
"""The tables of growth.sh, as Markdown: growth_table.py SAMPLES"""

import sys

from samples import Samples, markdown, middle, spread

TITLES = {
    "channels": "Channels that exist, values spread over all of them",
    "parked": "Takes parked on the one channel that is used",
    "idle": "Idle connections, beside 16 that hand over values",
    "clauses": "Clauses of an alts",
    "deadlines": "Pending deadlines, beside takes with deadlines of their own",
}


def rows(samples, series, column, decimals):
    first = None
    for size in sorted(samples.distinct("size"), key=int):
        numbers = samples.by_round(column, series=series, size=size).values()
        if not numbers:
            continue
        number = middle(numbers)
        first = first or number
        yield [
            f"{int(size):,}",
            f"{number:,.{decimals}f}",
            f"{number / first:.2f}",
            f"±{100 * spread(numbers):.0f} %",
        ]


def table(samples, series):
    if series in TITLES:
        yield f"### {TITLES[series]}"
        yield ""
        head = ["", "server ns per operation", "times the first", "noise"]
        yield from markdown(head, rows(samples, series, "server_ns", 0))
    else:
        yield f"### Number of {series}, not pinned"
        yield ""
        head = ["", "operations per s", "times the first", "noise"]
        yield from markdown(head, rows(samples, series, "ops_per_s", 0))


def report(samples):
    for i, series in enumerate(samples.distinct("series")):
        if i > 0:
            yield ""
        yield from table(samples, series)


if __name__ == "__main__":
    print("\n".join(report(Samples(sys.argv[1]))))
