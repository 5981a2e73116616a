#include "converter/quantize/precision.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "converter/quantize/int8_obstacle.h"

namespace octet::converter {
namespace {

// Products with many terms: int8 pays although a conversion is needed.
bool Pays(const Operator& op) {
  return IsWeightedLayer(op) || std::holds_alternative<ConvTranspose2d>(op) ||
         std::holds_alternative<MatMul>(op);
}

// Whether every activation that `node` reads is stored in FP32.
bool ReadsFloatAlone(const Graph& graph, const Node& node,
                     const std::vector<bool>& int8_values) {
  for (ValueId id : node.inputs) {
    if (!graph.value(id).is_constant() && int8_values[size_t(id)]) return false;
  }
  return true;
}

std::string FindReason(const Graph& graph, const Node& node,
                       const PrecisionOptions& options,
                       const std::vector<bool>& int8_values) {
  if (options.all_float) return "the whole network is in FP32";
  if (options.float_nodes.contains(node.name)) return "asked for";
  if (options.unranged_nodes.contains(node.name)) {
    return "the source has no scale for a value of it (--calibrate finds one)";
  }
  std::string obstacle = FindInt8Obstacle(graph, node);
  if (!obstacle.empty()) return obstacle;
  if (!Pays(node.op) && ReadsFloatAlone(graph, node, int8_values)) {
    return "all that it reads is in FP32";
  }
  return "";
}

// The plan where the inputs are stored as `int8_values` says. By node: whether
// its output is stored in FP32 in any case.
PrecisionPlan AssignWithInputs(const Graph& graph,
                               const PrecisionOptions& options,
                               const std::vector<bool>& leaves_float,
                               std::vector<bool> int8_values) {
  PrecisionPlan plan;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    plan.reasons.push_back(FindReason(graph, node, options, int8_values));
    int8_values[size_t(node.output)] = plan.IsInt8(i) && !leaves_float[i];
  }
  plan.int8_values = std::move(int8_values);
  return plan;
}

// One whose accumulators the engine can give as floats.
bool HasFloatOutput(const Graph& graph, const Node& node) {
  if (std::holds_alternative<FullyConnected>(node.op) ||
      std::holds_alternative<MatMul>(node.op) ||
      std::holds_alternative<AveragePool2d>(node.op)) {
    return true;
  }
  return std::holds_alternative<Conv2d>(node.op) && !IsDepthwise(graph, node);
}

bool IsCheapInFloat(const Operator& op) {
  return std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Transpose>(op) ||
         std::holds_alternative<Slice>(op) ||
         std::holds_alternative<Resize>(op) ||
         std::holds_alternative<Concat>(op) ||
         std::holds_alternative<Clamp>(op) ||
         std::holds_alternative<Unary>(op) || std::holds_alternative<Add>(op) ||
         std::holds_alternative<Mul>(op) ||
         std::holds_alternative<Binary>(op) ||
         std::holds_alternative<Softmax>(op);
}

// By node: the MatMuls that compute scores of attention, which nothing reads
// but, behind cheap operators perhaps, a Softmax.
std::vector<bool> FindScores(const Graph& graph) {
  const std::vector<std::vector<int>> consumers = FindConsumers(graph);
  std::vector<bool> becomes_scores(graph.nodes.size(), false);
  std::vector<bool> scores(graph.nodes.size(), false);
  std::vector<bool> is_output(graph.values.size(), false);
  for (ValueId id : graph.outputs) is_output[size_t(id)] = true;
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    const std::vector<int>& readers = consumers[size_t(node.output)];
    const bool leads_to_softmax =
        !is_output[size_t(node.output)] && !readers.empty() &&
        !graph.value(node.output).grid.has_value() &&
        std::all_of(readers.begin(), readers.end(), [&](int reader) {
          const Operator& op = graph.nodes[size_t(reader)].op;
          return std::holds_alternative<Softmax>(op) ||
                 becomes_scores[size_t(reader)];
        });
    becomes_scores[i] = leads_to_softmax && IsCheapInFloat(node.op);
    scores[i] = leads_to_softmax && std::holds_alternative<MatMul>(node.op);
  }
  return scores;
}

