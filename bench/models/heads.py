"""What the outputs of detectors, segmenters and line readers mean.

An output is (shape, values), row-major. A box is (class, score, x1, y1, x2, y2)
in shares of the picture's width and height."""

import math


def yolox(outputs, threshold=0.5, overlap=0.5):
    """Output 0: [1, cells, 5 + classes], of an input of 416 x 416; grids of
    stride 8, 16 and 32, box centre (p + cell) * stride and size
    exp(p) * stride; objectness and classes are probabilities."""
    size = 416
    (_, cells, row), values = outputs[0]
    grid = [(x, y, stride) for stride in (8, 16, 32)
            for y in range(size // stride) for x in range(size // stride)]
    if len(grid) != cells:
        raise ValueError(f'{cells} cells, not {len(grid)}')
    boxes = []
    for i, (x, y, stride) in enumerate(grid):
        cell = values[i * row:(i + 1) * row]
        if cell[4] < threshold:
            continue
        best = _largest(cell[5:])
        score = cell[4] * cell[5 + best]
        if score >= threshold:
            boxes.append(_centred(best, score, (cell[0] + x) * stride / size,
                                  (cell[1] + y) * stride / size,
                                  math.exp(cell[2]) * stride / size,
                                  math.exp(cell[3]) * stride / size))
    return suppress(boxes, overlap)


def fastestdet(outputs, threshold=0.65, overlap=0.45):
    """Output 0: 85 planes (or channels) of 22 x 22: objectness, tanh^-1 of the
    centre's place in its cell, logit of the size, classes."""
    planes, height, width = _planes(outputs[0], 85)
    boxes = []
    for i in range(height * width):
        objectness = planes[0][i]
        classes = [plane[i] for plane in planes[5:]]
        best = _largest(classes)
        score = max(objectness, 0) ** 0.6 * max(classes[best], 0) ** 0.4
        if score >= threshold:
            x = (math.tanh(planes[1][i]) + i % width) / width
            y = (math.tanh(planes[2][i]) + i // width) / height
            boxes.append(_centred(best, score, x, y, _sigmoid(planes[3][i]),
                                  _sigmoid(planes[4][i])))
    return suppress(boxes, overlap)


# Of ultraface, for 320 x 240: a grid for each stride, with anchors of so many
# pixels in every cell.
ULTRAFACE_ANCHORS = {8: (10, 16, 24), 16: (32, 48), 32: (64, 96),
                     64: (128, 192, 256)}


def ultraface(outputs, threshold=0.7, overlap=0.3):
    """[1, anchors, 2] probabilities (the second: a face) and [1, anchors, 4]
    offsets from the anchors: centre = anchor + 0.1 * offset * anchor's size,
    size = anchor's size * exp(0.2 * offset), in shares of the picture."""
    scores, offsets = sorted(outputs, key=lambda output: output[0][2])
    width, height = 320, 240
    anchors = [((x + 0.5) * stride / width, (y + 0.5) * stride / height,
                size / width, size / height)
               for stride, sizes in ULTRAFACE_ANCHORS.items()
               for y in range(-(-height // stride))
               for x in range(width // stride) for size in sizes]
    if len(anchors) != scores[0][1]:
        raise ValueError(f'{scores[0][1]} anchors, not {len(anchors)}')
    boxes = []
    for i, (x, y, w, h) in enumerate(anchors):
        score = scores[1][2 * i + 1]
        if score < threshold:
            continue
        dx, dy, dw, dh = offsets[1][4 * i:4 * i + 4]
        boxes.append(_centred(0, score, x + 0.1 * dx * w, y + 0.1 * dy * h,
                              w * math.exp(0.2 * dw), h * math.exp(0.2 * dh)))
    return suppress(boxes, overlap)


def classes_of_pixels(outputs, channels):
    """Of output 0, [1, channels, height, width] or channels last: the class
    of each pixel."""
    planes, height, width = _planes(outputs[0], channels)
    return [max(range(channels), key=lambda c: planes[c][i])
            for i in range(height * width)]


def text_lines(outputs, threshold=0.3, box_threshold=0.6, enlarge=1.5):
    """Output 0, one plane: the probability that a pixel is within the shrunken
    core of a line of text. The upright boxes around connected pixels above
    `threshold` whose mean is `box_threshold` or more, enlarged on all sides by
    area * `enlarge` / perimeter, as the cores were shrunk."""
    (plane,), height, width = _planes(outputs[0], 1)
    boxes = []
    for region in _regions(plane, width, threshold):
        score = sum(plane[i] for i in region) / len(region)
        if score < box_threshold:
            continue
        columns, rows = [i % width for i in region], [i // width for i in region]
        x1, x2, y1, y2 = min(columns), max(columns) + 1, min(rows), max(rows) + 1
        grow = (x2 - x1) * (y2 - y1) * enlarge / (2 * (x2 - x1 + y2 - y1))
        boxes.append((0, score, max(x1 - grow, 0) / width,
                      max(y1 - grow, 0) / height,
                      min(x2 + grow, width) / width,
                      min(y2 + grow, height) / height))
    return boxes


def _regions(plane, width, threshold):
    """The indices of the pixels of each group that touch at their sides."""
    left = {i for i, value in enumerate(plane) if value > threshold}
    while left:
        region, edge = [], [left.pop()]
        while edge:
            i = edge.pop()
            region.append(i)
            near = [i - width, i + width]
            near += [i - 1] if i % width else []
            near += [i + 1] if (i + 1) % width else []
            for other in near:
                if other in left:
                    left.remove(other)
                    edge.append(other)
        yield region


def read_line(outputs, keys):
    """Output 0, [1, steps, 2 + keys]: the most probable of each step, repeated
    ones once; 0 is nothing, the last one a space, which is left out."""
    (_, steps, row), values = outputs[0]
    text, last = [], 0
    for step in range(steps):
        best = _largest(values[step * row:(step + 1) * row])
        if best not in (0, last) and best <= len(keys):
            text.append(keys[best - 1])
        last = best
    return ''.join(text)


def intersection_over_union(a, b):
    width = min(a[4], b[4]) - max(a[2], b[2])
    height = min(a[5], b[5]) - max(a[3], b[3])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (_area(a) + _area(b) - common)


def suppress(boxes, overlap):
    """Without those that overlap a better one of their class by more."""
    kept = []
    for box in sorted(boxes, key=lambda box: -box[1]):
        if all(box[0] != other[0] or
               intersection_over_union(box, other) <= overlap
               for other in kept):
            kept.append(box)
    return kept


def count_same(boxes, reference, overlap):
    """How many boxes have a partner of their class in `reference` that they
    overlap by `overlap` or more; each box is a partner once, the best score
    chooses first."""
    free = list(reference)
    same = 0
    for box in sorted(boxes, key=lambda box: -box[1]):
        partners = [(intersection_over_union(box, other), i)
                    for i, other in enumerate(free) if other[0] == box[0]]
        if partners and max(partners)[0] >= overlap:
            free.pop(max(partners)[1])
            same += 1
    return same


def _centred(kind, score, x, y, width, height):
    return (kind, score, x - width / 2, y - height / 2, x + width / 2,
            y + height / 2)


def _area(box):
    return (box[4] - box[2]) * (box[5] - box[3])


def _largest(values):
    return max(range(len(values)), key=values.__getitem__)


def _sigmoid(x):
    return 1 / (1 + math.exp(-x))


def _planes(output, channels):
    """(a list of values for each channel, height, width)."""
    (_, *sizes), values = output
    if sizes[0] == channels:
        height, width = sizes[1:]
        pixels = height * width
        return ([values[c * pixels:(c + 1) * pixels] for c in range(channels)],
                height, width)
    if sizes[2] != channels:
        raise ValueError(f'{sizes} has no {channels} channels')
    return [values[c::channels] for c in range(channels)], *sizes[:2]
