#include "converter/quantize/fuse_residuals.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace octet::converter {
namespace {

// The magnitude, in steps of the output, at which t may saturate.
double LayerLimit(int32_t fraction_bits) {
  return std::ldexp(256.0, 6 - fraction_bits);
}

class Finder {
 public:
  Finder(const Graph& graph, const Ranges& ranges,
         const std::vector<ActivationParams>& params, const PrecisionPlan& plan)
      : graph_(graph),
        plan_(plan),
        ranges_(ranges),
        params_(params),
        producers_(FindProducers(graph)),
        consumers_(FindConsumers(graph)) {}

  ResidualFusion Find(const Node& add) const {
    ResidualFusion best;
    for (size_t i = 0; i < 2; ++i) {
      const int layer = producers_[size_t(add.inputs[i])];
      if (layer < 0 || layer <= best.layer || !IsLayerOfItsOwn(layer)) continue;
      // One that the sum repeats has fewer outputs.
      if (graph_.value(add.inputs[i]).shape != graph_.value(add.output).shape) {
        continue;
      }
      const ResidualFusion fusion = Fuse(add, i, layer);
      if (!FitsT(add, i, fusion)) continue;
      best = fusion;
    }
    return best;
  }

 private:
  // Whether node `layer` is one whose output becomes another's, unseen.
  bool IsLayerOfItsOwn(int layer) const {
    if (!plan_.IsInt8(size_t(layer))) return false;
    const Node& node = graph_.nodes[size_t(layer)];
    if (std::holds_alternative<Conv2d>(node.op)) {
      if (IsDepthwise(graph_, node)) return false;
    } else if (!std::holds_alternative<FullyConnected>(node.op)) {
      return false;
    }
    const auto& outputs = graph_.outputs;
    return FindClamp(node.op)->is_none() &&
           consumers_[size_t(node.output)].size() == 1 &&
           std::find(outputs.begin(), outputs.end(), node.output) ==
               outputs.end();
  }

  ResidualFusion Fuse(const Node& add, size_t from_layer, int layer) const {
    const AddParams numbers = DeriveAdd(
        ScaleOf(add.inputs[0]), ScaleOf(add.inputs[1]), ScaleOf(add.output));
    return {layer, add.inputs[1 - from_layer],
            from_layer == 0 ? numbers.multiplier_2 : numbers.multiplier_1,
            numbers.fraction_bits};
  }

  bool FitsT(const Node& add, size_t from_layer,
             const ResidualFusion& fusion) const {
    const Range& range = ranges_[size_t(add.inputs[from_layer])];
    const double largest =
        std::max(std::abs(double{range.min}), std::abs(double{range.max}));
    return largest / ScaleOf(add.output) < LayerLimit(fusion.fraction_bits);
  }

  float ScaleOf(ValueId id) const { return params_[size_t(id)].scale; }

  const Graph& graph_;
  const PrecisionPlan& plan_;
  const Ranges& ranges_;
  const std::vector<ActivationParams>& params_;
  std::vector<int> producers_;
  std::vector<std::vector<int>> consumers_;
};

}  // namespace

std::vector<ResidualFusion> FindResidualFusions(
    const Graph& graph, const Ranges& ranges,
    const std::vector<ActivationParams>& params,
    const PrecisionOptions& precision) {
  const PrecisionPlan plan = AssignPrecision(graph, precision);
  const Finder finder(graph, ranges, params, plan);
  std::vector<ResidualFusion> fusions;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const bool is_add = plan.IsInt8(i) && std::holds_alternative<Add>(node.op);
    fusions.push_back(is_add ? finder.Find(node) : ResidualFusion());
  }
  return fusions;
}

Node FuseNodes(const Node& layer, const Node& add) {
  Node fused = layer;
  fused.name += " + " + add.name;
  fused.output = add.output;
  *MutableClamp(fused.op) = *FindClamp(add.op);
  return fused;
}

}  // namespace octet::converter
