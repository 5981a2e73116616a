#include "converter/passes/fold_flatten.h"

#include <utility>
#include <variant>
#include <vector>

#include "converter/ir/constant_evaluation.h"
#include "converter/ir/permutation.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {
namespace {

// Whether `flat` is `shape` with all dimensions but the first in its last.
bool FlattensAllButFirst(const Shape& shape, const Shape& flat) {
  return shape.rank >= 2 && flat.rank >= 2 && flat[0] == shape[0] &&
         flat.NumElements() == int64_t{flat[0]} * flat[flat.rank - 1];
}

// weights {n, k}, whose columns follow the transposed `shape` (without
// dimension 0), in the order of `shape`.
std::vector<float> PermuteColumns(const Value& weights, const Shape& shape,
                                  const TransposeParams& permutation) {
  Shape rows = PermuteShape(shape, permutation);
  rows[0] = weights.shape[0];
  return TransposeData(*weights.data, rows,
                       InversePermutation(permutation, shape.rank));
}

}  // namespace

Status FoldFlatten(Graph& graph) {
  const std::vector<int> producers = FindProducers(graph);
  NodeNames names(graph);
  std::vector<Node> nodes;
  for (const Node& node : graph.nodes) {
    const auto producer_of = [&](ValueId id) -> const Node* {
      const int index = producers[size_t(id)];
      return index < 0 ? nullptr : &graph.nodes[size_t(index)];
    };
    nodes.push_back(node);
    if (!std::holds_alternative<FullyConnected>(node.op)) continue;
    const Node* flatten = producer_of(node.inputs[0]);
    if (flatten == nullptr || !std::holds_alternative<Reshape>(flatten->op)) {
      continue;
    }
    const Node* nchw = producer_of(flatten->inputs[0]);
    const auto* transpose =
        nchw == nullptr ? nullptr : std::get_if<Transpose>(&nchw->op);
    const Value weights = graph.value(node.inputs[1]);
    if (transpose == nullptr || !weights.is_constant()) continue;
    const Shape shape = graph.value(nchw->inputs[0]).shape;
    const Shape flat = graph.value(flatten->output).shape;
    if (transpose->params.permutation[0] != 0 ||
        !FlattensAllButFirst(shape, flat)) {
      continue;
    }
    Node reshape{names.Unique(flatten->name + "/nhwc"),
                 flatten->source_type,
                 Reshape{flat},
                 {nchw->inputs[0]},
                 kNoValue};
    reshape.output = graph.AddActivation(
        graph.value(flatten->output).name + kInnerSuffix, flat);
    nodes.back().inputs[0] = reshape.output;
    nodes.back().inputs[1] =
        graph.AddConstant(weights.name, weights.shape,
                          PermuteColumns(weights, shape, transpose->params));
    nodes.insert(nodes.end() - 1, std::move(reshape));
  }
  graph.nodes = std::move(nodes);
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
