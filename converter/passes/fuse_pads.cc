#include "converter/passes/fuse_pads.h"

#include <limits>
#include <variant>
#include <vector>

#include "converter/ir/infer_shape.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

// Whether only height and width of a picture are padded.
bool IsSpatial(const PadParams& pad, const Shape& input) {
  return input.rank == 4 && pad.begin[0] == 0 && pad.end[0] == 0 &&
         pad.begin[3] == 0 && pad.end[3] == 0;
}

void AddPads(const PadParams& pad, Window2dParams& window) {
  window.pad_top += pad.begin[1];
  window.pad_bottom += pad.end[1];
  window.pad_left += pad.begin[2];
  window.pad_right += pad.end[2];
}

bool HasPads(const Window2dParams& w) {
  return w.pad_top != 0 || w.pad_left != 0 || w.pad_bottom != 0 ||
         w.pad_right != 0;
}

// The operator with the Pad's cells in its window, where that is exact.
struct WithPads {
  const Pad& pad;
  float lower_bound;  // of the values that are padded

  using Padded = std::optional<Operator>;

  Padded operator()(const Conv2d& op) const {
    if (pad.value != 0) return std::nullopt;
    Conv2d padded = op;
    AddPads(pad.params, padded.window);
    return padded;
  }
  Padded operator()(const AveragePool2d& op) const {
    const bool counts = op.count_include_pad || !HasPads(op.window);
    if (pad.value != 0 || !counts) return std::nullopt;
    AveragePool2d padded = op;
    AddPads(pad.params, padded.window);
    padded.count_include_pad = true;
    padded.whole = {};
    return padded;
  }
  Padded operator()(const MaxPool2d& op) const {
    if (!(pad.value <= lower_bound)) return std::nullopt;
    MaxPool2d padded = op;
    AddPads(pad.params, padded.window);
    padded.whole = {};
    return padded;
  }
  template <typename Other>
  Padded operator()(const Other&) const {
    return std::nullopt;
  }
};

}  // namespace

Status FusePads(Graph& graph) {
  const std::vector<int> producers = FindProducers(graph);
  const auto producer_of = [&](ValueId id) -> const Node* {
    const int index = producers[size_t(id)];
    return index < 0 ? nullptr : &graph.nodes[size_t(index)];
  };
  for (Node& node : graph.nodes) {
    const Node* pad_node = producer_of(node.inputs[0]);
    if (pad_node == nullptr) continue;
    const auto* pad = std::get_if<Pad>(&pad_node->op);
    const ValueId input = pad_node->inputs[0];
    if (pad == nullptr || !IsSpatial(pad->params, graph.value(input).shape)) {
      continue;
    }
    float lower_bound = -std::numeric_limits<float>::infinity();
    if (const Node* source = producer_of(input)) {
      const FloatClamp* clamp = FindClamp(source->op);
      if (clamp != nullptr) lower_bound = clamp->min;
    }
    const std::optional<Operator> padded =
        std::visit(WithPads{*pad, lower_bound}, node.op);
    if (!padded.has_value()) continue;
    // The window may not take such pads: then the Pad stays.
    std::vector<Shape> shapes{graph.value(input).shape};
    for (size_t i = 1; i < node.inputs.size(); ++i) {
      shapes.push_back(graph.value(node.inputs[i]).shape);
    }
    const Result<Shape> shape = InferShape(*padded, shapes);
    if (!shape.ok() || *shape != graph.value(node.output).shape) continue;
    node.op = *padded;
    node.inputs[0] = input;
  }
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
