#!/usr/bin/python3
"""Fails on sources that are too long, unfinished, or name a place of one
machine.

usage: source_text.py ROOT
"""

import re
import sys

from source_files import lines, report, source_files

MAX_LINES = 600
CODE = ('.h', '.cc', '.c', '.py', '.sh', '.cmake', '.fbs', 'CMakeLists.txt')

# Put together from parts, so that this file is not found itself.
UNFINISHED = re.compile(r'\b(' + '|'.join(
    ('TO' 'DO', 'FIX' 'ME', 'X' 'XX', 'HA' 'CK')) + r')\b')
MACHINE_PATH = re.compile('/(work' '|home' '|root)/')


def check(root):
    problems = []
    for path in source_files(root):
        text = lines(root, path)
        code = path.endswith(CODE)
        if code and len(text) > MAX_LINES:
            problems.append(f'{path}:{len(text)}: more than {MAX_LINES} lines')
        for number, line in text:
            if code and UNFINISHED.search(line):
                problems.append(f'{path}:{number}: unfinished: {line.strip()}')
            if MACHINE_PATH.search(line):
                problems.append(
                    f'{path}:{number}: a path of one machine: {line.strip()}')
    return problems


if __name__ == '__main__':
    sys.exit(report(check(sys.argv[1])))
