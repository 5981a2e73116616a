#!/usr/bin/python3
"""Train a network for INT8 and write it as a quantized ONNX file (QDQ form).

    /usr/bin/python3 train.py --out digits_qdq.onnx [--images IDX --labels IDX]

Every pass rounds weights and activations to the integers that the device will
compute with; gradients pass the rounding unchanged (straight-through). Needs
Debian 12's python3-numpy and python3-onnx. README.md has the whole way.
"""
import argparse
import struct
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

DIGITS = Path(__file__).resolve().parent.parent / "digits"
HIDDEN = 64
EPOCHS = 60
BATCH = 20
LEARNING_RATE = 2e-3
SEED = 1
# Of the images, the first ones are trained on, the rest are held out.
TRAIN_SHARE = 0.8
RANGE_MEMORY = 0.95  # of the moving average of an activation's range


def read_idx(path):
    """The array of an IDX file of bytes."""
    data = Path(path).read_bytes()
    rank = data[3]
    shape = struct.unpack(">" + "I" * rank, data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


class Activation:
    """An activation's grid: uint8, one scale and zero point, from a moving range."""

    def __init__(self):
        self.low, self.high = 0.0, 0.0

    def watch(self, x):
        low, high = min(x.min(), 0.0), max(x.max(), 0.0)
        if self.high == self.low:
            self.low, self.high = low, high
        self.low = RANGE_MEMORY * self.low + (1 - RANGE_MEMORY) * low
        self.high = RANGE_MEMORY * self.high + (1 - RANGE_MEMORY) * high

    def params(self):
        scale = np.float32((self.high - self.low) / 255)
        return scale, np.uint8(np.rint(-self.low / scale))

    def quantize(self, x):
        """x on the grid, and where the gradient passes: inside the range."""
        scale, zero_point = self.params()
        q = np.rint(x / scale) + zero_point
        inside = (q >= 0) & (q <= 255)
        return scale * (np.clip(q, 0, 255) - zero_point), inside


class Layer:
    """Fully connected, int8 weights with one scale an output channel."""

    def __init__(self, inputs, outputs, random):
        self.weights = random.normal(0, np.sqrt(2 / inputs), (outputs, inputs))
        self.bias = np.zeros(outputs)
        self.moments = [np.zeros_like(p) for p in (self.weights, self.weights,
                                                   self.bias, self.bias)]

    def integers(self):
        scale = (np.abs(self.weights).max(axis=1) / 127).astype(np.float32)
        q = np.clip(np.rint(self.weights / scale[:, None]), -127, 127)
        return q.astype(np.int8), scale

    def forward(self, x):
        q, scale = self.integers()
        self.x, self.rounded = x, q * scale[:, None].astype(float)
        return x @ self.rounded.T + self.bias

    def backward(self, gradient, step):
        """Adam; returns the gradient of the input."""
        gradients = (gradient.T @ self.x, gradient.sum(axis=0))
        for i, (value, g) in enumerate(zip((self.weights, self.bias), gradients)):
            mean, square = self.moments[2 * i:2 * i + 2]
            mean += 0.1 * (g - mean)
            square += 0.001 * (g * g - square)
            value -= (LEARNING_RATE * mean / (1 - 0.9 ** step)
                      / (np.sqrt(square / (1 - 0.999 ** step)) + 1e-8))
        return gradient @ self.rounded


class Network:
    """784 -> HIDDEN -> 10, an activation's grid in front of and behind each layer."""

    def __init__(self, random):
        self.layers = [Layer(784, HIDDEN, random), Layer(HIDDEN, 10, random)]
        self.grids = [Activation() for _ in range(3)]

    def forward(self, x, watch=False):
        self.passes = []
        for i, grid in enumerate(self.grids):
            if watch:
                grid.watch(x)
            x, inside = grid.quantize(x)
            self.passes.append(inside)
            if i < len(self.layers):
                x = self.layers[i].forward(x)
                if i == 0:
                    self.positive = x > 0
                    x = np.maximum(x, 0)
        return x

    def backward(self, gradient, step):
        gradient = gradient * self.passes[2]
        gradient = self.layers[1].backward(gradient, step)
        self.layers[0].backward(gradient * self.passes[1] * self.positive, step)


def train(network, images, labels, random):
    step = 0
    for epoch in range(EPOCHS):
        order = random.permutation(len(images))
        loss = 0.0
        for begin in range(0, len(order), BATCH):
            batch = order[begin:begin + BATCH]
            logits = network.forward(images[batch], watch=True)
            scores = np.exp(logits - logits.max(axis=1, keepdims=True))
            scores /= scores.sum(axis=1, keepdims=True)
            chosen = scores[np.arange(len(batch)), labels[batch]]
            loss -= np.log(chosen + 1e-12).sum()
            scores[np.arange(len(batch)), labels[batch]] -= 1
            step += 1
            network.backward(scores / len(batch), step)
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {loss / len(images):.4f}")


def accuracy(network, images, labels):
    return 100 * np.mean(network.forward(images).argmax(axis=1) == labels)


def to_onnx(network):
    """QuantizeLinear and DequantizeLinear wherever the network rounds."""
    nodes, constants = [], []

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def pair(x, name, grid):
        scale, zero_point = grid.params()
        params = [constant(name + "_scale", scale),
                  constant(name + "_zero_point", zero_point)]
        nodes.append(helper.make_node("QuantizeLinear", [x] + params, [name + "_q"]))
        nodes.append(helper.make_node("DequantizeLinear", [name + "_q"] + params,
                                      [name]))
        return name

    def dequantized(name, q, scale):
        nodes.append(helper.make_node(
            "DequantizeLinear",
            [constant(name + "_q", q), constant(name + "_scale", scale)],
            [name], axis=0))
        return name

    nodes.append(helper.make_node("Flatten", ["image"], ["flat"]))
    x = pair("flat", "input", network.grids[0])
    for i, layer in enumerate(network.layers):
        q, scale = layer.integers()
        unit = scale * network.grids[i].params()[0]
        bias = np.rint(layer.bias / unit).astype(np.int32)
        nodes.append(helper.make_node(
            "Gemm", [x, dequantized(f"weights_{i}", q, scale),
                     dequantized(f"bias_{i}", bias, unit)],
            [f"sum_{i}"], transB=1))
        x = f"sum_{i}"
        if i == 0:
            nodes.append(helper.make_node("Relu", [x], ["relu"]))
            x = "relu"
        x = pair(x, ["hidden", "logits"][i], network.grids[i + 1])
    # Channels last, as octet-convert and octet feed pictures; for one channel
    # the bytes are those of channels first.
    graph = helper.make_graph(
        nodes, "digits_qdq",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 28, 28, 1])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 10])],
        constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 7
    onnx.checker.check_model(model)
    return model


