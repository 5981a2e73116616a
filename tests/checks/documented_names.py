#!/usr/bin/python3
"""Fails where a page links a name to a source file that does not have it.

A link whose text is code and whose target is a source file,

    [`ChooseWeightScale`](../converter/quantize/weight_scale.cc)

says that the file defines or declares the name; of `A::b` the last part counts.

usage: documented_names.py ROOT
"""

import os
import re
import sys

from source_files import lines, report, source_files

LINK = re.compile(r'\[`([^`\]]+)`\]\(([^)\s#]+\.(?:h|cc|c|py|fbs))\)')


def check(root):
    problems = []
    for path in source_files(root, ('.md',)):
        text = [line for _, line in lines(root, path)]
        # A link may go on in the next line.
        for number, line in enumerate(text, start=1):
            following = text[number].strip() if number < len(text) else ''
            for match in LINK.finditer(f'{line} {following}'):
                if match.start() >= len(line):
                    continue  # it begins in the next line
                problem = check_link(root, path, *match.groups())
                if problem:
                    problems.append(f'{path}:{number}: {problem}')
    return problems


def check_link(root, path, name, target):
    file = os.path.normpath(os.path.join(os.path.dirname(path), target))
    if not os.path.isfile(os.path.join(root, file)):
        return f'there is no file {file}'
    identifier = name.rstrip('()').split('::')[-1]
    word = re.compile(rf'\b{re.escape(identifier)}\b')
    if any(word.search(line) for _, line in lines(root, file)):
        return None
    return f'{file} has no {name}'


if __name__ == '__main__':
    sys.exit(report(check(sys.argv[1])))
