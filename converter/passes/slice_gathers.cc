#include "converter/passes/slice_gathers.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

// The elements begin, begin + step, ... of a dimension.
struct Progression {
  int32_t begin;
  int32_t step;
  int32_t size;
};

// Nothing, where the indices are no progression, or not in 0 ... size - 1
// (negative ones count from the end).
std::optional<Progression> FindProgression(const std::vector<int64_t>& indices,
                                           int64_t size) {
  if (indices.empty()) return std::nullopt;
  std::vector<int64_t> from_front;
  for (const int64_t index : indices) {
    from_front.push_back(index < 0 ? index + size : index);
    if (from_front.back() < 0 || from_front.back() >= size) return std::nullopt;
  }
  const int64_t step =
      from_front.size() == 1 ? 1 : from_front[1] - from_front[0];
  if (step == 0) return std::nullopt;
  for (size_t i = 1; i < from_front.size(); ++i) {
    if (from_front[i] - from_front[i - 1] != step) return std::nullopt;
  }
  return Progression{static_cast<int32_t>(from_front[0]),
                     static_cast<int32_t>(step),
                     static_cast<int32_t>(indices.size())};
}

std::optional<Slice> AsSlice(const Graph& graph, const Node& node) {
  const auto* gather = std::get_if<Gather>(&node.op);
  if (gather == nullptr) return std::nullopt;
  const Value& indices = graph.value(node.inputs[1]);
  if (indices.integers == nullptr || indices.shape.rank > 1) {
    return std::nullopt;
  }
  const Shape& shape = graph.value(node.inputs[0]).shape;
  const auto progression =
      FindProgression(*indices.integers, shape[gather->axis]);
  if (!progression.has_value()) return std::nullopt;
  Slice slice;
  for (int axis = 0; axis < shape.rank; ++axis) {
    slice.params.size[axis] = shape[axis];
  }
  slice.params.begin[gather->axis] = progression->begin;
  slice.params.step[gather->axis] = progression->step;
  slice.params.size[gather->axis] = progression->size;
  return slice;
}

}  // namespace

Status SliceGathers(Graph& graph) {
  NodeNames names(graph);
  std::vector<Node> nodes;
  for (Node& node : graph.nodes) {
    const std::optional<Slice> slice = AsSlice(graph, node);
    if (slice.has_value()) {
      const int axis = std::get<Gather>(node.op).axis;
      const Value output = graph.value(node.output);
      Shape sliced = graph.value(node.inputs[0]).shape;
      sliced[axis] = slice->params.size[axis];
      node.inputs.pop_back();
      if (sliced == output.shape) {
        node.op = *slice;
      } else {
        const ValueId inner = graph.AddActivation(output.name + kInnerSuffix,
                                                  sliced, output.type);
        nodes.push_back({names.Unique(node.name + "/slice"), node.source_type,
                         *slice, node.inputs, inner});
        node.op = Reshape{output.shape};
        node.inputs = {inner};
      }
    }
    nodes.push_back(std::move(node));
  }
  graph.nodes = std::move(nodes);
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
