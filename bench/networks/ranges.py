"""The range of every activation, from one run in FP32 with numpy."""

import numpy as np


def _padded(x, pad, value):
    if pad == 0:
        return x
    return np.pad(x, ((0, 0), (pad, pad), (pad, pad)), constant_values=value)


def _taps(x, layer, outside):
    """For each cell of the window: the input under it, a pixel an output."""
    x = _padded(x, layer.pad, outside)
    _, height, width = layer.shape[1:]
    for i in range(layer.kernel):
        for j in range(layer.kernel):
            yield i, j, x[:, i:i + (height - 1) * layer.stride + 1:layer.stride,
                          j:j + (width - 1) * layer.stride + 1:layer.stride]


def _conv(x, layer):
    channels, height, width = layer.shape[1:]
    sums = np.zeros((channels, height * width), np.float32)
    for i, j, tap in _taps(x, layer, 0):
        tap = tap.reshape(tap.shape[0], -1)
        weights = layer.weights[:, :, i, j]
        # Depthwise: a weight a channel.
        sums += weights * tap if layer.groups > 1 else weights @ tap
    return (sums + layer.bias[:, None]).reshape(channels, height, width)


def _max_pool(x, layer):
    return np.max([tap for _, _, tap in _taps(x, layer, -np.inf)], axis=0)


def _compute(layer, inputs):
    x = inputs[0]
    if layer.kind == 'conv':
        return _conv(x, layer)
    if layer.kind == 'fully_connected':
        return layer.weights @ x + layer.bias
    if layer.kind == 'add':
        return x + inputs[1]
    if layer.kind == 'max_pool':
        return _max_pool(x, layer)
    if layer.kind == 'global_average_pool':
        return x.mean(axis=(1, 2), keepdims=True)
    if layer.kind == 'concat':
        return np.concatenate(inputs)
    return x.reshape(-1)


def _activate(x, activation):
    if activation is None:
        return x
    return np.clip(x, 0, 6 if activation == 'relu6' else None)


def measure(network, picture):
    """name -> (lowest, highest), for the input and every layer's output.

    Ranges contain 0. picture: one input, without the batch.
    """
    values = {network.INPUT: picture}
    ranges = {}
    last_use = {name: i for i, layer in enumerate(network.layers)
                for name in layer.inputs}
    for i, layer in enumerate(network.layers):
        inputs = [values[name] for name in layer.inputs]
        values[layer.name] = _activate(_compute(layer, inputs),
                                       layer.activation)
        for name in [n for n in values if last_use.get(n, i + 1) <= i]:
            ranges[name] = _range(values.pop(name))
    for name, value in values.items():
        ranges[name] = _range(value)
    return ranges


def _range(value):
    return min(float(value.min()), 0.0), max(float(value.max()), 0.0)
