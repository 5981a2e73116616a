#!/usr/bin/python3
"""The checks of this folder find what they look for."""

import os
import tempfile
import unittest

import documented_names
import include_direction
import object_symbols
import source_text
import stack_accesses


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


class DocumentedNamesTest(unittest.TestCase):

    def problems(self, page):
        with Tree({'docs/a.md': page, 'kernels/a.h': 'int Round(int x);\n',
                   'kernels/b.cc': 'int Rounded();\n'}) as root:
            return documented_names.check(root)

    def test_found(self):
        for page in ('[`Round`](../kernels/a.h)', '`Missing`',
                     '[`A::Round`](../kernels/a.h) and text',
                     'begins [`Round`]\n(../kernels/a.h)',
                     '[Missing](../kernels/a.h)'):
            self.assertEqual(self.problems(page), [], page)

    def test_missing(self):
        for page in ('[`Round`](../kernels/b.cc)', '[`Round`](../kernels/c.cc)',
                     '[`Round`](kernels/a.h)',
                     'two [`Round`](../kernels/a.h), [`Up`](../kernels/a.h)'):
            self.assertEqual(len(self.problems(page)), 1, page)


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

    def test_scalar_shares_gemmlowp(self):
        line = '_ZN8gemmlowp19RoundingDivideByPOTIiiEET_S1_T0_ W 0 40'
        self.assertEqual(object_symbols.check_symbols(
            'scalar', '_ZN5octet12kScalarTableE D 0 70\n' + line), [])
        self.assertEqual(len(self.problems(line)), 1)
        self.assertEqual(len(object_symbols.check_symbols(
            'scalar', '_ZSt3minIiERKT_S2_S2_ W 0 10')), 1)

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


# Two loops of which the outer one keeps a vector on the stack.
NESTED_LOOPS = """
0000000000000000 <Tile>:
   0:\tmov    %rsp,%rbp
   3:\tvmovdqa64 %zmm3,0x40(%rsp)
   8:\tvpdpbusd %zmm1,%zmm2,%zmm0
   e:\tvmovdqu64 {load},%zmm1
  12:\tdec    %rax
  15:\tjne    8 <Tile+0x8>
  17:\tvpaddd 0x40(%rsp),%zmm0,%zmm0
  1d:\tdec    %rcx
  20:\tjne    3 <Tile+0x3>
  22:\tret
"""


class StackAccessesTest(unittest.TestCase):

    def check(self, load):
        return stack_accesses.check_listing(NESTED_LOOPS.format(load=load),
                                            'vpdpbusd')

    def test_registers(self):
        self.assertEqual(self.check('(%rdx)'), ([], 1))
        self.assertEqual(self.check('0x40(%rdx,%rax,4)'), ([], 1))

    def test_stack(self):
        for load in ('0x80(%rsp)', '-0x40(%rbp)', '(%rsp,%rax,1)'):
            problems, loops = self.check(load)
            self.assertEqual((len(problems), loops), (1, 1), load)
            self.assertIn('a loop of 4 instructions', problems[0])

    def test_order_of_addresses_is_no_loop(self):
        # The block at 0 is reached once, although the jump to it goes back.
        listing = """
0000000000000000 <Tile>:
   0:\tjmp    a <Tile+0xa>
   2:\tvpdpbusd 0x40(%rsp),%zmm2,%zmm0
   8:\tjmp    12 <Tile+0x12>
   a:\tvpdpbusd %zmm1,%zmm2,%zmm0
  10:\tjmp    2 <Tile+0x2>
  12:\tret
"""
        self.assertEqual(stack_accesses.check_listing(listing, 'vpdpbusd'),
                         ([], 0))


if __name__ == '__main__':
    unittest.main()
