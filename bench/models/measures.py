"""Figures that compare outputs of two networks, or of one with a file."""

import array
import math


def largest_relative_error(values, reference):
    """max |v - r| / max(|r|, rms(reference)): values near 0 count as large as
    the whole output is, on average."""
    if len(values) != len(reference):
        raise ValueError(f'{len(values)} values, the reference has '
                         f'{len(reference)}')
    rms = math.sqrt(sum(r * r for r in reference) / len(reference))
    return max(abs(v - r) / max(abs(r), rms, 1e-30)
               for v, r in zip(values, reference))


def same_argmax(values, reference, row, step=0.0):
    """How many rows of `row` values have their largest where the reference has
    its largest, or one that is less by no more than `step`: two engines that
    round in different places end near ties differently."""
    same = 0
    for i in range(0, len(reference), row):
        largest = max(reference[i:i + row])
        chosen = reference[i + _argmax(values[i:i + row])]
        same += largest - chosen <= step * (1 + 1e-5)
    return same


def _argmax(row):
    return max(range(len(row)), key=row.__getitem__)


def nhwc(values, shape):
    """The channels-first `values` of one picture in the order of `shape`,
    which is NHWC; other ranks as they are."""
    if len(shape) != 4:
        return values
    _, height, width, channels = shape
    plane = height * width
    result = array.array('f', bytes(4 * len(values)))
    values = array.array('f', values)
    for channel in range(channels):
        first = channel * plane
        result[channel::channels] = values[first:first + plane]
    return result


def psnr_db(values, reference, peak=1.0):
    """Of values in 0 ... peak; infinite where they are equal."""
    error = sum((v - r) ** 2 for v, r in zip(values, reference))
    if error == 0:
        return math.inf
    return 10 * math.log10(peak * peak * len(reference) / error)
