"""INT8 against FP32 in what a network is for. Each function takes the two
models, the paths of pictures and a folder for files, and gives a figure; more is
better. What else one needs stands in the task's `arguments`."""

import csv
import os

import heads
import measures
import npy
import pages
import png

# Boxes that overlap so much are the same object.
SAME_OBJECT = 0.7


def psnr(reference, model, pictures, work):
    """The mean over the pictures, in dB, of output 0 (0 ... 1)."""
    values = [measures.psnr_db(_outputs(model, picture, work)[0][1],
                               _outputs(reference, picture, work)[0][1])
              for picture in pictures]
    return sum(values) / len(values)


def objects(reference, model, pictures, work, head):
    """F1, in %, of the boxes that `head` (a function of heads.py) finds."""
    decode = getattr(heads, head)
    same = found = 0
    for picture in pictures:
        expected = decode(_outputs(reference, picture, work))
        boxes = decode(_outputs(model, picture, work))
        same += heads.count_same(boxes, expected, SAME_OBJECT)
        found += len(boxes) + len(expected)
    if found == 0:
        raise ValueError('no picture shows an object')
    return 100.0 * 2 * same / found


def pixels(reference, model, pictures, work, channels):
    """The share of pixels, in %, that have the same class."""
    same = total = 0
    for picture in pictures:
        expected = heads.classes_of_pixels(
            _outputs(reference, picture, work), channels)
        classes = heads.classes_of_pixels(
            _outputs(model, picture, work), channels)
        same += sum(a == b for a, b in zip(classes, expected))
        total += len(expected)
    return 100.0 * same / total


def lines(reference, model, pictures, work, keys):
    """Of the lines that FP32 reads rightly (labels.csv beside the pictures:
    file, text; spaces do not count), the share, in %, that INT8 does."""
    keys = _keys(keys)
    labels = labels_of(pictures)

    def reads(which, picture):
        text = heads.read_line(_outputs(which, picture, work), keys)
        return text == labels[picture].replace(' ', '')

    read = [picture for picture in pictures if reads(reference, picture)]
    if not read:
        raise ValueError('FP32 reads no line')
    return 100.0 * sum(reads(model, picture) for picture in read) / len(read)


def text(reference, model, pictures, work, keys, readers):
    """Of the lines on pages (pages.py) that FP32 finds and reads rightly
    (spaces do not count), the share, in %, that INT8 does. `readers`: the
    networks, FP32 and INT8, that read what the other two found."""
    keys = _keys(keys)
    expected, same = 0, 0
    for path in pictures:
        page = png.read(path)
        read = [_read_page(page, path, finder, reader, keys, work)
                for finder, reader in zip((reference, model), readers)]
        for box, line in pages.lines_of(path):
            line = line.replace(' ', '')
            if read[0][box] == line:
                expected += 1
                same += read[1][box] == line
    if expected == 0:
        raise ValueError('FP32 reads no line')
    return 100.0 * same / expected


def _read_page(page, path, finder, reader, keys, work):
    """What stands in the box of each line: the texts of all that was found with
    its middle there, from the left."""
    found = []
    for _, _, *box in heads.text_lines(_outputs(finder, path, work)):
        left, right = (round(x * page.width) for x in box[::2])
        top, bottom = (round(y * page.height) for y in box[1::2])
        crop = os.path.join(work, 'crop.png')
        png.write(crop, page.crop(left, top, right, bottom))
        text = heads.read_line(_outputs(reader, crop, work), keys)
        found.append(((left + right) / 2, (top + bottom) / 2, text))
    return {box: ''.join(text for x, y, text in sorted(found)
                         if box[0] <= x < box[2] and box[1] <= y < box[3])
            for box, _ in pages.lines_of(path)}


def _keys(path):
    with open(path, encoding='utf-8') as file:
        keys = file.read().split('\n')
    return keys[:-1] if keys[-1] == '' else keys


def picture_paths(folder):
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith(('.jpg', '.png'))]


def labels_of(pictures):
    """The text of each, by path; labels.csv stands beside the first."""
    folder = os.path.dirname(os.path.realpath(pictures[0]))
    with open(os.path.join(folder, 'labels.csv'), encoding='utf-8') as file:
        texts = {row[0]: row[1] for row in csv.reader(file)}
    return {path: texts[os.path.basename(path)] for path in pictures}


def _outputs(which, picture, work):
    paths = [os.path.join(work, f'task{i}.npy')
             for i in range(len(which.outputs))]
    which.run([picture], paths)
    return [npy.read(path) for path in paths]
