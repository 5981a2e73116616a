#include "converter/repair/layer_seams.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace octet::converter {

std::vector<LayerSeam> FindLayerSeams(const Graph& graph) {
  const auto consumers = FindConsumers(graph);
  std::vector<LayerSeam> seams;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!IsWeightedLayer(node.op) ||
        std::count(graph.outputs.begin(), graph.outputs.end(), node.output) >
            0) {
      continue;
    }
    LayerSeam seam{i, {}};
    bool fits = !consumers[size_t(node.output)].empty();
    for (int reader : consumers[size_t(node.output)]) {
      fits = fits && IsWeightedLayer(graph.nodes[size_t(reader)].op);
      seam.consumers.push_back(size_t(reader));
    }
    if (fits) seams.push_back(std::move(seam));
  }
  return seams;
}

void VisitWeightsByInput(const Graph& graph, const Node& node,
                         const std::function<void(size_t, size_t)>& visit) {
  const Value& weights = graph.value(node.inputs[1]);
  const Conv2d* conv = std::get_if<Conv2d>(&node.op);
  const size_t groups = conv == nullptr ? 1 : size_t(conv->groups);
  const size_t depth = size_t(weights.shape[weights.shape.rank - 1]);
  const size_t group_size = weights.data->size() / groups;
  for (size_t i = 0; i < weights.data->size(); ++i) {
    visit(i, i / group_size * depth + i % depth);
  }
}

void ReplaceConstant(Graph& graph, ValueId& id, std::vector<float> data) {
  const Value value = graph.value(id);
  id = graph.AddConstant(value.name, value.shape, std::move(data));
}

}  // namespace octet::converter
