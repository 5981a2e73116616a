#!/usr/bin/env python3
"""Draws the figures of docs/quantization.md that need no measurement.

usage: docs/make_theory_figures.py FOLDER     writes formats.svg, affine.svg and
                                              requantize.svg
"""

import os
import sys
from xml.sax.saxutils import escape

WIDTH = 640
# Readable on white and on black.
TEXT, LINE, BLUE, RED = '#777', '#888', '#4878a8', '#b8562f'


def text(x, y, content, anchor='start', color=TEXT, size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-family="sans-serif" '
            f'font-size="{size}" text-anchor="{anchor}" fill="{color}">'
            f'{escape(content)}</text>')


def line(x1, y1, x2, y2, color=LINE, width=1.0, dash=''):
    dashes = f' stroke-dasharray="{dash}"' if dash else ''
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{color}" stroke-width="{width}"{dashes}/>')


def arrow(x1, y1, x2, y2, color=LINE):
    """A vertical or horizontal line with a head at its end."""
    dx, dy = (0, 1) if x1 == x2 else (1, 0)
    sign = 1 if (y2 - y1 if dy else x2 - x1) > 0 else -1
    head = ' '.join(f'{x2 - 6 * sign * dx + s * 3.5 * dy:.1f},'
                    f'{y2 - 6 * sign * dy + s * 3.5 * dx:.1f}'
                    for s in (-1, 1))
    return [line(x1, y1, x2, y2, color),
            f'<polygon points="{x2:.1f},{y2:.1f} {head}" fill="{color}"/>']


def formats():
    """Where the values of each format lie, largest magnitude 1."""
    rows = [
        ('int8, asymmetric: -0.4 ... 1',
         [(i - 73) * 1.4 / 255 for i in range(256)]),
        ('int8, symmetric', [i / 127 for i in range(-127, 128)]),
        ('int4', [i / 7 for i in range(-7, 8)]),
        ('logarithmic',
         [s * 2 ** -e for e in range(7) for s in (-1, 1)] + [0]),
        ('ternary', [-1, 0, 1]),
        ('binary', [-1, 1]),
    ]
    left, right, step = 190, 20, 34
    scale = (WIDTH - left - right) / 2

    def x(value):
        return left + (value + 1) * scale

    out, y = [], 26
    for name, values in rows:
        out.append(text(left - 14, y + 4, name, 'end'))
        out.append(line(x(-1), y, x(1), y))
        for value in values:
            half = 9 if value == 0 else 6
            out.append(line(x(value), y - half, x(value), y + half,
                            RED if value == 0 else BLUE,
                            1.6 if len(values) < 50 else 0.7))
        y += step
    for value in (-1, -0.5, 0, 0.5, 1):
        out.append(text(x(value), y - 6, f'{value:g}', 'middle'))
    return out, y + 4


def affine():
    """A real axis, the int8 axis under it, and the three kinds of values."""
    left, right, top = 60, 60, 52
    bottom = top + 84
    low, high = -1.0, 2.4

    def x(real):
        return left + (real - low) / (high - low) * (WIDTH - left - right)

    out = [text(WIDTH - right + 8, top + 4, 'real'),
           text(WIDTH - right + 8, bottom + 4, 'q'),
           line(x(low), top, x(high), top), line(x(low), bottom, x(high), bottom)]
    begin, end, count = -0.5, 2.0, 16  # drawn with 16 marks instead of 256
    step = (end - begin) / (count - 1)
    marks = [begin + i * step for i in range(count)]
    zero = min(range(count), key=lambda i: abs(marks[i]))
    marks = [(i - zero) * step for i in range(count)]
    for i, real in enumerate(marks):
        color = RED if i == zero else BLUE
        out.append(line(x(real), top - 5, x(real), top + 5, color))
        out.append(line(x(real), bottom - 5, x(real), bottom + 5, color))
    out.append(line(x(0), top, x(0), bottom, RED, dash='3 3'))
    out.append(text(x(0), top - 12, '0.0', 'middle', RED))
    out.append(text(x(0), bottom + 22, 'zero_point', 'middle', RED))
    out.append(text(x(marks[0]), bottom + 22, '-128', 'middle'))
    out.append(text(x(marks[-1]), bottom + 22, '127', 'middle'))
    out.append(text(x(marks[0]), top - 12, 'min', 'middle'))
    out.append(text(x(marks[-1]), top - 12, 'max', 'middle'))
    out += [line(x(marks[6]), top - 8, x(marks[6]), top - 20),
            line(x(marks[7]), top - 8, x(marks[7]), top - 20),
            text((x(marks[6]) + x(marks[7])) / 2, top - 24, 'scale', 'middle')]
    for real, to, name in ((1.23, 1.23, 'rounded'), (2.3, marks[-1], 'saturated')):
        nearest = min(marks, key=lambda mark: abs(mark - to))
        out.append(f'<circle cx="{x(real):.1f}" cy="{top}" r="3.5" '
                   f'fill="{TEXT}"/>')
        out.append(line(x(real), top, x(nearest), bottom, TEXT))
        out.append(text(x(real) + 5, (top + bottom) / 2 + 4, name))
    return out, bottom + 34


def requantize():
    """The steps from an accumulator to int8."""
    boxes = [
        ('accumulator', 'int32', 'bias + sum'),
        ('t', 'int16', '>> shift'),
        ('r', 'int16', '* multiplier'),
        ('sum', 'int16', '+ 64 zero_point'),
        ('output', 'int8', '>> 6, clamp'),
    ]
    units = ['s_in * s_w', 'about 1/64 step', '1/64 step', '1/64 step',
             '1 step']
    out = []
    box, gap, top = 91, 45, 34
    for i, (name, kind, how) in enumerate(boxes):
        x = 2 + i * (box + gap)
        out.append(f'<rect x="{x + 0.5}" y="{top}" width="{box}" height="44" '
                   f'rx="6" fill="none" stroke="{BLUE}"/>')
        out.append(text(x + box / 2, top + 19, name, 'middle', BLUE, 13))
        out.append(text(x + box / 2, top + 36, kind, 'middle'))
        out.append(text(x + box / 2, top + 62, units[i], 'middle'))
        if i == 0:
            out.append(text(x + box / 2, top - 12, how, 'middle'))
            continue
        out += arrow(x - gap + 2, top + 22, x - 2, top + 22)
        out.append(text(x - gap / 2, top - 12, how, 'middle'))
    return out, top + 74


def write(folder, name, drawn):
    parts, height = drawn
    with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" '
                   f'viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}">\n')
        file.write('\n'.join(parts) + '\n</svg>\n')


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1], 'formats.svg', formats())
    write(sys.argv[1], 'affine.svg', affine())
    write(sys.argv[1], 'requantize.svg', requantize())


if __name__ == '__main__':
    main()
