#!/usr/bin/python3
"""The networks of the benchmark: their work, their quantized form, and that
octet-convert takes them.

usage: networks_test.py SOURCE_DIR BIN_DIR

Exits with 77 where numpy or onnx (python3-numpy, python3-onnx) is missing.
"""

import collections
import json
import os
import subprocess
import sys
import tempfile
import unittest

SOURCE, BIN = sys.argv[1:3]
sys.path.insert(0, os.path.join(SOURCE, 'bench', 'networks'))
try:
    import numpy as np
    import onnx
except ImportError as error:
    print(f'skipped: {error}')
    sys.exit(77)
import onnx_model
import ranges
import zoo

# Small pictures: the same layers, a fraction of the time.
SIZE = 64


def in_folder(writer, network, *arguments):
    """What the writer wrote, read again."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'network.onnx')
        writer(network, *arguments, path)
        return onnx.load(path)


def line_macs(line):
    """Of a line of bench/shapes."""
    h, w, c, out_c, kernel, stride, groups, count = map(int, line.split()[2:])
    pixels = [(x + 2 * (kernel // 2) - kernel) // stride + 1 for x in (h, w)]
    return count * pixels[0] * pixels[1] * out_c * kernel**2 * c // groups


class NetworksTest(unittest.TestCase):

    def test_work_as_published(self):
        gmacs = {name: round(make().macs() / 1e9, 4)
                 for name, make in zoo.NETWORKS.items()}
        self.assertEqual(gmacs, {
            'mobilenet_v1': 0.5687, 'mobilenet_v2': 0.3008,
            'squeezenet1_1': 0.3492, 'resnet18': 1.8141, 'resnet50': 4.0892,
            'vgg16': 15.4703})

    def test_shape_files_have_all_layers(self):
        folder = os.path.join(SOURCE, 'bench', 'shapes')
        for name, make in zoo.NETWORKS.items():
            with open(os.path.join(folder, name + '.txt')) as file:
                macs = sum(line_macs(line) for line in file
                           if not line.startswith('#'))
            self.assertEqual(macs, make().macs(), name)

    def test_ranges_are_those_of_an_independent_run(self):
        net = zoo.Network('two_layers', 4)
        pooled = net.max_pool(net.conv(net.INPUT, 1, 3, activation='relu'), 2,
                              2)
        net.flatten(pooled)
        net.fill(seed=0)
        conv = net.layers[0]
        conv.weights[:] = 1
        conv.bias[:] = -1
        measured = ranges.measure(net, np.ones((3, 4, 4), np.float32))
        # A pixel in the middle has 27 ones under its window, a corner 12.
        self.assertEqual(measured[net.INPUT], (0, 1))
        self.assertEqual(measured[conv.name], (0, 26))
        self.assertEqual(measured[pooled], (0, 26))

    def test_everything_stands_between_dequantize_and_quantize(self):
        for name in ('mobilenet_v2', 'squeezenet1_1', 'resnet18'):
            network = zoo.NETWORKS[name](SIZE)
            network.fill(seed=0)
            picture = np.ones((3, SIZE, SIZE), np.float32)
            model = in_folder(onnx_model.write_qdq, network,
                              ranges.measure(network, picture))
            onnx.checker.check_model(model)
            producer = {node.output[0]: node for node in model.graph.node}
            counts = collections.Counter()
            for node in model.graph.node:
                counts[node.op_type] += 1
                if node.op_type in ('Relu', 'Clip', 'QuantizeLinear',
                                    'DequantizeLinear'):
                    continue
                for tensor in node.input:
                    self.assertEqual(producer[tensor].op_type,
                                     'DequantizeLinear', node.name)
            layers = collections.Counter(l.kind for l in network.layers)
            self.assertEqual(counts['Conv'], layers['conv'])
            self.assertEqual(counts['Add'], layers['add'])
            self.assertEqual(counts['QuantizeLinear'],
                             1 + len(network.layers))

    def test_octet_convert_finds_the_same_work(self):
        for name, make in zoo.NETWORKS.items():
            if name != 'vgg16':  # half a gigabyte
                with self.subTest(name):
                    self.check_conversion(make(SIZE))

    def check_conversion(self, network):
        network.fill(seed=0)
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, 'network.onnx')
            samples = os.path.join(folder, 'samples.npy')
            octet = os.path.join(folder, 'network.octet')
            onnx_model.write_fp32(network, source)
            np.save(samples, np.ones((1, 3, SIZE, SIZE), np.float32))
            subprocess.run(
                [os.path.join(BIN, 'octet-convert'), source, '-o', octet,
                 '--calibrate', samples, '--layout', 'nchw'], check=True)
            profile = subprocess.run(
                [os.path.join(BIN, 'octet'), 'bench', octet, '--per-op',
                 '--json', '--seconds', '0.001'],
                check=True, capture_output=True)
        operators = json.loads(profile.stdout)['operators']
        self.assertEqual(sum(operator['macs'] for operator in operators),
                         network.macs())


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
