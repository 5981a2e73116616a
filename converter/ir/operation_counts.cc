#include "converter/ir/operation_counts.h"

#include <algorithm>
#include <variant>

namespace octet::converter {
namespace {

int64_t Elements(const Graph& graph, ValueId id) {
  return graph.value(id).shape.NumElements();
}

bool HasWeights(const Node& node) {
  return std::holds_alternative<Conv2d>(node.op) ||
         std::holds_alternative<FullyConnected>(node.op);
}

// One window over the whole picture.
bool IsGlobal(const AveragePool2d& op, const Shape& input) {
  return op.window.kernel_h == input[1] && op.window.kernel_w == input[2];
}

int64_t BiasCount(const Value& bias) {
  if (bias.data == nullptr) return 0;
  const bool zero = std::all_of(bias.data->begin(), bias.data->end(),
                                [](float value) { return value == 0.0f; });
  return zero ? 0 : int64_t(bias.data->size());
}

}  // namespace

int64_t MultiplyAccumulates(const Graph& graph, const Node& node) {
  if (!HasWeights(node)) return 0;
  // Weights {channels, ...}: each output element uses those of its channel.
  const Shape& weights = graph.value(node.inputs[1]).shape;
  return Elements(graph, node.output) * (weights.NumElements() / weights[0]);
}

int64_t ThopOperations(const Graph& graph, const Node& node) {
  const int64_t elements = Elements(graph, node.output);
  if (std::holds_alternative<BatchNormalization>(node.op)) return 4 * elements;
  if (const auto* pool = std::get_if<AveragePool2d>(&node.op)) {
    const Shape& input = graph.value(node.inputs[0]).shape;
    if (!IsGlobal(*pool, input)) return elements;
    return elements * (int64_t{input[1]} * input[2] + 1);
  }
  if (std::holds_alternative<Softmax>(node.op)) {
    const Shape& shape = graph.value(node.output).shape;
    const int64_t row = shape.rank == 0 ? 1 : shape[shape.rank - 1];
    return elements / row * (3 * row - 1);
  }
  return MultiplyAccumulates(graph, node);
}

int64_t ParameterCount(const Graph& graph, const Node& node) {
  if (HasWeights(node)) {
    return Elements(graph, node.inputs[1]) +
           BiasCount(graph.value(node.inputs[2]));
  }
  if (std::holds_alternative<BatchNormalization>(node.op)) {
    return Elements(graph, node.inputs[1]) + Elements(graph, node.inputs[2]);
  }
  return 0;
}

}  // namespace octet::converter
