#include "converter/ir/node_alone.h"

#include <utility>

namespace octet::converter {

Graph NodeAlone(const Graph& graph, const Node& node) {
  Graph alone;
  alone.name = node.name;
  Node copy = node;
  for (ValueId& input : copy.inputs) {
    alone.values.push_back(graph.value(input));
    input = ValueId(alone.values.size() - 1);
    if (!alone.value(input).is_constant()) alone.inputs.push_back(input);
  }
  const Value& output = graph.value(node.output);
  copy.output = alone.AddActivation(output.name, output.shape, output.type);
  alone.outputs = {copy.output};
  alone.nodes = {std::move(copy)};
  return alone;
}

}  // namespace octet::converter
