"""octet-convert and octet, as a user calls them."""

import json
import os
import re
import subprocess

TENSOR = re.compile(r'^(input|output) +(\S+) \[([\d, ]*)\](.*)$')
SCALE = re.compile(r'scale (\S+), zero_point (-?\d+)')


class Failed(Exception):
    """A command ended with an error; its message."""


def call(command):
    """stdout; Failed with stderr's text."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(result.stderr.strip() or f'exit code {result.returncode}')
    return result.stdout


class Tensor:
    """A line of `octet inspect`."""

    def __init__(self, name, shape, rest):
        self.name = name
        self.shape = [int(size) for size in shape.split(',') if size.strip()]
        scale = SCALE.search(rest)
        self.scale = float(scale[1]) if scale else None
        self.zero_point = int(scale[2]) if scale else None


class Model:
    """What `octet inspect` says of a file."""

    def __init__(self, bin_folder, path):
        self.bin = bin_folder
        self.path = path
        self.inputs, self.outputs = [], []
        for line in call([self._octet, 'inspect', path]).splitlines():
            tensor = TENSOR.match(line)
            if tensor:
                tensors = getattr(self, tensor[1] + 's')
                tensors.append(Tensor(*tensor.groups()[1:]))

    @property
    def _octet(self):
        return os.path.join(self.bin, 'octet')

    def run(self, arguments, outputs):
        """Runs one input; writes each output to its path."""
        call([self._octet, 'run', self.path, *arguments,
              *(word for path in outputs for word in ('--output', path))])

    def milliseconds(self, seconds, threads):
        return self._bench(seconds, threads)['min_ms']

    def operators(self):
        """The types of all operators, in order."""
        result = self._bench(0.001, 1, '--per-op')
        return [operator['type'] for operator in result['operators']]

    def _bench(self, seconds, threads, *options):
        return json.loads(
            call([self._octet, 'bench', self.path, '--json', '--seconds',
                  str(seconds), '--threads', str(threads), *options]))
