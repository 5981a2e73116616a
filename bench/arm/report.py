#!/usr/bin/python3
"""Prints what bench/arm.sh measured, and what llvm-mca says about loops.

usage: report.py BUILD_DIR LIBRARY_DIR [JSON_FILE]
"""

import json
import os
import re
import subprocess
import sys

CPUS = ('cortex-a53', 'cortex-a76', 'max')
MODELS = ('cortex-a53', 'cortex-a55', 'neoverse-n1')
I8MM_MODELS = ('cortex-a510', 'neoverse-v1')

# Inner loops: title, file, a part of its function's name, models with the
# instructions. The file is an object of ours, or XNNPACK.
XNNPACK = 'libXNNPACK.so.0'
# Its kernels with one scale and with one a channel have the same inner loops.
LOOPS = (
    ('neon 4x16', 'neon/gemm.cc.o', 'Lm4ELm16E.*RunTilesILm4E', MODELS),
    ('XNNPACK neon 4x16', XNNPACK,
     r'xnn_q[cs]8_gemm.*4x16__aarch64_neon_mlal_lane_cortex_a53\b', MODELS),
    ('neon Winograd 4x16', 'neon/wide_products.cc.o', 'MultiplyWide', MODELS),
    # XNNPACK's are in C, and Debian's library has no names for them.
    ('neon depthwise 3x3, stride 1', 'neon/depthwise_conv_3x3.cc.o',
     'RunInnerILm1E', MODELS),
    ('neon depthwise 3x3, stride 2', 'neon/depthwise_conv_3x3.cc.o',
     'RunInnerILm2E', MODELS),
    ('neondot 4x16', 'neondot/gemm.cc.o', 'Lm4ELm16E.*RunTilesILm4E',
     MODELS[1:] + I8MM_MODELS),
    ('XNNPACK neondot 4x16 for A55', XNNPACK,
     r'xnn_q[cs]8_gemm.*4x16c4__aarch64_neondot_cortex_a55\b', MODELS[1:]),
    ('XNNPACK neondot 4x16', XNNPACK,
     r'xnn_q[cs]8_gemm.*4x16c4__aarch64_neondot_ld128\b', MODELS[1:]),
    ('i8mm 6x16', 'i8mm/gemm.cc.o', 'Lm6ELm16E.*RunPairsILm3E', I8MM_MODELS),
    ('i8mm 8x8', 'i8mm/gemm.cc.o', 'Lm8ELm8E.*RunPairsILm4E', I8MM_MODELS),
    ('i8mm 1x16', 'i8mm/gemm.cc.o', 'Lm6ELm16E.*RunPixel', I8MM_MODELS),
)


def counted(build, cpu):
    """Rows of octet_count_layers with the counts, XNNPACK's beside ours."""
    with open(f'{build}/{cpu}.layers') as file:
        runs = [line.split() for line in file]
    with open(f'{build}/{cpu}.counts') as file:
        counts = [int(line) for line in file]
    if len(runs) != len(counts):
        sys.exit(f'bench/arm/report.py: {len(runs)} runs on {cpu}, but '
                 f'{len(counts)} counts')
    rows, ours = [], []
    for (network, layer, kind, isa, kernel, macs), count in zip(runs, counts):
        per_mac = count / float(macs)
        if isa != 'xnnpack':
            ours.append({'layer': f'{network}/{layer}', 'kind': kind,
                         'cpu': cpu, 'isa': isa, 'kernel': kernel,
                         'insn_per_mac': round(per_mac, 5)})
            continue
        for row in ours:
            row['xnnpack_insn_per_mac'] = round(per_mac, 5)
            row['ratio'] = round(row['insn_per_mac'] / per_mac, 3)
        rows += ours
        ours = []
    return rows


INSTRUCTION = re.compile(r'^\s*([0-9a-f]+):\s+(\S.*)$')
# Products of an instruction: of bytes into 16 bits, of 16 bits into 32.
PRODUCTS = ((re.compile(r'(smull|smlal)2?\s+v\d+\.8h'), 8),
            (re.compile(r'(smull|smlal)2?\s+v\d+\.4s'), 4),
            (re.compile(r'sdot\s'), 16), (re.compile(r'smmla\s'), 32))


