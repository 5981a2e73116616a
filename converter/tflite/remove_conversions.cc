#include "converter/tflite/remove_conversions.h"

#include <algorithm>
#include <vector>

namespace octet::converter {
namespace {

bool IsConversion(const Node& node, const TfliteImport& imported) {
  return std::holds_alternative<Identity>(node.op) &&
         imported.stored[size_t(node.output)].table.empty();
}

bool SameNumbers(const StoredAs& a, const StoredAs& b) {
  return a.scale == b.scale && a.zero_point == b.zero_point;
}

// A float input takes the form that all its readers convert it to.
void QuantizeInputs(TfliteImport& imported) {
  const Graph& graph = imported.graph;
  const std::vector<std::vector<int>> consumers = FindConsumers(graph);
  for (const ValueId input : graph.inputs) {
    StoredAs& stored = imported.stored[size_t(input)];
    const std::vector<int>& readers = consumers[size_t(input)];
    if (stored.is_quantized() || readers.empty()) continue;
    const auto form_of = [&](int node) -> const StoredAs& {
      return imported.stored[size_t(graph.nodes[size_t(node)].output)];
    };
    const StoredAs& first = form_of(readers[0]);
    const bool agree =
        std::all_of(readers.begin(), readers.end(), [&](int node) {
          return IsConversion(graph.nodes[size_t(node)], imported) &&
                 SameNumbers(form_of(node), first);
        });
    if (agree) stored = StoredAs(first);
  }
}

// A float output that nothing reads takes the form that it is converted from.
void QuantizeOutputs(TfliteImport& imported) {
  Graph& graph = imported.graph;
  const std::vector<std::vector<int>> consumers = FindConsumers(graph);
  for (const Node& node : graph.nodes) {
    StoredAs& stored = imported.stored[size_t(node.output)];
    if (!IsConversion(node, imported) || stored.is_quantized() ||
        !consumers[size_t(node.output)].empty()) {
      continue;
    }
    stored = StoredAs(imported.stored[size_t(node.inputs[0])]);
    stored.table.clear();
  }
}

bool Contains(const std::vector<ValueId>& ids, ValueId id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// Puts the conversion's input in the place of its output. An output of the
// network keeps the name by which its users know it.
void Bypass(Graph& graph, const Node& node) {
  const ValueId input = node.inputs[0];
  if (Contains(graph.outputs, node.output) && !Contains(graph.inputs, input) &&
      !Contains(graph.outputs, input)) {
    graph.value(input).name = graph.value(node.output).name;
  }
  ReplaceUses(graph, node.output, input);
}

}  // namespace

void RemoveConversions(TfliteImport& imported) {
  QuantizeInputs(imported);
  QuantizeOutputs(imported);
  Graph& graph = imported.graph;
  std::vector<Node> kept;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node node = graph.nodes[i];
    const StoredAs& from = imported.stored[size_t(node.inputs[0])];
    if (IsConversion(node, imported) && from.is_quantized() &&
        SameNumbers(from, imported.stored[size_t(node.output)])) {
      Bypass(graph, node);
    } else {
      kept.push_back(graph.nodes[i]);
    }
  }
  graph.nodes = std::move(kept);
}

}  // namespace octet::converter
