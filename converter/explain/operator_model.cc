#include "converter/explain/operator_model.h"

#include <algorithm>
#include <map>
#include <memory>

namespace octet::converter {
namespace {

int32_t TensorOf(const QuantizedModel& quantized, ValueId id) {
  return quantized.tensor_of_value[size_t(id)];
}

// Copies tensors of a model into another, each once.
class TensorCopier {
 public:
  TensorCopier(const schema::ModelT& from, schema::ModelT& to)
      : from_(from), to_(to) {
    to_.version = from.version;
    to_.name = from.name;
    to_.buffers.push_back(std::make_unique<schema::BufferT>());
  }

  uint32_t Copy(uint32_t index) {
    const auto found = copied_.find(index);
    if (found != copied_.end()) return found->second;
    auto tensor = std::make_unique<schema::TensorT>(*from_.tensors[index]);
    if (tensor->buffer != 0) {
      to_.buffers.push_back(
          std::make_unique<schema::BufferT>(*from_.buffers[tensor->buffer]));
      tensor->buffer = uint32_t(to_.buffers.size() - 1);
    }
    to_.tensors.push_back(std::move(tensor));
    return copied_[index] = uint32_t(to_.tensors.size() - 1);
  }

 private:
  const schema::ModelT& from_;
  schema::ModelT& to_;
  std::map<uint32_t, uint32_t> copied_;
};

}  // namespace

bool IsComputedInInt8(const QuantizedModel& quantized, ValueId id) {
  const int32_t tensor = TensorOf(quantized, id);
  if (tensor < 0) return false;
  const auto type = [&](uint32_t index) {
    return quantized.model.tensors[index]->type;
  };
  if (type(uint32_t(tensor)) != schema::DataType::FLOAT32) {
    return type(uint32_t(tensor)) == schema::DataType::INT8;
  }
  for (const auto& op : quantized.model.operators) {
    if (op->outputs[0] != uint32_t(tensor)) continue;
    return op->options.type != schema::OperatorOptions::Dequantize &&
           type(op->inputs[0]) == schema::DataType::INT8;
  }
  return false;  // an input
}

LayerNodes FindLayer(const Graph& graph, const QuantizedModel& quantized,
                     const std::vector<int>& producers, int index) {
  LayerNodes layer;
  const Node& last = graph.nodes[size_t(index)];
  const auto read = [&](const Node& node) {
    for (ValueId input : node.inputs) {
      if (graph.value(input).is_constant() || TensorOf(quantized, input) < 0 ||
          std::find(layer.inputs.begin(), layer.inputs.end(), input) !=
              layer.inputs.end()) {
        continue;
      }
      layer.inputs.push_back(input);
    }
  };
  for (ValueId input : last.inputs) {
    if (graph.value(input).is_constant() || TensorOf(quantized, input) >= 0) {
      continue;
    }
    // A layer that computes the Add `last` before it rounds.
    const int fused = producers[size_t(input)];
    layer.nodes.push_back(fused);
    read(graph.nodes[size_t(fused)]);
  }
  layer.nodes.push_back(index);
  read(last);
  return layer;
}

LayerGraph ExtractLayer(const Graph& graph, const LayerNodes& layer) {
  LayerGraph result;
  std::map<ValueId, ValueId> copied;
  const auto copy = [&](ValueId id) {
    const auto [place, is_new] =
        copied.emplace(id, ValueId(result.values.size()));
    if (is_new) {
      result.values.push_back(id);
      result.graph.values.push_back(graph.value(id));
    }
    return place->second;
  };
  for (ValueId input : layer.inputs) result.graph.inputs.push_back(copy(input));
  for (int index : layer.nodes) {
    Node node = graph.nodes[size_t(index)];
    for (ValueId& input : node.inputs) input = copy(input);
    node.output = copy(node.output);
    result.graph.nodes.push_back(std::move(node));
  }
  result.graph.outputs = {result.graph.nodes.back().output};
  return result;
}

schema::ModelT ExtractOperators(const QuantizedModel& quantized,
                                const std::vector<ValueId>& inputs,
                                ValueId output) {
  const schema::ModelT& from = quantized.model;
  std::vector<bool> wanted(from.tensors.size(), false);
  std::vector<bool> given(from.tensors.size(), false);
  for (ValueId input : inputs) {
    given[size_t(TensorOf(quantized, input))] = true;
  }
  wanted[size_t(TensorOf(quantized, output))] = true;
  std::vector<const schema::OperatorT*> operators;
  for (auto op = from.operators.rbegin(); op != from.operators.rend(); ++op) {
    const uint32_t written = (*op)->outputs[0];
    if (!wanted[written] || given[written]) continue;
    operators.push_back(op->get());
    for (uint32_t input : (*op)->inputs) wanted[input] = true;
  }

  schema::ModelT to;
  TensorCopier copier(from, to);
  for (ValueId input : inputs) {
    to.inputs.push_back(copier.Copy(uint32_t(TensorOf(quantized, input))));
  }
  for (auto op = operators.rbegin(); op != operators.rend(); ++op) {
    auto copy = std::make_unique<schema::OperatorT>(**op);
    for (uint32_t& input : copy->inputs) input = copier.Copy(input);
    for (uint32_t& written : copy->outputs) written = copier.Copy(written);
    to.operators.push_back(std::move(copy));
  }
  to.outputs = {copier.Copy(uint32_t(TensorOf(quantized, output)))};
  return to;
}

}  // namespace octet::converter
