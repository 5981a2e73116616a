#include "converter/passes/rewriting.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace octet::converter {
namespace {

// Marks the values that the outputs need; keeps only the nodes that make them.
std::vector<bool> KeepNeededNodes(Graph& graph) {
  std::vector<bool> needed(graph.values.size(), false);
  for (ValueId id : graph.outputs) needed[size_t(id)] = true;
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (!needed[size_t(node->output)]) continue;
    for (ValueId id : node->inputs) needed[size_t(id)] = true;
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  graph.nodes = std::move(kept);
  return needed;
}

void KeepValues(Graph& graph, const std::vector<bool>& kept) {
  std::vector<ValueId> new_id(graph.values.size(), kNoValue);
  std::vector<Value> values;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    if (!kept[i]) continue;
    new_id[i] = static_cast<ValueId>(values.size());
    values.push_back(std::move(graph.values[i]));
  }
  graph.values = std::move(values);
  const auto renumber = [&](ValueId& id) { id = new_id[size_t(id)]; };
  for (Node& node : graph.nodes) {
    std::for_each(node.inputs.begin(), node.inputs.end(), renumber);
    renumber(node.output);
  }
  std::for_each(graph.inputs.begin(), graph.inputs.end(), renumber);
  std::for_each(graph.outputs.begin(), graph.outputs.end(), renumber);
}

void ShortenNames(Graph& graph) {
  std::unordered_set<std::string> names;
  for (const Value& value : graph.values) names.insert(value.name);
  for (Value& value : graph.values) {
    const std::string_view suffix = kInnerSuffix;
    while (value.name.ends_with(suffix)) {
      std::string shorter =
          value.name.substr(0, value.name.size() - suffix.size());
      if (shorter.empty() || !names.insert(shorter).second) break;
      value.name = std::move(shorter);
    }
  }
}

}  // namespace

std::vector<int> CountUses(const Graph& graph) {
  std::vector<int> uses(graph.values.size(), 0);
  for (const Node& node : graph.nodes) {
    for (ValueId id : node.inputs) ++uses[size_t(id)];
  }
  for (ValueId id : graph.outputs) ++uses[size_t(id)];
  return uses;
}

bool IsGraphInput(const Graph& graph, ValueId id) {
  return std::count(graph.inputs.begin(), graph.inputs.end(), id) > 0;
}

bool IsGraphOutput(const Graph& graph, ValueId id) {
  return std::count(graph.outputs.begin(), graph.outputs.end(), id) > 0;
}

NodeNames::NodeNames(const Graph& graph) {
  for (const Node& node : graph.nodes) taken_.insert(node.name);
}

std::string NodeNames::Unique(const std::string& wanted) {
  std::string unique = wanted;
  for (int i = 2; !taken_.insert(unique).second; ++i) {
    unique = wanted + "#" + std::to_string(i);
  }
  return unique;
}

void RemoveDeadNodes(Graph& graph) {
  std::vector<bool> kept = KeepNeededNodes(graph);
  for (ValueId id : graph.inputs) kept[size_t(id)] = true;
  KeepValues(graph, kept);
  ShortenNames(graph);
}

}  // namespace octet::converter
