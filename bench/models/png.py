"""RGB pictures of 8 bits in .png files, with the standard library alone."""

import struct
import zlib

MAGIC = b'\x89PNG\r\n\x1a\n'
HEADER = '>IIBBBBB'  # width, height, bits, colour type (2: RGB), 0, 0, rows
CHANNELS = 3


class Picture:
    """`rows`: a bytearray of width x RGB for each row."""

    def __init__(self, width, height, colour=(255, 255, 255)):
        self.width, self.height = width, height
        self.rows = [bytearray(bytes(colour) * width) for _ in range(height)]

    def paste(self, other, left, top):
        """Lays `other`, which must fit, over this one."""
        first, last = CHANNELS * left, CHANNELS * (left + other.width)
        for y, row in enumerate(other.rows):
            self.rows[top + y][first:last] = row

    def crop(self, left, top, right, bottom):
        part = Picture(right - left, 0)
        part.height = bottom - top
        part.rows = [row[CHANNELS * left:CHANNELS * right]
                     for row in self.rows[top:bottom]]
        return part


def write(path, picture):
    raw = b''.join(b'\0' + row for row in picture.rows)
    with open(path, 'wb') as file:
        file.write(MAGIC)
        for kind, body in (
                (b'IHDR', struct.pack(HEADER, picture.width, picture.height, 8,
                                      2, 0, 0, 0)),
                (b'IDAT', zlib.compress(raw, 1)), (b'IEND', b'')):
            file.write(struct.pack('>I', len(body)) + kind + body +
                       struct.pack('>I', zlib.crc32(kind + body)))


def read(path):
    """ValueError for other kinds than RGB of 8 bits, rows in order."""
    with open(path, 'rb') as file:
        chunks = _chunks(path, file.read())
    width, height, *kind = struct.unpack(HEADER, chunks[b'IHDR'])
    if kind != [8, 2, 0, 0, 0]:
        raise ValueError(f'{path}: not RGB of 8 bits')
    raw = zlib.decompress(chunks[b'IDAT'])
    picture = Picture(width, 0)
    picture.height = height
    size = CHANNELS * width
    above = bytearray(size)
    for first in range(0, len(raw), size + 1):
        above = _unfiltered(raw[first], raw[first + 1:first + 1 + size], above)
        picture.rows.append(above)
    return picture


def _chunks(path, data):
    """The bodies by kind; several of a kind are one."""
    if data[:len(MAGIC)] != MAGIC:
        raise ValueError(f'{path}: not a .png file')
    chunks, first = {}, len(MAGIC)
    while first < len(data):
        size, kind = struct.unpack('>I4s', data[first:first + 8])
        chunks[kind] = chunks.get(kind, b'') + data[first + 8:first + 8 + size]
        first += size + 12
    return chunks


def _unfiltered(kind, row, above):
    """The row of bytes; `row` says how they differ from their neighbours."""
    result = bytearray(row)
    predict = (None, lambda a, b, c: a, lambda a, b, c: b,
               lambda a, b, c: (a + b) // 2, _paeth)[kind]
    if predict is None:
        return result
    for i, up in enumerate(above):
        left, corner = ((result[i - CHANNELS], above[i - CHANNELS])
                        if i >= CHANNELS else (0, 0))
        result[i] = (result[i] + predict(left, up, corner)) % 256
    return result


def _paeth(left, up, corner):
    """The neighbour nearest to left + up - corner."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
