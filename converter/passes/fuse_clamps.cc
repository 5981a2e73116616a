#include "converter/passes/fuse_clamps.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

// The clamp that does what `inner`, then `outer` do. Where they do not overlap
// the result is the one bound of `outer` that is nearer to `inner`.
FloatClamp Intersect(const FloatClamp& inner, const FloatClamp& outer) {
  return {std::clamp(inner.min, outer.min, outer.max),
          std::clamp(inner.max, outer.min, outer.max)};
}

}  // namespace

Status FuseClamps(Graph& graph) {
  const std::vector<int> uses = CountUses(graph);
  std::vector<int> producers(graph.values.size(), -1);
  std::vector<Node> nodes = std::exchange(graph.nodes, {});
  for (Node& node : nodes) {
    const auto* clamp = std::get_if<Clamp>(&node.op);
    const int producer = producers[size_t(node.inputs[0])];
    FloatClamp* inner =
        clamp == nullptr || producer < 0 || uses[size_t(node.inputs[0])] != 1
            ? nullptr
            : MutableClamp(graph.nodes[size_t(producer)].op);
    if (inner != nullptr) {
      *inner = Intersect(*inner, clamp->clamp);
      graph.nodes[size_t(producer)].output = node.output;
      producers[size_t(node.output)] = producer;
      continue;
    }
    producers[size_t(node.output)] = static_cast<int>(graph.nodes.size());
    graph.nodes.push_back(std::move(node));
  }
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
