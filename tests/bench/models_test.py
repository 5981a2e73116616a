#!/usr/bin/python3
"""The figures of bench/models.sh, on values made by hand, and its list of
networks.

usage: models_test.py SOURCE_DIR
"""

import math
import os
import struct
import sys
import tempfile
import unittest
import zlib

SOURCE = sys.argv[1]
sys.path.insert(0, os.path.join(SOURCE, 'bench', 'models'))
import catalog
import heads
import main
import measures
import npy
import pages
import png
import rows
import tasks
import tools


class Npy(unittest.TestCase):

    def test_round_trip(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x.npy')
            for shape in ((6,), (2, 3), (1, 1, 6, 1), ()):
                count = math.prod(shape)
                npy.write(path, shape, range(count))
                self.assertEqual(os.path.getsize(path) % 64, 4 * count % 64)
                read_shape, values = npy.read(path)
                self.assertEqual(read_shape, shape)
                self.assertEqual(list(values), list(range(count)))


class Measures(unittest.TestCase):

    def test_relative_error(self):
        self.assertAlmostEqual(
            measures.largest_relative_error([10.0, 1.0], [10.0, 2.0]),
            1.0 / math.sqrt(52))  # 2.0 counts as the root mean square, 7.2
        self.assertAlmostEqual(
            measures.largest_relative_error([11.0, 1.0], [10.0, 1.0]), 0.1)
        with self.assertRaises(ValueError):
            measures.largest_relative_error([1.0], [1.0, 2.0])

    def test_argmax_by_rows(self):
        self.assertEqual(
            measures.same_argmax([1, 2, 9, 3, 5, 4], [0, 1, 0, 9, 8, 8], 3), 0)
        self.assertEqual(
            measures.same_argmax([1, 2, 9, 3, 5, 4], [0, 1, 2, 0, 9, 8], 3), 2)
        ties = ([3, 1, 0], [0.5, 0.75, 0.0], 3)
        self.assertEqual(measures.same_argmax(*ties), 0)
        self.assertEqual(measures.same_argmax(*ties, step=0.2), 0)
        self.assertEqual(measures.same_argmax(*ties, step=0.25), 1)

    def test_nhwc(self):
        self.assertEqual(list(measures.nhwc([1, 2, 3, 4, 5, 6], [1, 1, 3, 2])),
                         [1, 4, 2, 5, 3, 6])
        self.assertEqual(measures.nhwc([1, 2], [1, 2]), [1, 2])

    def test_psnr(self):
        self.assertAlmostEqual(measures.psnr_db([0.1, 0.0], [0.0, 0.0]),
                               10 * math.log10(200))
        self.assertEqual(measures.psnr_db([0.5], [0.5]), math.inf)


class Heads(unittest.TestCase):

    def test_overlap(self):
        box = (0, 1.0, 0.0, 0.0, 0.5, 0.5)
        self.assertEqual(heads.intersection_over_union(box, box), 1.0)
        self.assertAlmostEqual(heads.intersection_over_union(
            box, (0, 1.0, 0.25, 0.0, 0.75, 0.5)), 1 / 3)
        self.assertEqual(heads.intersection_over_union(
            box, (0, 1.0, 0.5, 0.5, 1.0, 1.0)), 0.0)

    def test_suppression_is_of_a_class_and_keeps_the_best(self):
        boxes = [(0, 0.6, 0.0, 0.0, 0.5, 0.5), (0, 0.9, 0.0, 0.0, 0.5, 0.45),
                 (1, 0.7, 0.0, 0.0, 0.5, 0.5), (0, 0.5, 0.5, 0.5, 1.0, 1.0)]
        self.assertEqual(heads.suppress(boxes, 0.5),
                         [boxes[1], boxes[2], boxes[3]])

    def test_count_same(self):
        a, b = (0, 0.9, 0.0, 0.0, 0.5, 0.5), (0, 0.8, 0.0, 0.0, 0.5, 0.5)
        self.assertEqual(heads.count_same([a, b], [a], 0.7), 1)
        self.assertEqual(heads.count_same([a, b], [b, a], 0.7), 2)
        self.assertEqual(heads.count_same([a], [(1, *a[1:])], 0.7), 0)
        self.assertEqual(heads.count_same([a], [], 0.7), 0)

    def test_yolox(self):
        cells = 52 * 52 + 26 * 26 + 13 * 13
        values = [0.0] * (cells * 7)
        cell = 52 * 52 + 2 * 26 + 3  # stride 16, row 2, column 3
        values[7 * cell:7 * cell + 7] = [0.5, 0.25, math.log(2), 0.0, 0.9, 0.1,
                                         0.8]
        ((kind, score, *corners),) = heads.yolox([((1, cells, 7), values)])
        self.assertEqual(kind, 1)
        self.assertAlmostEqual(score, 0.72)
        for value, expected in zip(corners, (40, 28, 72, 44)):
            self.assertAlmostEqual(value * 416, expected)

    def test_fastestdet_in_either_order(self):
        planes = [[0.0] * 484 for _ in range(85)]
        at = 3 * 22 + 7
        planes[0][at], planes[5 + 4][at] = 0.9, 0.8
        last = [plane[i] for i in range(484) for plane in planes]
        first = [value for plane in planes for value in plane]
        for shape, values in (((1, 85, 22, 22), first),
                              ((1, 22, 22, 85), last)):
            ((kind, score, *corners),) = heads.fastestdet([(shape, values)])
            self.assertEqual(kind, 4)
            self.assertAlmostEqual(score, 0.9 ** 0.6 * 0.8 ** 0.4)
            for value, expected in zip(corners, (7 / 22 - 0.25, 3 / 22 - 0.25,
                                                 7 / 22 + 0.25, 3 / 22 + 0.25)):
                self.assertAlmostEqual(value, expected)

    def test_ultraface(self):
        scores, offsets = [0.0] * (4420 * 2), [0.0] * (4420 * 4)
        anchor = (5 * 40 + 2) * 3 + 1  # stride 8, row 5, column 2, 16 pixels
        scores[2 * anchor + 1] = 0.75
        offsets[4 * anchor:4 * anchor + 4] = [5.0, 0.0, 5 * math.log(2), 0.0]
        ((_, score, *corners),) = heads.ultraface(
            [((1, 4420, 4), offsets), ((1, 4420, 2), scores)])
        self.assertEqual(score, 0.75)
        for value, expected in zip(corners, (28 / 320 - 16 / 320,
                                             44 / 240 - 8 / 240,
                                             28 / 320 + 16 / 320,
                                             44 / 240 + 8 / 240)):
            self.assertAlmostEqual(value, expected)

    def test_pixels(self):
        self.assertEqual(heads.classes_of_pixels(
            [((1, 2, 1, 3), [0, 1, 5, 1, 0, 4])], 2), [1, 0, 0])
        self.assertEqual(heads.classes_of_pixels(
            [((1, 1, 3, 2), [0, 1, 1, 0, 5, 4])], 2), [1, 0, 0])

    def test_lines(self):
        steps = [0, 2, 2, 0, 2, 1, 3, 1]
        values = [float(i == best) for best in steps for i in range(4)]
        self.assertEqual(heads.read_line([((1, 8, 4), values)], 'ab'), 'bbaa')


    def test_text_lines(self):
        width, height = 20, 10
        plane = [0.0] * (width * height)
        for y in (4, 5):
            for x in range(2, 8):
                plane[y * width + x] = 0.9
        plane[5 * width + 9] = 0.9  # no neighbour of those
        for x in (12, 13):
            plane[x] = 0.5  # too faint
        plane[2 * width - 1] = plane[2 * width] = 0.7  # in two rows
        boxes = sorted(heads.text_lines([((1, height, width, 1), plane)]),
                       key=lambda box: box[2:])
        self.assertEqual(len(boxes), 4)
        # 6 x 2 pixels, enlarged by 12 * 1.5 / 16.
        box = next(box for box in boxes if abs(box[1] - 0.9) < 1e-6 and
                   box[4] - box[2] > 0.3)
        for value, expected in zip(box[2:], ((2 - 1.125) / 20, (4 - 1.125) / 10,
                                             (8 + 1.125) / 20,
                                             (6 + 1.125) / 10)):
            self.assertAlmostEqual(value, expected)


class Pages(unittest.TestCase):

    @staticmethod
    def line(width, seed):
        picture = png.Picture(width, 48)
        for y, row in enumerate(picture.rows):
            for i in range(len(row)):
                row[i] = (i * 7 + y * y * 3 + seed) % 256
        return picture

    def test_png_round_trip(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x.png')
            png.write(path, self.line(33, 5))
            read = png.read(path)
            self.assertEqual((read.width, read.height), (33, 48))
            self.assertEqual(read.rows, self.line(33, 5).rows)
            part = read.crop(2, 1, 5, 4)
            self.assertEqual(part.rows[0], read.rows[1][6:15])
            self.assertEqual((part.width, part.height), (3, 3))

    def test_png_rows_of_every_kind(self):
        # Two pixels a row; each kind of row by its formula.
        raw = bytes([1, 10, 20, 30, 1, 2, 3,      # left: 10 20 30 11 22 33
                     2, 1, 1, 1, 250, 1, 1,       # above: 11 21 31 5 23 34
                     3, 1, 0, 0, 2, 0, 0,         # mean: 6 10 15 7 16 24
                     4, 1, 0, 0, 0, 1, 0,         # nearest: 7 10 15 7 17 24
                     0, 9, 8, 7, 6, 5, 4])
        def chunk(kind, body):
            return (struct.pack('>I', len(body)) + kind + body +
                    struct.pack('>I', zlib.crc32(kind + body)))
        data = zlib.compress(raw)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'x.png')
            header = struct.pack(png.HEADER, 2, 5, 8, 2, 0, 0, 0)
            with open(path, 'wb') as file:
                file.write(png.MAGIC + chunk(b'IHDR', header) +
                           chunk(b'tEXt', b'any') + chunk(b'IDAT', data[:7]) +
                           chunk(b'IDAT', data[7:]) + chunk(b'IEND', b''))
            self.assertEqual([list(row) for row in png.read(path).rows],
                             [[10, 20, 30, 11, 22, 33], [11, 21, 31, 5, 23, 34],
                              [6, 10, 15, 7, 16, 24], [7, 10, 15, 7, 17, 24],
                              [9, 8, 7, 6, 5, 4]])
            header = struct.pack(png.HEADER, 2, 5, 8, 6, 0, 0, 0)
            with open(path, 'wb') as file:
                file.write(png.MAGIC + chunk(b'IHDR', header))
            with self.assertRaises(ValueError):
                png.read(path)

    def test_pages_say_where_their_lines_are(self):
        with tempfile.TemporaryDirectory() as folder:
            texts = {}
            for i, width in enumerate((200, 345, 90, 616)):
                path = os.path.join(folder, f'line{i}.png')
                png.write(path, self.line(width, i))
                texts[path] = f'line, {i}'
            pages.make(texts, 3, folder, seed=1)
            orders = set()
            for i in range(3):
                path = os.path.join(folder, f'page_{i:02}.png')
                page, lines = png.read(path), pages.lines_of(path)
                self.assertEqual(len(lines), 4)
                orders.add(tuple(text for _, text in lines))
                for box, text in lines:
                    line = self.line(box[2] - box[0], int(text[-1]))
                    self.assertEqual(page.crop(*box).rows, line.rows)
            self.assertGreater(len(orders), 1)


class Catalog(unittest.TestCase):

    def test_names_are_unique_and_tasks_exist(self):
        names = [network.name for network in catalog.NETWORKS]
        self.assertEqual(len(set(names)), len(names))
        self.assertEqual(len(names), 37)
        for network in catalog.NETWORKS:
            if network.task:
                self.assertTrue(callable(getattr(tasks, network.task.kind)))
            if network.golden and network.golden.twin:
                catalog.find(network.golden.twin)

    def test_feed(self):
        class Float:
            def __init__(self, shape):
                tensor = tools.Tensor('x', '', '')
                tensor.shape = shape
                self.inputs = [tensor]

        samples = catalog.Samples('x', (2, 2, 3), planar=True)
        values = rows._feed(bytes(range(12)), samples,
                            ['--bgr', '--mean', '1,2,3', '--std', '2'],
                            Float([1, 1, 1, 3]))
        # Pixel (0, 0) has planes 0, 4, 8; blue comes first.
        self.assertEqual(values, [(8 - 1) / 2, (4 - 2) / 2, (0 - 3) / 2])

    def test_lines_say_what_fails(self):
        row = {'model': 'm', 'ok': False, 'format': 'ONNX', 'sqnr_db': 12.345}
        self.assertIn('12.35', main.line(row).replace('12.34', '12.35'))
        self.assertTrue(main.line(row).endswith('FAILS'))
        self.assertFalse(main.line({**row, 'ok': True}).endswith('FAILS'))


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
