#!/usr/bin/python3
"""Converts and runs the networks of a data folder and prints a row for each.
bench/models.sh is how to call it."""

import argparse
import json
import os
import sys
import tempfile

import catalog
import rows

COLUMNS = (
    # title, width, key, format
    ('format', 8, 'format', '{}'),
    ('INT8', 5, 'int8_operators', '{}'),
    ('FP32', 5, 'float_operators', '{}'),
    ('FP32 error', 11, 'fp32_error', '{:.1e}'),
    ('SQNR dB', 8, 'sqnr_db', '{:.2f}'),
    ('agree %', 8, 'agreement', '{:.2f}'),
    ('golden %', 9, 'golden_agreement', '{:.2f}'),
    ('FP32 ms', 9, 'fp32_ms', '{:.3f}'),
    ('INT8 ms', 9, 'int8_ms', '{:.3f}'),
)


def line(row):
    text = f"{row['model']:34}"
    for _, width, key, form in COLUMNS:
        cell = form.format(row[key]) if key in row else ''
        text += cell.rjust(width)
    if 'refused' in row:
        text += '  refused'
    if 'measure' in row:
        text += f"  {row['measure']}"
    return text + ('' if row['ok'] else '  FAILS')


def parse(arguments):
    own, extra = arguments, []
    if '--' in arguments:
        at = arguments.index('--')
        own, extra = arguments[:at], arguments[at + 1:]
    parser = argparse.ArgumentParser(prog='bench/models.sh')
    parser.add_argument('data', metavar='DATA_DIR')
    parser.add_argument('--json', metavar='FILE')
    parser.add_argument('--only', action='append', default=[],
                        metavar='MODEL[,MODEL...]')
    parser.add_argument('--bin', default='build/release/bin', metavar='DIR')
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--seconds', type=float, default=0.3)
    parser.add_argument('--keep', metavar='FOLDER')
    options = parser.parse_args(own)
    options.extra = extra
    options.only = [name for words in options.only for name in words.split(',')]
    return options


def chosen(options):
    names = [network.name for network in catalog.NETWORKS]
    for name in options.only:
        if name not in names:
            sys.exit(f"models.sh: no model '{name}'")
    folder = os.path.join(options.data, 'models')
    if not os.path.isdir(folder):
        sys.exit(f'models.sh: no folder {folder}')
    unknown = set(os.listdir(folder)) - set(names)
    if unknown:
        sys.exit(f'models.sh: no entry in catalog.py for {sorted(unknown)}')
    return [network for network in catalog.NETWORKS
            if not options.only or network.name in options.only]


def main(arguments):
    options = parse(arguments)
    networks = chosen(options)
    if not os.path.exists(os.path.join(options.bin, 'octet-convert')):
        sys.exit(f'models.sh: no {options.bin}/octet-convert: cmake --preset '
                 'release && cmake --build --preset release')
    print(f"{'model':34}" + ''.join(title.rjust(width)
                                    for title, width, _, _ in COLUMNS))
    table = []
    with tempfile.TemporaryDirectory() as folder:
        work = options.keep or folder
        os.makedirs(work, exist_ok=True)
        bench = rows.Bench(options.data, options.bin, work, options.threads,
                           options.seconds, options.extra)
        for network in networks:
            table.append(bench.row(network))
            print(line(table[-1]), flush=True)
            if 'why' in table[-1]:
                rows.progress(f"{network.name}: {table[-1]['why']}")
    if options.json:
        with open(options.json, 'w', encoding='utf-8') as file:
            json.dump(table, file, indent=2)
            file.write('\n')
    failed = [row['model'] for row in table if not row['ok']]
    if failed:
        print(f"models.sh: {len(failed)} of {len(table)} fail: "
              f"{', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
