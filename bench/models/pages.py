"""Pages with lines of text, made of pictures of lines."""

import os
import random

import png

SIZE = 640  # of a page, in pixels; lines are at most SIZE - 2 * MARGIN wide
MARGIN = 12
COLOURS = ((255, 255, 255), (236, 232, 220), (200, 204, 210), (120, 124, 130))


def make(lines, count, folder, seed):
    """Writes `count` pages, each of lines in an order of its own, as many as
    fit, and returns for each: (path, [(path of the line, box)]), the box
    (left, top, right, bottom) in pixels."""
    shuffle = random.Random(seed)
    pictures = {path: png.read(path) for path in lines}
    pages = []
    for i in range(count):
        order = list(lines)
        shuffle.shuffle(order)
        page = png.Picture(SIZE, SIZE, COLOURS[i % len(COLOURS)])
        placed = _fill(page, [(path, pictures[path]) for path in order],
                       shuffle)
        path = os.path.join(folder, f'page_{i:02}.png')
        png.write(path, page)
        pages.append((path, placed))
    return pages


def _fill(page, lines, shuffle):
    placed = []
    x, y = MARGIN, MARGIN
    for path, line in lines:
        if x + line.width > page.width - MARGIN:
            x, y = MARGIN, y + line.height + shuffle.randrange(6, 30)
        if y + line.height > page.height - MARGIN:
            break
        page.paste(line, x, y)
        placed.append((path, (x, y, x + line.width, y + line.height)))
        x += line.width + shuffle.randrange(24, 60)
    return placed
