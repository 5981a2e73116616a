#!/usr/bin/python3
"""Runs a command and writes what it took to a file: "SECONDS PEAK_MB".

usage: run_cost.py FILE COMMAND...

The command's output and exit status are passed on.
"""

import resource
import subprocess
import sys
import time


def main():
    start = time.monotonic()
    status = subprocess.run(sys.argv[2:]).returncode
    seconds = time.monotonic() - start
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    with open(sys.argv[1], 'w', encoding='utf-8') as file:
        file.write(f'{seconds:.1f} {peak:.1f}\n')
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == '__main__':
    main()
