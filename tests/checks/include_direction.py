#!/usr/bin/python3
"""Fails where a source file includes what its folder must not depend on.

    kernels, schema  depend on nothing
    engine           -> kernels, schema
    converter        -> schema; some of its folders -> the engine's public
                     headers, or its reading of pictures; float/ -> the
                     kernels for floats, too
    tests, bench     -> all; nothing depends on them

usage: include_direction.py ROOT
"""

import os
import re
import sys

from source_files import lines, report, source_files

# The headers that all parts share.
SHARED = ('octet/status.h', 'octet/shape.h')

# Folder -> beginnings of the paths that its files may include. The longest
# folder that fits a file counts.
ALLOWED = {
    'schema': ('schema/',) + SHARED,
    'kernels': ('kernels/',),
    'engine': ('engine/', 'kernels/', 'schema/', 'octet/'),
    # The manual: an application sees these alone.
    'engine/include': ('octet/',),
    # Pictures and arrays in files: not part of the runtime.
    'engine/image': ('engine/image/', 'octet/'),
    'converter': ('converter/', 'schema/') + SHARED,
    # One definition of each function on floats.
    'converter/float': ('converter/', 'schema/', 'kernels/float/', 'octet/'),
    'converter/samples': ('converter/', 'schema/', 'engine/image/', 'octet/'),
    'converter/command': ('converter/', 'schema/', 'engine/image/', 'octet/'),
    # The places that run what they convert.
    'converter/evaluate': ('converter/', 'schema/', 'octet/'),
    'converter/explain': ('converter/', 'schema/', 'engine/image/', 'octet/'),
    'tests': ('tests/', 'schema/', 'kernels/', 'engine/', 'converter/',
              'octet/', 'bench/'),
    'bench': ('bench/', 'schema/', 'kernels/', 'engine/', 'converter/',
              'octet/'),
    # They are what an application's author reads.
    'examples': ('octet/',),
}

# Programs written as an application's author would, <octet/model.h> included.
APPLICATIONS = ('examples/', 'tests/api/')

# A folder of one instruction set may be compiled for a CPU newer than the one
# that runs the program: nothing with inline functions of other libraries.
# float/ is compiled like the rest of the program.
ISA_FOLDER = re.compile(r'kernels/(?!float/)([a-z0-9]+)/')
ISA_SYSTEM_HEADERS = ('cstddef', 'cstdint', 'cstring', 'immintrin.h',
                      'arm_neon.h')

# What folders of kernels/ may include beside themselves: vnni/ is for both that
# multiply by vpdpbusd, in vectors of their own width, and its order of taps for
# sdot as well; CPUs with dot products have all of NEON.
ISA_FOUNDATIONS = {'avx512vnni': ('vnni',), 'avxvnni': ('vnni', 'avx2'),
                   'neondot': ('neon', 'vnni'), 'i8mm': ('neon',)}

# Their one exception, which is compiled for the oldest CPU.
PORTABLE_HEADERS = {'scalar': ('fixedpoint/fixedpoint.h',)}

INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')


def allowed_prefixes(path):
    folder = os.path.dirname(path)
    while folder and folder not in ALLOWED:
        folder = os.path.dirname(folder)
    return folder, ALLOWED.get(folder)


def check_include(root, path, bracket, included):
    """What is wrong with one line, or None."""
    isa = ISA_FOLDER.match(path)
    if bracket == '<':
        if isa and included not in (
                ISA_SYSTEM_HEADERS + PORTABLE_HEADERS.get(isa.group(1), ())):
            return f'<{included}> in a folder of one instruction set'
        if (included.split('/')[0] == 'octet'
                and not path.startswith(APPLICATIONS)):
            return f'<{included}> is written "{included}" inside the project'
        return None
    folder, prefixes = allowed_prefixes(path)
    first = included.split('/')[0]
    ours = first == 'octet' or any(name.split('/')[0] == first
                                   for name in ALLOWED)
    if not ours:
        beside = os.path.join(root, os.path.dirname(path), included)
        if os.path.exists(beside):
            return f'"{included}" is not written from the root of the project'
        return None  # of another library, or generated from its files
    if not included.startswith(prefixes):
        return f'{folder}/ must not include "{included}"'
    other = ISA_FOLDER.match(included)
    if path.startswith('kernels/') and other and (
            not isa or other.group(1) not in (
                isa.group(1), *ISA_FOUNDATIONS.get(isa.group(1), ()))):
        return f'"{included}" belongs to another instruction set'
    return None


def check(root):
    problems = []
    for path in source_files(root, ('.h', '.cc', '.c')):
        if allowed_prefixes(path)[1] is None:
            problems.append(f'{path}:1: its folder has no rule in '
                            'tests/checks/include_direction.py')
            continue
        for number, line in lines(root, path):
            match = INCLUDE.match(line)
            if not match:
                continue
            problem = check_include(root, path, *match.groups())
            if problem:
                problems.append(f'{path}:{number}: {problem}')
    return problems


if __name__ == '__main__':
    sys.exit(report(check(sys.argv[1])))