def products(instruction):
    return next((n for pattern, n in PRODUCTS if pattern.match(instruction)), 0)


def inner_loop(path, function):
    """The loop of a function that multiplies most, without loops inside."""
    listing = subprocess.run(
        ['aarch64-linux-gnu-objdump', '-d', '--no-show-raw-insn', path],
        capture_output=True, check=True, text=True).stdout
    best = []
    for part in listing.split('\n\n'):
        name = re.match(r'\s*[0-9a-f]+ <([^>]+)>:', part)
        if not name or not re.search(function, name.group(1)):
            continue
        body = [(int(m.group(1), 16), m.group(2).split('//')[0].strip())
                for m in map(INSTRUCTION.match, part.splitlines()) if m]
        index = {address: i for i, (address, _) in enumerate(body)}
        innermost_end = -1
        for end, (_, text) in enumerate(body):
            target = re.match(r'(?:b\.\w+|cbn?z\s+\w+,|tbn?z\s+\w+, #\d+,)'
                              r'\s*([0-9a-f]+) <', text)
            begin = index.get(int(target.group(1), 16)) if target else None
            if begin is None or begin > end or begin <= innermost_end:
                continue
            innermost_end = end
            loop = [text for _, text in body[begin:end + 1]]
            # Of two that multiply as much, the shorter runs more often.
            best = max(best, loop, key=lambda loop: (sum(map(products, loop)),
                                                     -len(loop)))
    return best


def cycles(loop, model):
    """llvm-mca's cycles an iteration, and the pressure on its busiest pipe."""
    text = '\n'.join(re.sub(r'[0-9a-f]+ <.*>', '.Lloop', line)
                     for line in loop)
    iterations = 200
    run = subprocess.run(
        ['llvm-mca-19', '-mtriple=aarch64', f'-mcpu={model}',
         '-mattr=+dotprod,+i8mm', f'-iterations={iterations}'],
        input=f'.Lloop:\n{text}\n', capture_output=True, check=True, text=True)
    total = int(re.search(r'Total Cycles:\s+(\d+)', run.stdout).group(1))
    return total / iterations


def modelled(build, libraries):
    rows = []
    for title, file, function, models in LOOPS:
        isa = file.split('/')[0]
        path = (f'{libraries}/{file}' if file == XNNPACK else
                f'{build}/kernels/CMakeFiles/octet_kernels_{isa}.dir/{file}')
        loop = inner_loop(path, function)
        macs = sum(map(products, loop))
        if macs == 0:
            sys.exit(f'bench/arm/report.py: no loop in {os.path.basename(path)} '
                     f'like {function}')
        for model in models:
            rows.append({'loop': title, 'model': model, 'insns': len(loop),
                         'macs': macs,
                         'cycles_per_mac': round(cycles(loop, model) / macs,
                                                 4)})
    return rows


def main(build, libraries, json_file=None):
    layers = [row for cpu in CPUS for row in counted(build, cpu)]
    print(f'{"layer":34} {"cpu":11} {"kernel":17} {"insn/MAC":>8} '
          f'{"XNNPACK":>8} {"ratio":>6}')
    for row in layers:
        print(f'{row["layer"]:34} {row["cpu"]:11} {row["kernel"]:17} '
              f'{row["insn_per_mac"]:8.4f} {row["xnnpack_insn_per_mac"]:8.4f} '
              f'{row["ratio"]:6.3f}')
    loops = modelled(build, libraries)
    print(f'\n{"inner loop":36} {"model":12} {"insns":>5} {"MACs":>5} '
          f'{"cycles/MAC":>10}')
    for row in loops:
        print(f'{row["loop"]:36} {row["model"]:12} {row["insns"]:5} '
              f'{row["macs"]:5} {row["cycles_per_mac"]:10.4f}')
    if json_file:
        with open(json_file, 'w') as file:
            json.dump(layers + loops, file, indent=1)
            file.write('\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
