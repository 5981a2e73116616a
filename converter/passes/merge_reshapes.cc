#include "converter/passes/merge_reshapes.h"

#include <variant>
#include <vector>

#include "converter/passes/remove_identities.h"
#include "converter/passes/rewriting.h"

namespace octet::converter {

Status MergeReshapes(Graph& graph) {
  const std::vector<int> producers = FindProducers(graph);
  for (Node& node : graph.nodes) {
    if (!std::holds_alternative<Reshape>(node.op)) continue;
    const int producer = producers[size_t(node.inputs[0])];
    if (producer < 0) continue;
    // In execution order, so that the producer reads no Reshape any more.
    const Node& first = graph.nodes[size_t(producer)];
    if (!std::holds_alternative<Reshape>(first.op)) continue;
    node.inputs[0] = first.inputs[0];
  }
  OCTET_RETURN_IF_ERROR(RemoveIdentities(graph));
  RemoveDeadNodes(graph);
  return OkStatus();
}

}  // namespace octet::converter
