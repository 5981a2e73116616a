#!/usr/bin/python3
"""Fails on C++ that clang-format would write differently. Exit status 77, which
CTest shows as skipped, where there is no clang-format.

usage: formatting.py ROOT
"""

import shutil
import subprocess
import sys

from source_files import source_files

SKIPPED = 77


def main(root):
    if shutil.which('clang-format') is None:
        print('skipped: clang-format is not installed')
        return SKIPPED
    paths = source_files(root, ('.h', '.cc', '.c'))
    return subprocess.run(
        ['clang-format', '--dry-run', '-Werror', *paths],
        cwd=root, check=False).returncode


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
