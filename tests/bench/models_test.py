#!/usr/bin/python3
"""The figures of bench/models.sh, on values made by hand, and its list of
networks.

usage: models_test.py SOURCE_DIR
"""

import math
import os
import sys
import tempfile
import unittest

SOURCE = sys.argv[1]
sys.path.insert(0, os.path.join(SOURCE, 'bench', 'models'))
import catalog
import main
import measures
import npy
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

    def test_nhwc(self):
        self.assertEqual(list(measures.nhwc([1, 2, 3, 4, 5, 6], [1, 1, 3, 2])),
                         [1, 4, 2, 5, 3, 6])
        self.assertEqual(measures.nhwc([1, 2], [1, 2]), [1, 2])

    def test_psnr(self):
        self.assertAlmostEqual(measures.psnr_db([0.1, 0.0], [0.0, 0.0]),
                               10 * math.log10(200))
        self.assertEqual(measures.psnr_db([0.5], [0.5]), math.inf)


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
