// Seams: values between layers, at which weights of both sides can change
// without changing what the network computes.

#ifndef OCTET_CONVERTER_REPAIR_LAYER_SEAMS_H_
#define OCTET_CONVERTER_REPAIR_LAYER_SEAMS_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "converter/ir/graph.h"

namespace octet::converter {

// The output of a Conv2d or FullyConnected that is no output of the graph and
// that only such layers read.
struct LayerSeam {
  size_t producer = 0;            // node
  std::vector<size_t> consumers;  // nodes, at least one
};

// In execution order.
std::vector<LayerSeam> FindLayerSeams(const Graph& graph);

// Calls visit(index of a weight, input channel) for all weights of `node`.
void VisitWeightsByInput(const Graph& graph, const Node& node,
                         const std::function<void(size_t, size_t)>& visit);

// Makes `id` a new constant of the same name and shape; others may read the old
// one.
void ReplaceConstant(Graph& graph, ValueId& id, std::vector<float> data);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_LAYER_SEAMS_H_
