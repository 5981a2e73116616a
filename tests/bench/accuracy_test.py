#!/usr/bin/python3
"""The table of bench/accuracy.sh, with a converter that answers by hand-made
figures, and the cost of a command.

usage: accuracy_test.py SOURCE_DIR
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

SOURCE = sys.argv[1]

# SQNR by samples; what it was called with is appended to `calls`.
CONVERTER = '''#!/bin/bash
echo "$*" >>"$(dirname "$0")/calls"
sqnr=30; [[ " $* " != *" --data-free "* ]] || sqnr=28.5
[[ "$*" != *mnist* ]] || sqnr=40
while [ $# -gt 0 ]; do [ "$1" != --json ] || json=$2; shift; done
[ -n "$json" ] || exit 0
printf '{\\n  "samples": 10,\\n  "fp32_top1": 90,\\n  "int8_top1": 89,\\n  "agreement": 95.5,\\n  "sqnr_db": %s,\\n  "layers": [\\n    {\\n      "sqnr_db": 3\\n    }]\\n}\\n' $sqnr >"$json"
'''


class Accuracy(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.mkdir(self.path('models'))
        with open(self.path('octet-convert'), 'w', encoding='utf-8') as file:
            file.write(CONVERTER)
        os.chmod(self.path('octet-convert'), 0o755)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_table(self, *options):
        return subprocess.run(
            ['bash', os.path.join(SOURCE, 'bench', 'accuracy.sh'),
             self.folder.name, '--bin', self.folder.name, *options],
            check=True, capture_output=True, text=True).stdout.splitlines()

    def calls(self):
        with open(self.path('calls'), encoding='utf-8') as file:
            return file.read().splitlines()

    def test_rows_means_and_targets(self):
        lines = self.run_table('--method', 'best', '--json', self.path('json'))
        self.assertEqual(len(lines), 1 + 8 + 1)
        row = lines[1].split()
        self.assertEqual(row[:7], ['mcunet_in3_fp32', '10', '90.00', '89.00',
                                   '1.00', '95.50', '30.00'])
        self.assertEqual(row[7:11], ['88.0,', '15.7', '90,', '17.5'])
        # Six of 30 dB and MNIST; the derived network does not count.
        self.assertEqual(lines[-1].split(),
                         ['mean', '90.00', '89.00', '1.00', '95.50', '31.43'])
        with open(self.path('json'), encoding='utf-8') as file:
            rows = json.load(file)
        self.assertEqual(len(rows), 8)
        self.assertEqual(rows[0]['sqnr_db'], 30)
        self.assertGreater(rows[0]['peak_mb'], 0)
        self.assertGreaterEqual(rows[0]['seconds'], 0)
        for call in self.calls():
            self.assertIn('--method auto --repair full', call)

    def test_data_free_beside_minmax(self):
        lines = self.run_table('--data-free', '--', '--threads', '1')
        # (6 * 28.5 + 40) / 7 and (6 * 30 + 40) / 7
        self.assertEqual(lines[-1], 'mean SQNR 30.14 dB, MinMax with samples '
                                    '31.43 dB: -1.29')
        calls = self.calls()
        self.assertEqual(len(calls), 16)
        for free, with_samples in zip(calls[::2], calls[1::2]):
            self.assertIn('--data-free', free)
            self.assertNotIn('--calibrate', free)
            self.assertNotIn('--data-free', with_samples)
            self.assertIn('--calibrate', with_samples)
            self.assertIn('--method minmax --threads 1', with_samples)

    def test_one_model_or_none(self):
        lines = self.run_table('--only', 'mnist12_fp32')
        self.assertEqual(len(lines), 2)
        with self.assertRaises(subprocess.CalledProcessError):
            self.run_table('--only', 'nobody')

    def test_cost_of_a_command(self):
        cost = [sys.executable, os.path.join(SOURCE, 'bench', 'run_cost.py'),
                self.path('cost')]
        touch = 'x = b"1" * (64 << 20)'
        status = subprocess.run(cost + [sys.executable, '-c', touch]).returncode
        self.assertEqual(status, 0)
        with open(self.path('cost'), encoding='utf-8') as file:
            seconds, peak = map(float, file.read().split())
        self.assertGreaterEqual(seconds, 0)
        self.assertGreater(peak, 64)
        self.assertLess(peak, 64 + 128)
        failing = subprocess.run(cost + ['bash', '-c', 'exit 3'])
        self.assertEqual(failing.returncode, 3)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
