#!/usr/bin/python3
"""What `octet run` finds with a network's head is what bench/models/heads.py,
which shares no code with it, finds in the network's outputs.

usage: heads_test.py SOURCE_DIR BIN_DIR

Exit status 77, a skip, where the networks of the shared data are absent.
"""

import json
import os
import struct
import subprocess
import sys
import tempfile
import unittest

SOURCE, BIN = sys.argv[1:3]
DATA = os.path.join(SOURCE, '..', 'shared', 'data')
sys.path.insert(0, os.path.join(SOURCE, 'bench', 'models'))
import heads
import npy


def jpeg_size(path):
    """(width, height), from the frame header."""
    with open(path, 'rb') as file:
        data = file.read()
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack('>H', data[at + 2:at + 4])[0]
    height, width = struct.unpack('>HH', data[at + 5:at + 9])
    return width, height


class Heads(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def convert(self, network, head, names, *options):
        names_path = self.path('names.txt')
        with open(names_path, 'w') as file:
            file.writelines(f'{name}\n' for name in names)
        subprocess.run(
            [f'{BIN}/octet-convert', f'{DATA}/models/{network}/model.onnx', '-o',
             self.path('model.octet'), '--precision', 'float32', '--head', head,
             '--class-names', names_path, *options],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def run_on(self, picture, outputs):
        """(what it found, its outputs)."""
        arrays = [self.path(f'{i}.npy') for i in range(outputs)]
        command = [f'{BIN}/octet', 'run', self.path('model.octet'), picture,
                   '--json', self.path('found.json'),
                   '--draw', self.path('found.png')]
        for array in arrays:
            command += ['--output', array]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with open(self.path('found.json')) as file:
            found, = json.load(file)
        self.assertGreater(os.path.getsize(self.path('found.png')), 1000)
        return found, [npy.read(array) for array in arrays]

    def check_boxes(self, found, expected, picture, fit):
        width, height = jpeg_size(picture)
        # Of --fit: the input is a square at the picture's top left.
        scale = [max(width, height)] * 2 if fit else [width, height]
        self.assertGreater(len(expected), 0)
        self.assertEqual(len(found['boxes']), len(expected))
        for box, (kind, score, *corners) in zip(found['boxes'], expected):
            self.assertEqual(box['class'], kind)
            self.assertAlmostEqual(box['score'], score, delta=1e-3)
            for i, name in enumerate(('x1', 'y1', 'x2', 'y2')):
                place = min(max(corners[i] * scale[i % 2], 0),
                            (width, height)[i % 2])
                self.assertAlmostEqual(box[name], place, delta=0.8)

    def test_yolox(self):
        self.convert('yolox_nano_fp32', 'yolox', [f'c{i}' for i in range(80)],
                     '--bgr', '--fit', '--fill', '114')
        picture = f'{DATA}/images/detection/street.jpg'
        found, outputs = self.run_on(picture, 1)
        self.check_boxes(found, heads.yolox(outputs), picture, fit=True)

    def test_fastestdet(self):
        self.convert('fastestdet_fp32', 'fastestdet',
                     [f'c{i}' for i in range(80)], '--bgr', '--stretch',
                     '--std', '255')
        picture = f'{DATA}/images/detection/street.jpg'
        found, outputs = self.run_on(picture, 1)
        self.check_boxes(found, heads.fastestdet(outputs), picture, fit=False)

    def test_ultraface(self):
        self.convert('ultraface_rfb320_fp32', 'ultraface', ['face'],
                     '--stretch', '--mean', '127', '--std', '128')
        picture = f'{DATA}/images/faces/02.jpg'
        found, outputs = self.run_on(picture, 2)
        self.check_boxes(found, heads.ultraface(outputs), picture, fit=False)
        self.assertEqual(found['boxes'][0]['name'], 'face')

    def test_ppocr(self):
        with open(f'{DATA}/models/ppocrv4_rec_fp32/keys.txt') as file:
            keys = file.read().splitlines()
        self.convert('ppocrv4_rec_fp32', 'ppocr', keys, '--bgr', '--stretch',
                     '--mean', '127.5', '--std', '127.5', '--shape',
                     'x=1,3,48,320')
        found, outputs = self.run_on(f'{DATA}/images/ocr_lines/line_000.png', 1)
        line = heads.read_line(outputs, keys)
        self.assertGreater(len(line), 3)
        # heads.py leaves spaces out.
        self.assertEqual(found['text'].replace(' ', ''), line)


if __name__ == '__main__':
    if not os.path.exists(f'{DATA}/models/yolox_nano_fp32/model.onnx'):
        print('skipped: the shared data has no networks')
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])
