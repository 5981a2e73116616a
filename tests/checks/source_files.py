"""The project's own files, for the checks in this folder."""

import os
import subprocess


def source_files(root, suffixes=None):
    """Paths from root: what git tracks or would add, else what lies there.

    suffixes: a tuple of endings; None: all files.
    """
    listing = subprocess.run(
        ['git', '-C', root, 'ls-files', '-z', '--cached', '--others',
         '--exclude-standard'],
        capture_output=True, check=False)
    top = subprocess.run(['git', '-C', root, 'rev-parse', '--show-prefix'],
                         capture_output=True, check=False)
    if listing.returncode == 0 and top.stdout.strip() == b'':
        paths = listing.stdout.decode().split('\0')
    else:
        paths = _walk(root)
    return sorted(
        path for path in set(paths)
        if path and os.path.isfile(os.path.join(root, path))
        and (suffixes is None or path.endswith(suffixes)))


def _walk(root):
    """All files but those of builds, for an unpacked archive without git."""
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders
                      if not name.startswith(('build', '.git'))]
        paths += [os.path.relpath(os.path.join(folder, name), root)
                  for name in names]
    return paths


def lines(root, path):
    """(number, text) of each line; nothing for a file that is not text."""
    with open(os.path.join(root, path), 'rb') as file:
        content = file.read()
    if b'\0' in content:
        return []
    text = content.decode('utf-8', errors='replace')
    return list(enumerate(text.splitlines(), start=1))


def report(problems):
    """Prints them; the exit status of a check."""
    for problem in problems:
        print(problem)
    return 1 if problems else 0
