#include "converter/repair/quantized_activations.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "converter/float/float_executor.h"

namespace octet::converter {
namespace {

size_t Elements(const Graph& graph, ValueId id) {
  return size_t(graph.value(id).shape.NumElements());
}

// By value: the last node that reads it, or where nothing does, its producer.
std::vector<size_t> LastReaders(const Graph& graph) {
  std::vector<size_t> last(graph.values.size(), 0);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    last[size_t(graph.nodes[i].output)] = i;
    for (ValueId id : graph.nodes[i].inputs) last[size_t(id)] = i;
  }
  return last;
}

// `node` as a graph of its own.
Graph SingleNode(const Graph& graph, const Node& node,
                 const std::vector<float>* weights,
                 const std::vector<float>* bias) {
  Graph single;
  single.name = node.name;
  Node copy = node;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Value& value = graph.value(node.inputs[i]);
    const std::vector<float>* data = i == 1 ? weights : i == 2 ? bias : nullptr;
    if (data != nullptr) {
      copy.inputs[i] = single.AddConstant(value.name, value.shape, *data);
    } else {
      single.values.push_back(value);
      copy.inputs[i] = ValueId(single.values.size() - 1);
      if (!value.is_constant()) single.inputs.push_back(copy.inputs[i]);
    }
  }
  const Value& output = graph.value(node.output);
  copy.output = single.AddActivation(output.name, output.shape);
  single.outputs = {copy.output};
  single.nodes = {std::move(copy)};
  return single;
}

}  // namespace

QuantizedActivations::QuantizedActivations(
    const Graph& graph, const std::vector<ActivationParams>& params,
    size_t samples)
    : graph_(graph),
      params_(params),
      samples_(samples),
      values_(graph.values.size()),
      last_reader_(LastReaders(graph)) {}

void QuantizedActivations::Set(ValueId id, size_t sample, const float* values) {
  const size_t count = Elements(graph_, id);
  std::vector<int8_t>& stored = values_[size_t(id)];
  stored.resize(count * samples_);
  for (size_t i = 0; i < count; ++i) {
    stored[sample * count + i] =
        QuantizeActivation(values[i], params_[size_t(id)]);
  }
}

const int8_t* QuantizedActivations::Get(ValueId id, size_t sample) const {
  return &values_[size_t(id)][sample * Elements(graph_, id)];
}

std::vector<float> QuantizedActivations::Dequantize(ValueId id,
                                                    size_t sample) const {
  const ActivationParams& params = params_[size_t(id)];
  const int8_t* q = Get(id, sample);
  std::vector<float> real(Elements(graph_, id));
  for (size_t i = 0; i < real.size(); ++i) {
    real[i] = params.scale * static_cast<float>(q[i] - params.zero_point);
  }
  return real;
}

Status QuantizedActivations::RunNode(size_t index,
                                     const std::vector<float>* weights,
                                     const std::vector<float>* bias,
                                     int threads) {
  const Node& node = graph_.nodes[index];
  const Graph single = SingleNode(graph_, node, weights, bias);
  OCTET_ASSIGN_OR_RETURN(const auto executor,
                         FloatExecutor::Create(single, {threads}));
  for (size_t sample = 0; sample < samples_; ++sample) {
    std::vector<std::vector<float>> inputs;
    for (ValueId id : node.inputs) {
      if (!graph_.value(id).is_constant()) {
        inputs.push_back(Dequantize(id, sample));
      }
    }
    OCTET_RETURN_IF_ERROR(executor->Run(inputs));
    Set(node.output, sample, executor->Value(single.outputs[0]));
  }
  for (ValueId id : node.inputs) {
    if (last_reader_[size_t(id)] == index) values_[size_t(id)] = {};
  }
  if (last_reader_[size_t(node.output)] == index) {
    values_[size_t(node.output)] = {};
  }
  return OkStatus();
}

size_t QuantizedActivations::PeakBytes(const Graph& graph) {
  const std::vector<size_t> last = LastReaders(graph);
  std::vector<ValueId> live = graph.inputs;
  size_t peak = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    live.push_back(graph.nodes[i].output);
    size_t bytes = 0;
    for (ValueId id : live) bytes += Elements(graph, id);
    peak = std::max(peak, bytes);
    std::erase_if(live, [&](ValueId id) { return last[size_t(id)] <= i; });
  }
  return peak;
}

}  // namespace octet::converter
