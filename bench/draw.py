# SPDX-License-Identifier: MIT
"""Operations per CPU second as bars, an SVG on standard output: draw.py SAMPLES [SERVER]

Each bar is as long as its server's ratio to SERVER, with its noise as a line. SERVER is
redis if nothing is said, or the first one where redis was not measured."""

import sys
from html import escape

from samples import Samples, middle, ratios

WIDTH, LEFT, RIGHT = 760, 190, 60
BAR, GAP, GROUP = 14, 3, 16
TOP, FOOT = 70, 30
COLOURS = ("#0b7285", "#868e96", "#c92a2a", "#e67700", "#5f3dc4", "#2b8a3e", "#a61e4d")
STYLE = """
text { font: 12px sans-serif; fill: #222; }
.title { font-size: 16px; font-weight: bold; }
.number { font-size: 11px; }
.unit { stroke: #999; stroke-dasharray: 3 3; }
.noise { stroke: #222; }
svg { background: #fff; }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd; } .noise { stroke: #ddd; } svg { background: #161616; }
}
"""


class Bar:
    """Of one server at one point: the median of its ratios, and their range."""

    def __init__(self, label, numbers):
        self.label = label
        self.ratio = middle(numbers)
        self.least, self.most = min(numbers), max(numbers)


def collect(samples, reference):
    """[(point, [Bar, …]), …] of the points that the reference has."""
    groups = []
    for point in samples.distinct("point"):
        base = samples.by_round("ops_per_cpu_s", point=point, label=reference)
        bars = []
        for label in samples.distinct("label"):
            own = samples.by_round("ops_per_cpu_s", point=point, label=label)
            numbers = ratios(own, base)
            if numbers:
                bars.append(Bar(label, numbers))
        if bars:
            groups.append((point, bars))
    return groups


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def draw_bar(bar, y, scale, colour):
    centre = y + BAR / 2
    end = LEFT + bar.ratio * scale
    yield (
        f'<rect x="{LEFT}" y="{y}" width="{bar.ratio * scale:.1f}" height="{BAR}" '
        f'fill="{colour}"><title>{escape(bar.label)}: {bar.ratio:.2f}</title></rect>'
    )
    yield line(LEFT + bar.least * scale, centre, LEFT + bar.most * scale, centre, "noise")
    right = max(end, LEFT + bar.most * scale) + 5
    yield text(right, y + BAR - 3, f"{bar.ratio:.2f}", 'class="number"')


def draw_group(point, bars, y, scale, colours):
    middle_of_group = y + len(bars) * (BAR + GAP) / 2 + 2
    yield text(LEFT - 10, middle_of_group, point, 'text-anchor="end"')
    for bar in bars:
        yield from draw_bar(bar, y, scale, colours[bar.label])
        y += BAR + GAP


def draw_legend(colours, y):
    x = LEFT
    for label, colour in colours.items():
        yield f'<rect x="{x}" y="{y - 10}" width="11" height="11" fill="{colour}"/>'
        yield text(x + 16, y, label)
        x += 16 + 8 * len(label) + 22


def draw(samples, reference):
    groups = collect(samples, reference)
    colours = dict(zip(samples.distinct("label"), COLOURS))
    longest = max((bar.most for _, bars in groups for bar in bars), default=1)
    scale = (WIDTH - LEFT - RIGHT) / longest
    heights = [len(bars) * (BAR + GAP) + GROUP for _, bars in groups]
    height = TOP + sum(heights) + FOOT
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">'
    )
    yield f"<style>{STYLE}</style>"
    yield text(20, 28, f"Operations per CPU second, {reference} = 1", 'class="title"')
    yield from draw_legend(colours, 52)
    yield line(LEFT + scale, TOP - 4, LEFT + scale, height - FOOT, "unit")
    y = TOP
    for (point, bars), used in zip(groups, heights):
        yield from draw_group(point, bars, y, scale, colours)
        y += used
    note = "Server and generator on one CPU. Lines show the range over all rounds."
    yield text(20, height - 10, note, 'class="number"')
    yield "</svg>"


def main(path, reference="redis"):
    samples = Samples(path)
    labels = samples.distinct("label")
    print("\n".join(draw(samples, reference if reference in labels else labels[0])))


if __name__ == "__main__":
    main(*sys.argv[1:])
