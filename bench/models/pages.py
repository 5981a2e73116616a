"""Pages with lines of text, made of pictures of lines."""

import csv
import os
import random

import png

SIZE = 640  # of a page, in pixels; lines are at most SIZE - 2 * MARGIN wide
MARGIN = 12
COLOURS = ((255, 255, 255), (236, 232, 220), (200, 204, 210), (120, 124, 130))
LINES = 'lines.csv'


def make(texts, count, folder, seed):
    """Writes into `folder` `count` pages, each with the lines of `texts` (path
    of a picture: text) in an order of its own, as many as fit, and lines.csv: a
    row a line, the page's name, left, top, right, bottom in pixels, the text."""
    shuffle = random.Random(seed)
    pictures = {path: png.read(path) for path in texts}
    rows = []
    for i in range(count):
        order = sorted(texts)
        shuffle.shuffle(order)
        page = png.Picture(SIZE, SIZE, COLOURS[i % len(COLOURS)])
        name = f'page_{i:02}.png'
        rows += [(name, *box, texts[path])
                 for path, box in _fill(page, order, pictures, shuffle)]
        png.write(os.path.join(folder, name), page)
    with open(os.path.join(folder, LINES), 'w', encoding='utf-8',
              newline='') as file:
        csv.writer(file).writerows(rows)


def lines_of(page):
    """[((left, top, right, bottom), text)] of the page at this path."""
    folder, name = os.path.split(page)
    with open(os.path.join(folder, LINES), encoding='utf-8',
              newline='') as file:
        return [(tuple(map(int, row[1:5])), row[5])
                for row in csv.reader(file) if row[0] == name]


def _fill(page, order, pictures, shuffle):
    """Pastes the lines; [(path, box)]."""
    placed = []
    x, y = MARGIN, MARGIN
    for path in order:
        line = pictures[path]
        if x + line.width > page.width - MARGIN:
            x, y = MARGIN, y + line.height + shuffle.randrange(6, 30)
        if y + line.height > page.height - MARGIN:
            break
        page.paste(line, x, y)
        placed.append((path, (x, y, x + line.width, y + line.height)))
        x += line.width + shuffle.randrange(24, 60)
    return placed
