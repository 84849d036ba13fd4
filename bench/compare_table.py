# SPDX-License-Identifier: MIT
"""The tables of compare.sh, as Markdown: compare_table.py SAMPLES SERVER

SERVER is who is compared with all others."""

import sys

from samples import Samples, markdown, middle, ratios, spread

# column, heading, factor, decimals
FIGURES = (
    ("ops_per_s", "per s", 1, 0),
    ("ops_per_cpu_s", "per CPU s", 1, 0),
    ("server_ns", "server µs", 1e-3, 2),
    ("generator_ns", "generator µs", 1e-3, 2),
    ("p50_us", "p50 µs", 1, 0),
    ("p99_us", "p99 µs", 1, 0),
    ("p999_us", "p99.9 µs", 1, 0),
)
MEMORY = (
    ("bytes_per_connection", "bytes per connection", 1, 0),
    ("bytes_per_take", "bytes per parked take", 1, 0),
)


def ratio_text(samples, point, server, other):
    numbers = ratios(
        samples.by_round("ops_per_cpu_s", point=point, label=server),
        samples.by_round("ops_per_cpu_s", point=point, label=other),
    )
    if not numbers:
        return "–"
    return f"{middle(numbers):.2f} ±{100 * spread(numbers):.0f} %"


def ratio_rows(samples, server, others):
    for point in samples.distinct("point"):
        yield [point] + [ratio_text(samples, point, server, other) for other in others]


def figure_texts(samples, figures, **where):
    for column, _heading, factor, decimals in figures:
        numbers = samples.by_round(column, **where).values()
        yield f"{middle(numbers) * factor:,.{decimals}f}" if numbers else "–"


def figure_rows(samples, point):
    for label in samples.distinct("label"):
        where = {"point": point, "label": label}
        noise = samples.by_round("ops_per_cpu_s", **where).values()
        if noise:
            texts = figure_texts(samples, FIGURES, **where)
            yield [label, *texts, f"±{100 * spread(noise):.0f} %"]


def memory_rows(samples):
    for point in samples.distinct("point"):
        for label in samples.distinct("label"):
            where = {"point": point, "label": label}
            if samples.by_round("bytes_per_take", **where):
                yield [f"{point}: {label}", *figure_texts(samples, MEMORY, **where)]


def headings(figures):
    return [heading for _column, heading, _factor, _decimals in figures]


def report(samples, server):
    others = [label for label in samples.distinct("label") if label != server]
    yield "## Ratios"
    yield ""
    yield f"Operations per CPU second of {server}, divided by those of others in the same"
    yield "round: above 1 is better than they are. Median, and half of the range."
    yield ""
    yield from markdown(["", *others], ratio_rows(samples, server, others))
    yield ""
    yield "## Figures"
    yield ""
    yield "Medians; the last column is half of the range of operations per CPU second."
    for point in samples.distinct("point"):
        yield ""
        yield f"### {point}"
        yield ""
        yield from markdown(["", *headings(FIGURES), "noise"], figure_rows(samples, point))
    memory = list(memory_rows(samples))
    if memory:
        yield ""
        yield "## Memory"
        yield ""
        yield from markdown(["", *headings(MEMORY)], memory)
    yield ""


if __name__ == "__main__":
    print("\n".join(report(Samples(sys.argv[1]), sys.argv[2])))