def write_idx(path, array):
    header = struct.pack(">HBB", 0, 8, array.ndim)
    header += struct.pack(">" + "I" * array.ndim, *array.shape)
    path.write_bytes(header + array.astype(np.uint8).tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", default=DIGITS / "test-images.idx3-ubyte")
    parser.add_argument("--labels", default=DIGITS / "test-labels.idx1-ubyte")
    parser.add_argument("--out", type=Path, required=True,
                        help="the ONNX file; the images that were held out are "
                        "written beside it")
    options = parser.parse_args()
    images, labels = read_idx(options.images), read_idx(options.labels).astype(int)
    random = np.random.default_rng(SEED)
    order = random.permutation(len(images))
    count = int(TRAIN_SHARE * len(images))
    pixels = images.reshape(len(images), -1) / 255.0
    network = Network(random)
    train(network, pixels[order[:count]], labels[order[:count]], random)
    held_out = order[count:]
    print(f"{accuracy(network, pixels[held_out], labels[held_out]):.2f} % of "
          f"{len(held_out)} images that were held out")
    options.out.write_bytes(to_onnx(network).SerializeToString())
    write_idx(options.out.with_name("held-out-images.idx3-ubyte"), images[held_out])
    write_idx(options.out.with_name("held-out-labels.idx1-ubyte"), labels[held_out])


if __name__ == "__main__":
    main()
