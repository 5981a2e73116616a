"""INT8 against FP32 in what a network is for. Each function takes the two
models, the paths of pictures and a folder for files, and gives a figure; more is
better. What else one needs stands in the task's `arguments`."""

import csv
import os

import heads
import measures
import npy

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
    with open(keys, encoding='utf-8') as file:
        keys = file.read().split('\n')
    keys = keys[:-1] if keys[-1] == '' else keys
    labels = _labels(pictures)

    def reads(which, picture):
        text = heads.read_line(_outputs(which, picture, work), keys)
        return text == labels[os.path.basename(picture)].replace(' ', '')

    read = [picture for picture in pictures if reads(reference, picture)]
    if not read:
        raise ValueError('FP32 reads no line')
    return 100.0 * sum(reads(model, picture) for picture in read) / len(read)


def _labels(pictures):
    folder = os.path.dirname(os.path.realpath(pictures[0]))
    with open(os.path.join(folder, 'labels.csv'), encoding='utf-8') as file:
        return {row[0]: row[1] for row in csv.reader(file)}


def _outputs(which, picture, work):
    paths = [os.path.join(work, f'task{i}.npy')
             for i in range(len(which.outputs))]
    which.run([picture], paths)
    return [npy.read(path) for path in paths]
