#include "converter/quantize/precision.h"

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
  std::string obstacle = FindInt8Obstacle(graph, node);
  if (!obstacle.empty()) return obstacle;
  if (!Pays(node.op) && ReadsFloatAlone(graph, node, int8_values)) {
    return "all that it reads is in FP32";
  }
  return "";
}

// The plan where the inputs are stored as `int8_values` says.
PrecisionPlan AssignWithInputs(const Graph& graph,
                               const PrecisionOptions& options,
                               std::vector<bool> int8_values) {
  PrecisionPlan plan;
  for (const Node& node : graph.nodes) {
    plan.reasons.push_back(FindReason(graph, node, options, int8_values));
    int8_values[size_t(node.output)] = plan.reasons.back().empty();
  }
  plan.int8_values = std::move(int8_values);
  return plan;
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
  std::vector<bool> int8_inputs(graph.values.size(), false);
  for (ValueId id : graph.inputs) {
    int8_inputs[size_t(id)] = graph.value(id).is_float();
  }
  // An input that turns out to have no reader in INT8 becomes FP32, and what
  // depends on that is decided again; an input never turns back.
  while (true) {
    PrecisionPlan plan = AssignWithInputs(graph, options, int8_inputs);
    bool changed = false;
    for (ValueId id : graph.inputs) {
      if (!int8_inputs[size_t(id)] || HasInt8Reader(graph, plan, id)) continue;
      int8_inputs[size_t(id)] = false;
      changed = true;
    }
    if (!changed) return plan;
  }
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
