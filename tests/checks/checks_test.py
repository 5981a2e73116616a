#!/usr/bin/python3
"""The checks of this folder find what they look for."""

import os
import tempfile
import unittest

import include_direction
import object_symbols
import source_text


class Tree:
    """A folder with the given files."""

    def __init__(self, files):
        self.files = files

    def __enter__(self):
        # pylint: disable-next=consider-using-with
        self.folder = tempfile.TemporaryDirectory()
        for path, text in self.files.items():
            full = os.path.join(self.folder.name, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'w', encoding='utf-8') as file:
                file.write(text)
        return self.folder.name

    def __exit__(self, *_):
        self.folder.cleanup()


class IncludeDirectionTest(unittest.TestCase):

    def problems(self, path, include, **others):
        files = {path: f'// A comment.\n#include {include}\n'}
        files.update(others)
        with Tree(files) as root:
            return include_direction.check(root)

    def test_allowed(self):
        for path, include in (
                ('kernels/a.cc', '"kernels/a.h"'),
                ('kernels/avx2/a.cc', '"kernels/avx2/b.h"'),
                ('kernels/avx2/a.cc', '<immintrin.h>'),
                ('kernels/a.cc', '<vector>'),
                ('schema/a.cc', '"octet/shape.h"'),
                ('engine/operators/a.cc', '"kernels/a.h"'),
                ('engine/image/a.cc', '"octet/status.h"'),
                ('converter/onnx/a.cc', '"onnx/onnx.pb.h"'),
                ('converter/evaluate/a.cc', '"octet/session.h"'),
                ('converter/samples/a.cc', '"engine/image/a.h"'),
                ('tests/engine/a.cc', '"converter/ir/a.h"'),
                ('tests/api/a.c', '<octet/c.h>'),
                ('examples/a.cc', '<octet/model.h>')):
            self.assertEqual(self.problems(path, include), [], path)

    def test_forbidden(self):
        for path, include in (
                ('kernels/a.cc', '"schema/a.h"'),
                ('kernels/a.cc', '"octet/status.h"'),
                ('kernels/a.cc', '"kernels/avx2/a.h"'),
                ('kernels/avx2/a.cc', '"kernels/scalar/a.h"'),
                ('kernels/avx2/a.cc', '<algorithm>'),
                ('schema/a.cc', '"octet/model.h"'),
                ('schema/a.h', '"engine/a.h"'),
                ('engine/a.cc', '"converter/ir/a.h"'),
                ('engine/a.cc', '"tests/random.h"'),
                ('engine/include/octet/a.h', '"engine/a.h"'),
                ('engine/image/a.cc', '"kernels/a.h"'),
                ('converter/ir/a.cc', '"kernels/a.h"'),
                ('converter/ir/a.cc', '"octet/session.h"'),
                ('converter/evaluate/a.cc', '"engine/plan.h"'),
                ('bench/a.cc', '"tests/random.h"'),
                ('engine/a.cc', '<octet/model.h>'),
                ('unknown/a.cc', '"octet/model.h"')):
            self.assertEqual(len(self.problems(path, include)), 1,
                             (path, include))

    def test_names_the_line(self):
        problem, = self.problems('schema/a.cc', '"kernels/a.h"')
        self.assertTrue(problem.startswith('schema/a.cc:2: '), problem)

    def test_relative_path(self):
        problems = self.problems('engine/a.cc', '"b.h"', **{'engine/b.h': ''})
        self.assertEqual(len(problems), 1)


class SourceTextTest(unittest.TestCase):

    def problems(self, path, text):
        with Tree({path: text}) as root:
            return source_text.check(root)

    def test_length(self):
        self.assertEqual(self.problems('a.cc', '\n' * 600), [])
        self.assertEqual(len(self.problems('a.cc', '\n' * 601)), 1)
        self.assertEqual(self.problems('golden.csv', '\n' * 5000), [])

    def test_words_and_paths(self):
        for word in ('TO' 'DO', 'X' 'XX'):
            self.assertEqual(len(self.problems('a.h', f'// {word}: x\n')), 1)
        self.assertEqual(self.problems('a.cc', '"name.' 'XX' 'XXXX"\n'), [])
        for folder in ('work', 'home'):
            self.assertEqual(
                len(self.problems('README.md', f'cd /{folder}/main\n')), 1)
        self.assertEqual(self.problems('a.sh', 'cd ../workshop\n'), [])


class ObjectSymbolsTest(unittest.TestCase):

    def problems(self, *listing):
        return object_symbols.check_symbols('avx2', '\n'.join(listing))

    def test_allowed(self):
        self.assertEqual(self.problems(
            'kernels/avx2/table.cc.o:',
            '_ZN5octet10kAvx2TableE D 0 70',
            '_ZN5octet4avx28Gemm6x16ERKNS_8GemmArgsE T 0 17b',
            '_ZN5octet12_GLOBAL__N_14TileEv t 0 10',
            'memcpy U'), [])

    def test_forbidden(self):
        for line in ('_ZSt3minIiERKT_S2_S2_ W 0 10',
                     '_ZGVZN5octet4avx21fEvE1x u 0 8',
                     '_ZNSt6vectorIiSaIiEE9push_backEOi U',
                     '_Znwm U',
                     '_ZN5octet10PackPanelsEv U',
                     '_ZN5octet6scalar3AddERKNS_7AddArgsE U',
                     '_ZN5octet8FreeFuncEv T 0 10',
                     'global_counter B 0 4'):
            self.assertEqual(len(self.problems(line)), 1, line)


if __name__ == '__main__':
    unittest.main()
