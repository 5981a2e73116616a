"""A network as ONNX: in FP32, and with QuantizeLinear and DequantizeLinear."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
IR_VERSION = 8


class _Graph:
    """Nodes and constants on their way to a file."""

    def __init__(self, network):
        self.network = network
        self.nodes = []
        self.constants = []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def node(self, op, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [output], name=output,
                                           **attributes))
        return output

    def layer(self, layer, inputs, weights, output):
        """The layer without its activation; weights: names, or none."""
        window = {'kernel_shape': [layer.kernel] * 2,
                  'strides': [layer.stride] * 2, 'pads': [layer.pad] * 4}
        op, attributes = {
            'conv': ('Conv', {**window, 'group': layer.groups}),
            'fully_connected': ('Gemm', {'transB': 1}),
            'add': ('Add', {}),
            'max_pool': ('MaxPool', window),
            'global_average_pool': ('GlobalAveragePool', {}),
            'concat': ('Concat', {'axis': 1}),
            'flatten': ('Flatten', {}),
        }[layer.kind]
        return self.node(op, inputs + weights, output, **attributes)

    def activation(self, kind, x, output):
        if kind == 'relu':
            return self.node('Relu', [x], output)
        limits = [self.constant(output + '_min', np.float32(0)),
                  self.constant(output + '_max', np.float32(6))]
        return self.node('Clip', [x] + limits, output)

    def save(self, output, path):
        network = self.network
        borders = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in ((network.INPUT, network.shapes[network.INPUT]),
                                (output, network.layers[-1].shape))]
        graph = helper.make_graph(self.nodes, network.name, borders[:1],
                                  borders[1:], self.constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid('', OPSET)])
        model.ir_version = IR_VERSION
        onnx.save(model, path)


def write_fp32(network, path):
    graph = _Graph(network)
    for layer in network.layers:
        weights = []
        if layer.weights is not None:
            weights = [graph.constant(layer.name + '_weights', layer.weights),
                       graph.constant(layer.name + '_bias', layer.bias)]
        if layer.activation is None:
            graph.layer(layer, layer.inputs, weights, layer.name)
        else:
            raw = graph.layer(layer, layer.inputs, weights,
                              layer.name + '_raw')
            graph.activation(layer.activation, raw, layer.name)
    graph.save(network.output(), path)


# Layers whose output has the scale of their input.
_SAME_SCALE = ('max_pool', 'flatten')


class _Quantized(_Graph):
    """ONNX Runtime's quantized form: every layer between DequantizeLinear and
    QuantizeLinear, which its optimizer turns into one integer operator.

    Activations are uint8 with one scale, weights int8 with a scale an output
    channel. The inputs of a Concat have the scale of its output, which spares
    ONNX Runtime a requantization.
    """

    def __init__(self, network, ranges):
        super().__init__(network)
        self.scales = {}      # activation -> scale
        self.parameters = {}  # activation -> names of scale and zero point
        self.ranges = dict(ranges)
        for layer in network.layers:
            if layer.kind == 'concat':
                for name in layer.inputs:
                    self.ranges[name] = self.ranges[layer.name]

    def quantize(self, x, name, like=None):
        """The nodes that round x to uint8; returns the float behind them."""
        if like is None:
            low, high = self.ranges[name]
            scale = np.float32((high - low) / 255)
            zero_point = np.uint8(np.clip(np.round(-low / scale), 0, 255))
            self.scales[name] = scale
            self.parameters[name] = [
                self.constant(name + '_scale', scale),
                self.constant(name + '_zero_point', zero_point)]
        else:
            self.scales[name] = self.scales[like]
            self.parameters[name] = self.parameters[like]
        parameters = self.parameters[name]
        quantized = self.node('QuantizeLinear', [x] + parameters, name + '_q')
        return self.node('DequantizeLinear', [quantized] + parameters,
                         dequantized(name))

    def dequantized_constant(self, name, values, scales):
        zero_points = np.zeros(len(scales), values.dtype)
        return self.node('DequantizeLinear', [
            self.constant(name + '_q', values),
            self.constant(name + '_scale', scales),
            self.constant(name + '_zero_point', zero_points)], name, axis=0)

    def weights(self, layer):
        rows = layer.weights.reshape(len(layer.bias), -1)
        scales = np.abs(rows).max(axis=1) / np.float32(127)
        quantized = np.round(rows / scales[:, None]).astype(np.int8)
        bias_scales = self.scales[layer.inputs[0]] * scales
        return [
            self.dequantized_constant(
                layer.name + '_weights',
                quantized.reshape(layer.weights.shape), scales),
            self.dequantized_constant(
                layer.name + '_bias',
                np.round(layer.bias / bias_scales).astype(np.int32),
                bias_scales)]


def dequantized(name):
    return name + '_dq'


def write_qdq(network, ranges, path):
    graph = _Quantized(network, ranges)
    graph.quantize(network.INPUT, network.INPUT)
    for layer in network.layers:
        weights = [] if layer.weights is None else graph.weights(layer)
        inputs = [dequantized(name) for name in layer.inputs]
        x = graph.layer(layer, inputs, weights, layer.name + '_raw')
        if layer.activation is not None:
            x = graph.activation(layer.activation, x, layer.name)
        like = layer.inputs[0] if layer.kind in _SAME_SCALE else None
        graph.quantize(x, layer.name, like)
    graph.save(dequantized(network.output()), path)
