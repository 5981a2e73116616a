#include "converter/passes/remove_identities.h"

#include <utility>
#include <variant>
#include <vector>

#include "converter/ir/permutation.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

// Whether an operator whose one input has the output's shape, `shape`, returns
// that input.
struct ReturnsInput {
  const Shape& shape;

  bool operator()(const Identity&) const { return true; }
  bool operator()(const Reshape&) const { return true; }
  bool operator()(const Concat&) const { return true; }
  bool operator()(const Pad&) const { return true; }
  bool operator()(const Clamp& op) const { return op.clamp.is_none(); }
  bool operator()(const Transpose& op) const {
    return KeepsMemoryOrder(op.params, shape);
  }
  bool operator()(const Slice& op) const {
    for (int i = 0; i < shape.rank; ++i) {
      if (shape[i] > 1 && op.params.step[i] != 1) return false;
    }
    return true;
  }
  template <typename Other>
  bool operator()(const Other&) const {
    return false;
  }
};

bool IsIdentityNode(const Graph& graph, const Node& node) {
  const Shape& shape = graph.value(node.output).shape;
  return node.inputs.size() == 1 &&
         graph.value(node.inputs[0]).shape == shape &&
         std::visit(ReturnsInput{shape}, node.op);
}

// Whether `id` can be returned under another name.
bool CanBeRenamed(const Graph& graph, ValueId id) {
  return !graph.value(id).is_constant() && !IsGraphInput(graph, id) &&
         !IsGraphOutput(graph, id);
}

}  // namespace

Status RemoveIdentities(Graph& graph) {
  std::vector<bool> removed(graph.nodes.size(), false);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    if (!IsIdentityNode(graph, node)) continue;
    const ValueId input = node.inputs[0];
    if (IsGraphOutput(graph, node.output)) {
      if (!CanBeRenamed(graph, input)) {
        node.op = Reshape{graph.value(input).shape};
        continue;
      }
      std::swap(graph.value(input).name, graph.value(node.output).name);
    }
    ReplaceUses(graph, node.output, input);
    removed[i] = true;
  }
  std::vector<Node> nodes = std::exchange(graph.nodes, {});
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!removed[i]) graph.nodes.push_back(std::move(nodes[i]));
  }
  return OkStatus();
}

}  // namespace octet::converter
