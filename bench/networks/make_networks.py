#!/usr/bin/python3
"""Writes the networks of the benchmark with random weights.

usage: make_networks.py FOLDER [--only NAME ...] [--size 224] [--no-qdq]

For each network NAME.fp32.onnx and NAME.qdq.onnx (the same network, quantized
for ONNX Runtime), and samples.npy, the inputs to calibrate with. Files that
exist are kept.
"""

import argparse
import os

import numpy as np

import onnx_model
import ranges
import zoo

SAMPLES = 8


def samples(size):
    """Inputs as normalized pictures are: about -2 ... 2."""
    random = np.random.default_rng(1)
    return random.uniform(-2, 2, (SAMPLES, 3, size, size)).astype(np.float32)


def write(path, writer):
    """Under another name first: an interrupted run leaves no half a file."""
    part = path + '.part'
    writer(part)
    os.replace(part, path)


def make(network, folder, qdq):
    paths = {kind: os.path.join(folder, f'{network.name}.{kind}.onnx')
             for kind in ('fp32', 'qdq')}
    wanted = [kind for kind in paths
              if not os.path.exists(paths[kind]) and (qdq or kind == 'fp32')]
    print(f'{network.name:14} {network.macs() / 1e9:7.4f} GMAC'
          + ('' if wanted else '  exists'), flush=True)
    if not wanted:
        return
    network.fill(seed=0)
    if 'fp32' in wanted:
        write(paths['fp32'],
              lambda path: onnx_model.write_fp32(network, path))
    if 'qdq' in wanted:
        size = network.shapes[network.INPUT][2]
        measured = ranges.measure(network, samples(size)[0])
        write(paths['qdq'],
              lambda path: onnx_model.write_qdq(network, measured, path))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder')
    parser.add_argument('--only', nargs='+', choices=zoo.NETWORKS,
                        default=list(zoo.NETWORKS), metavar='NAME')
    parser.add_argument('--size', type=int, default=224)
    parser.add_argument('--no-qdq', action='store_true')
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    np.save(os.path.join(options.folder, 'samples.npy'), samples(options.size))
    for name in options.only:
        make(zoo.NETWORKS[name](options.size), options.folder,
             not options.no_qdq)


if __name__ == '__main__':
    main()