bool HasInt8Reader(const Graph& graph, const PrecisionPlan& plan, ValueId id) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!plan.IsInt8(i)) continue;
    for (ValueId input : graph.nodes[i].inputs) {
      if (input == id) return true;
    }
  }
  return false;
}

}  // namespace

PrecisionPlan AssignPrecision(const Graph& graph,
                              const PrecisionOptions& options) {
  std::vector<bool> leaves_float = FindScores(graph);
  if (options.float_outputs) {
    const std::vector<bool> ends = FindFloatOutputs(graph);
    for (size_t i = 0; i < ends.size(); ++i) {
      leaves_float[i] = leaves_float[i] || ends[i];
    }
  }
  std::vector<bool> int8_inputs(graph.values.size(), false);
  for (ValueId id : graph.inputs) {
    int8_inputs[size_t(id)] = graph.value(id).is_float();
  }
  // An input that turns out to have no reader in INT8 becomes FP32, and what
  // depends on that is decided again; an input never turns back.
  while (true) {
    PrecisionPlan plan =
        AssignWithInputs(graph, options, leaves_float, int8_inputs);
    bool changed = false;
    for (ValueId id : graph.inputs) {
      if (!int8_inputs[size_t(id)] || HasInt8Reader(graph, plan, id)) continue;
      int8_inputs[size_t(id)] = false;
      changed = true;
    }
    if (!changed) return plan;
  }
}

std::vector<bool> FindFloatOutputs(const Graph& graph) {
  const std::vector<int> producers = FindProducers(graph);
  const std::vector<std::vector<int>> consumers = FindConsumers(graph);
  std::vector<bool> is_output(graph.values.size(), false);
  for (ValueId id : graph.outputs) is_output[size_t(id)] = true;
  // The layers and cheap nodes behind them; starts with all that might be.
  std::vector<bool> ends;
  for (const Node& node : graph.nodes) {
    ends.push_back(HasFloatOutput(graph, node) || IsCheapInFloat(node.op));
  }
  // Everything that reads its output ends, and nothing that does is a layer.
  const auto leads_out = [&](const Node& node) {
    const std::vector<int>& readers = consumers[size_t(node.output)];
    for (int reader : readers) {
      const Node& next = graph.nodes[size_t(reader)];
      if (!ends[size_t(reader)] || !IsCheapInFloat(next.op)) return false;
    }
    return is_output[size_t(node.output)] || !readers.empty();
  };
  const auto reads_ends = [&](const Node& node) {
    if (!IsCheapInFloat(node.op)) return true;
    for (ValueId id : node.inputs) {
      if (graph.value(id).is_constant()) continue;
      const int producer = producers[size_t(id)];
      if (producer < 0 || !ends[size_t(producer)]) return false;
    }
    return true;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (!ends[i] || (leads_out(node) && reads_ends(node))) continue;
      ends[i] = false;
      changed = true;
    }
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    ends[i] = ends[i] && !IsCheapInFloat(graph.nodes[i].op);
  }
  return ends;
}

Status CheckPrecisionOptions(const Graph& graph,
                             const PrecisionOptions& options) {
  std::set<std::string> unknown = options.float_nodes;
  for (const Node& node : graph.nodes) unknown.erase(node.name);
  if (unknown.empty()) return OkStatus();
  return InvalidArgument("--float-nodes names '" + *unknown.begin() +
                         "', which is no node of the network as the passes "
                         "leave it (--verbose prints the names)");
}

int CountIslands(const Graph& graph, const PrecisionPlan& plan) {
  std::vector<size_t> island(graph.nodes.size());
  std::iota(island.begin(), island.end(), size_t{0});
  const auto find = [&](size_t node) {
    while (island[node] != node) node = island[node];
    return node;
  };
  const std::vector<int> producers = FindProducers(graph);
  int count = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (plan.IsInt8(i)) continue;
    ++count;
    for (ValueId id : graph.nodes[i].inputs) {
      const int producer = producers[size_t(id)];
      if (producer < 0 || plan.IsInt8(size_t(producer))) continue;
      const size_t other = find(size_t(producer));
      if (other == find(i)) continue;
      island[other] = find(i);
      --count;
    }
  }
  return count;
}

}  // namespace octet::converter
