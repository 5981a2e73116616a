#include "converter/repair/quantized_activations.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "converter/float/float_executor.h"
#include "converter/ir/node_alone.h"

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

// `node` as a graph of its own, with other weights and another bias if given.
Graph WithConstants(const Graph& graph, const Node& node,
                    const std::vector<float>* weights,
                    const std::vector<float>* bias) {
  Graph alone = NodeAlone(graph, node);
  const std::vector<float>* constants[] = {nullptr, weights, bias};
  for (size_t i = 1; i < std::size(constants); ++i) {
    if (constants[i] == nullptr) continue;
    alone.value(alone.nodes[0].inputs[i]).data =
        std::make_shared<const std::vector<float>>(*constants[i]);
  }
  return alone;
}

}  // namespace

QuantizedActivations::QuantizedActivations(
    const Graph& graph, const PrecisionPlan& plan,
    const std::vector<ActivationParams>& params, size_t samples)
    : graph_(graph),
      plan_(plan),
      params_(params),
      samples_(samples),
      values_(graph.values.size()),
      floats_(graph.values.size()),
      last_reader_(LastReaders(graph)) {}

void QuantizedActivations::Set(ValueId id, size_t sample, const float* values) {
  const size_t count = Elements(graph_, id);
  if (!IsInt8(id)) {
    std::vector<float>& stored = floats_[size_t(id)];
    stored.resize(count * samples_);
    std::copy_n(values, count, stored.begin() + std::ptrdiff_t(sample * count));
    return;
  }
  std::vector<int8_t>& stored = values_[size_t(id)];
  stored.resize(count * samples_);
  for (size_t i = 0; i < count; ++i) {
    stored[sample * count + i] =
        QuantizeActivation(values[i], params_[size_t(id)]);
  }
}

const int8_t* QuantizedActivations::Quantized(
    ValueId id, size_t sample, std::vector<int8_t>& scratch) const {
  const size_t count = Elements(graph_, id);
  if (IsInt8(id)) return &values_[size_t(id)][sample * count];
  const float* stored = &floats_[size_t(id)][sample * count];
  scratch.resize(count);
  for (size_t i = 0; i < count; ++i) {
    scratch[i] = QuantizeActivation(stored[i], params_[size_t(id)]);
  }
  return scratch.data();
}

std::vector<float> QuantizedActivations::Read(ValueId id, size_t sample,
                                              size_t reader) const {
  const size_t count = Elements(graph_, id);
  if (!IsInt8(id) && !plan_.IsInt8(reader)) {
    const float* stored = &floats_[size_t(id)][sample * count];
    return {stored, stored + count};
  }
  const ActivationParams& params = params_[size_t(id)];
  std::vector<int8_t> scratch;
  const int8_t* q = Quantized(id, sample, scratch);
  std::vector<float> real(count);
  for (size_t i = 0; i < count; ++i) {
    real[i] = params.scale * static_cast<float>(q[i] - params.zero_point);
  }
  return real;
}

Status QuantizedActivations::RunNode(size_t index,
                                     const std::vector<float>* weights,
                                     const std::vector<float>* bias,
                                     int threads) {
  const Node& node = graph_.nodes[index];
  const Graph single = WithConstants(graph_, node, weights, bias);
  OCTET_ASSIGN_OR_RETURN(const auto executor,
                         FloatExecutor::Create(single, {threads}));
  for (size_t sample = 0; sample < samples_; ++sample) {
    std::vector<std::vector<float>> inputs;
    for (ValueId id : node.inputs) {
      if (!graph_.value(id).is_constant()) {
        inputs.push_back(Read(id, sample, index));
      }
    }
    OCTET_RETURN_IF_ERROR(executor->Run(inputs));
    const ValueId output = single.outputs[0];
    if (single.value(output).is_float()) {
      Set(node.output, sample, executor->Value(output));
    } else {
      const std::vector<int64_t>& integers = executor->Integers(output);
      const std::vector<float> values(integers.begin(), integers.end());
      Set(node.output, sample, values.data());
    }
  }
  for (ValueId id : node.inputs) {
    if (last_reader_[size_t(id)] == index) Free(id);
  }
  if (last_reader_[size_t(node.output)] == index) Free(node.output);
  return OkStatus();
}

void QuantizedActivations::Free(ValueId id) {
  values_[size_t(id)] = {};
  floats_[size_t(id)] = {};
}

size_t QuantizedActivations::PeakBytes(const Graph& graph,
                                       const PrecisionPlan& plan) {
  const std::vector<size_t> last = LastReaders(graph);
  std::vector<ValueId> live = graph.inputs;
  size_t peak = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    live.push_back(graph.nodes[i].output);
    size_t bytes = 0;
    for (ValueId id : live) {
      const size_t each = plan.int8_values[size_t(id)] ? 1 : sizeof(float);
      bytes += each * Elements(graph, id);
    }
    peak = std::max(peak, bytes);
    std::erase_if(live, [&](ValueId id) { return last[size_t(id)] <= i; });
  }
  return peak;
}

}  // namespace octet::converter
