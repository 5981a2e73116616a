#include "converter/passes/keep_grids.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "converter/passes/fuse_clamps.h"
#include "converter/passes/fuse_pads.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

// Whether the output has numbers of the input, whatever these are.
bool MovesNumbers(const Operator& op) {
  const auto* pad = std::get_if<Pad>(&op);
  return std::holds_alternative<MaxPool2d>(op) ||
         std::holds_alternative<Reshape>(op) ||
         std::holds_alternative<Transpose>(op) ||
         std::holds_alternative<Slice>(op) ||
         (pad != nullptr && pad->value == 0.0f);
}

class GridKeeper {
 public:
  explicit GridKeeper(Graph& graph)
      : graph_(graph),
        moved_from_(graph.values.size()),
        has_other_grid_(graph.values.size(), false) {
    std::iota(moved_from_.begin(), moved_from_.end(), ValueId{0});
  }

  void Run() {
    std::vector<Node> nodes = std::exchange(graph_.nodes, {});
    for (size_t i = 0; i < nodes.size(); ++i) {
      Node& node = nodes[i];
      for (ValueId& input : node.inputs) input = Replacement(input);
      const auto* quantize = std::get_if<FakeQuantize>(&node.op);
      if (quantize != nullptr && Take(node, quantize->grid)) continue;
      if (MovesNumbers(node.op)) {
        moved_from_[size_t(node.output)] = Origin(node.inputs[0]);
      }
      if (std::holds_alternative<Softmax>(node.op)) {
        has_other_grid_[size_t(node.output)] = true;
      }
      graph_.nodes.push_back(std::move(node));
    }
    for (ValueId& output : graph_.outputs) output = Replacement(output);
    SpreadGrids();
  }

 private:
  // The value whose numbers `id` holds.
  ValueId Origin(ValueId id) const { return moved_from_[size_t(id)]; }

  ValueId Replacement(ValueId id) const {
    const auto found =
        std::find_if(replaced_.begin(), replaced_.end(),
                     [id](const auto& pair) { return pair.first == id; });
    return found == replaced_.end() ? id : found->second;
  }

  // Whether the input of a FakeQuantize takes its grid and its place.
  bool Take(const Node& node, const Int8Grid& grid) {
    const ValueId input = node.inputs[0];
    Value& origin = graph_.value(Origin(input));
    const bool fits = !has_other_grid_[size_t(Origin(input))] &&
                      !origin.is_constant() &&
                      (!origin.grid.has_value() || *origin.grid == grid);
    const bool returned = IsGraphOutput(graph_, node.output);
    if (!fits || (returned && (IsGraphInput(graph_, input) ||
                               IsGraphOutput(graph_, input)))) {
      graph_.value(node.output).grid = grid;
      return false;
    }
    origin.grid = grid;
    if (returned) {
      std::swap(graph_.value(input).name, graph_.value(node.output).name);
    }
    replaced_.emplace_back(node.output, input);
    return true;
  }

  // To what was moved, and to clamped numbers that have none of their own.
  void SpreadGrids() {
    for (const Node& node : graph_.nodes) {
      Value& output = graph_.value(node.output);
      const bool follows =
          MovesNumbers(node.op) || std::holds_alternative<Clamp>(node.op);
      if (!follows || output.grid.has_value()) continue;
      output.grid = graph_.value(node.inputs[0]).grid;
    }
  }

  Graph& graph_;
  std::vector<ValueId> moved_from_;  // by value
  std::vector<bool> has_other_grid_;
  // Outputs of FakeQuantize nodes that are gone, and what they became.
  std::vector<std::pair<ValueId, ValueId>> replaced_;
};

}  // namespace

Status KeepGrids(Graph& graph) {
  GridKeeper(graph).Run();
  OCTET_RETURN_IF_ERROR(FuseClamps(graph));
  OCTET_RETURN_IF_ERROR(FusePads(graph));
  return ValidateGraph(graph);
}

bool HasGrids(const Graph& graph) {
  return std::any_of(graph.values.begin(), graph.values.end(),
                     [](const Value& value) { return value.grid.has_value(); });
}

}  // namespace octet::converter
