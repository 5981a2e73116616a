"""A network as a list of layers with shapes and random weights.

The weights decide how much of a fast path that needs small pairs of weights is
safe, so their distribution is part of the benchmark:

    weight  normal, mean 0, variance 2 / (inputs of one output), the same for
            all channels (He et al.: activations keep their size through ReLU)
    bias    normal, mean 0, standard deviation 0.05

Trained weights have longer tails and channels of unlike size.
"""

from dataclasses import dataclass, field
from typing import Optional

import numpy as np

KINDS = ('conv', 'fully_connected', 'add', 'max_pool', 'global_average_pool',
         'concat', 'flatten')


@dataclass
class Layer:
    kind: str             # one of KINDS
    name: str             # of the layer and of its output
    inputs: list
    shape: tuple          # of the output, NCHW or NC
    activation: Optional[str] = None  # 'relu', 'relu6'
    kernel: int = 1
    stride: int = 1
    pad: int = 0
    groups: int = 1
    weight_shape: Optional[tuple] = None  # output channels first
    weights: Optional[np.ndarray] = field(default=None, repr=False)
    bias: Optional[np.ndarray] = field(default=None, repr=False)

    def macs(self):
        """Multiply-accumulates of convolutions and fully connected layers."""
        if self.weight_shape is None:
            return 0
        return int(np.prod(self.shape) * np.prod(self.weight_shape[1:]))


class Network:
    """Layers are appended; each method returns the name of its output."""

    INPUT = 'input'

    def __init__(self, name, size):
        self.name = name
        self.layers = []
        self.shapes = {self.INPUT: (1, 3, size, size)}

    def output(self):
        return self.layers[-1].name

    def channels(self, name):
        return self.shapes[name][1]

    def macs(self):
        return sum(layer.macs() for layer in self.layers)

    def conv(self, x, channels, kernel, stride=1, pad=None, groups=1,
             activation=None):
        pad = kernel // 2 if pad is None else pad
        return self._append(
            'conv', [x], self._windowed(x, channels, kernel, stride, pad),
            activation=activation, kernel=kernel, stride=stride, pad=pad,
            groups=groups,
            weight_shape=(channels, self.channels(x) // groups, kernel,
                          kernel))

    def depthwise(self, x, stride, activation):
        channels = self.channels(x)
        return self.conv(x, channels, 3, stride, groups=channels,
                         activation=activation)

    def fully_connected(self, x, channels, activation=None):
        return self._append(
            'fully_connected', [x], (1, channels), activation=activation,
            weight_shape=(channels, self.channels(x)))

    def add(self, a, b, activation=None):
        return self._append('add', [a, b], self.shapes[a],
                            activation=activation)

    def max_pool(self, x, kernel, stride, pad=0):
        shape = self._windowed(x, self.channels(x), kernel, stride, pad)
        return self._append('max_pool', [x], shape, kernel=kernel,
                            stride=stride, pad=pad)

    def global_average_pool(self, x):
        return self._append('global_average_pool', [x],
                            (1, self.channels(x), 1, 1))

    def concat(self, names):
        _, _, height, width = self.shapes[names[0]]
        channels = sum(self.channels(name) for name in names)
        return self._append('concat', names, (1, channels, height, width))

    def flatten(self, x):
        return self._append('flatten', [x], (1, int(np.prod(self.shapes[x]))))

    def fill(self, seed):
        """Draws all weights."""
        random = np.random.default_rng(seed)
        for layer in self.layers:
            if layer.weight_shape is None:
                continue
            deviation = np.sqrt(2 / np.prod(layer.weight_shape[1:]))
            layer.weights = np.float32(deviation) * random.standard_normal(
                layer.weight_shape, dtype=np.float32)
            layer.bias = np.float32(0.05) * random.standard_normal(
                layer.weight_shape[0], dtype=np.float32)

    def _windowed(self, x, channels, kernel, stride, pad):
        _, _, height, width = self.shapes[x]
        return (1, channels, (height + 2 * pad - kernel) // stride + 1,
                (width + 2 * pad - kernel) // stride + 1)

    def _append(self, kind, inputs, shape, **fields):
        name = f'{kind}_{len(self.layers)}'
        self.layers.append(Layer(kind, name, inputs, shape, **fields))
        self.shapes[name] = shape
        return name
