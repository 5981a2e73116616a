#!/usr/bin/env python3
"""Draws real histograms with the ranges of every method, as SVG.

    octet-convert MODEL -o /tmp/m.octet --calibrate SAMPLES ... \\
        --histograms histograms.json
    docs/make_figures.py histograms.json OUTPUT.svg TENSOR [TENSOR...]

One panel a tensor: counts on a logarithmic axis, the bin of exact zeros left
out, and under it a bar a method from the lower to the upper end of its range.
"""

import json
import math
import sys
from xml.sax.saxutils import escape

WIDTH, PLOT, MARGIN, TEXT = 640, 120, 110, 14
BARS = '#4878a8'
RANGES = '#b8562f'


def panel(tensor, top):
    """SVG lines of one tensor and the height that they take."""
    width = tensor['bin_width']
    bins = [(-(i + 1) * width, n) for i, n in enumerate(tensor['negative'])]
    bins += [(i * width, n) for i, n in enumerate(tensor['positive'])]
    low, high = min(tensor['min'], 0), max(tensor['max'], 0)
    scale = (WIDTH - MARGIN - 20) / ((high - low) or 1)

    def x(value):
        return MARGIN + (value - low) * scale

    tallest = math.log10(1 + max((n for _, n in bins), default=1))
    base = top + TEXT + 6 + PLOT
    title = (f"{tensor['name']}: {tensor['min']:.3g} ... {tensor['max']:.3g}, "
             f"{100 * tensor['zeros'] / tensor['count']:.0f} % zeros")
    out = [text(MARGIN, top + TEXT, title)]
    for start, count in bins:
        if not count:
            continue
        height = PLOT * math.log10(1 + count) / tallest
        out.append(f'<rect x="{x(max(start, low)):.1f}" '
                   f'y="{base - height:.1f}" '
                   f'width="{max(width * scale, 0.8):.1f}" '
                   f'height="{height:.1f}" fill="{BARS}"/>')
    out.append(f'<line x1="{x(0):.1f}" x2="{x(0):.1f}" y1="{base - PLOT}" '
               f'y2="{base + 4}" stroke="#888"/>')
    y = base + 8
    for method, (start, end) in tensor['ranges'].items():
        out.append(text(4, y + 9, method))
        out.append(f'<rect x="{x(max(start, low)):.1f}" y="{y + 2}" '
                   f'width="{(min(end, high) - max(start, low)) * scale:.1f}" '
                   f'height="6" fill="{RANGES}"/>')
        y += TEXT
    return out, y - top + 14


def text(x, y, content):
    return (f'<text x="{x}" y="{y}" font-family="sans-serif" font-size="12" '
            f'fill="#777">{escape(content)}</text>')


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding='utf-8') as file:
        tensors = {t['name']: t for t in json.load(file)['tensors']}
    lines, top = [], 4
    for name in sys.argv[3:]:
        if name not in tensors:
            sys.exit(f'make_figures.py: there is no tensor {name!r}; '
                     f'there are {", ".join(tensors)}')
        drawn, height = panel(tensors[name], top)
        lines += drawn
        top += height
    with open(sys.argv[2], 'w', encoding='utf-8') as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" '
                   f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}">\n')
        file.write('\n'.join(lines) + '\n</svg>\n')


if __name__ == '__main__':
    main()
