#include "converter/passes/fold_constants.h"

#include <optional>
#include <utility>
#include <vector>

#include "converter/ir/constant_evaluation.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {

Status FoldConstants(Graph& graph) {
  std::vector<Node> nodes = std::exchange(graph.nodes, {});
  for (Node& node : nodes) {
    const Value& output = graph.value(node.output);
    std::optional<ConstantData> data;
    if (!IsGraphOutput(graph, node.output)) {
      data = EvaluateConstantNode(graph, node.op, node.inputs, output.shape);
    }
    if (data.has_value()) {
      graph.MakeConstant(node.output, *std::move(data));
    } else {
      graph.nodes.push_back(std::move(node));
    }
  }
  return OkStatus();
}

}  // namespace octet::converter
