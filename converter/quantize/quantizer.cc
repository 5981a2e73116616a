#include "converter/quantize/quantizer.h"

#include <utility>

#include "converter/quantize/assign_params.h"
#include "converter/quantize/check_quantizable.h"
#include "converter/quantize/model_builder.h"
#include "converter/quantize/quantize_operators.h"

namespace octet::converter {
namespace {

// Overloads, one an operator.
struct OperatorVisitor {
  const Node& node;
  const ResidualFusion* residual;  // of a layer; or null
  const LayerRepair* repair;       // of a layer; or null
  const QuantizeOptions& options;
  ModelBuilder& builder;
  QuantizationReport& report;

  Status operator()(const Conv2d& op) const {
    return QuantizeConv2d(op, node, residual, repair, options, builder, report);
  }
  Status operator()(const FullyConnected& op) const {
    return QuantizeFullyConnected(op, node, residual, repair, options, builder,
                                  report);
  }
  Status operator()(const MaxPool2d& op) const {
    return QuantizeMaxPool2d(op, node, builder);
  }
  Status operator()(const AveragePool2d& op) const {
    return QuantizeAveragePool2d(op, node, builder);
  }
  Status operator()(const Add& op) const {
    return QuantizeAdd(op, node, builder);
  }
  Status operator()(const Clamp& op) const {
    return QuantizeClampNode(op, node, builder);
  }
  Status operator()(const Softmax&) const {
    return QuantizeSoftmax(node, builder);
  }
  Status operator()(const Concat& op) const {
    return QuantizeConcat(op, node, builder);
  }
  Status operator()(const Reshape&) const {
    return QuantizeReshape(node, builder);
  }
  Status operator()(const Transpose& op) const {
    return QuantizeTranspose(op, node, builder);
  }
  Status operator()(const Pad& op) const {
    return QuantizePad(op, node, builder);
  }
  Status operator()(const Slice& op) const {
    return QuantizeSlice(op, node, builder);
  }
  Status operator()(const Mul&) const { return Refused(); }
  Status operator()(const BatchNormalization&) const { return Refused(); }
  Status operator()(const Identity&) const { return Refused(); }

  Status Refused() const {
    return InternalError("CheckQuantizable should have refused this operator");
  }
};

// `layer` as it stands in the graph.
const LayerRepair* FindRepair(const QuantizeOptions& options,
                              const Node& layer) {
  if (options.repairs == nullptr) return nullptr;
  const auto found = options.repairs->find(layer.name);
  return found == options.repairs->end() ? nullptr : &found->second;
}

}  // namespace

Result<QuantizedModel> Quantize(const Graph& graph, const Ranges& ranges,
                                const QuantizeOptions& options) {
  OCTET_RETURN_IF_ERROR(CheckQuantizable(graph));
  if (ranges.size() != graph.values.size()) {
    return InvalidArgument("the ranges were not calibrated on this graph");
  }
  const AssignedParams assigned = AssignParams(graph, ranges, options.scheme);
  QuantizedModel result;
  result.report.raised_adds = assigned.raised_adds;
  ModelBuilder builder(graph, assigned.params);
  const std::vector<ResidualFusion> fusions =
      FindResidualFusions(graph, ranges, assigned.params);
  std::vector<bool> fused(graph.nodes.size(), false);  // into a later node
  for (const ResidualFusion& fusion : fusions) {
    if (fusion.layer >= 0) fused[size_t(fusion.layer)] = true;
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (fused[i]) continue;
    const ResidualFusion& fusion = fusions[i];
    const bool fuses = fusion.layer >= 0;
    const Node& layer = graph.nodes[fuses ? size_t(fusion.layer) : i];
    const Node node = fuses ? FuseNodes(layer, graph.nodes[i]) : layer;
    const Status status =
        std::visit(OperatorVisitor{node, fuses ? &fusion : nullptr,
                                   FindRepair(options, layer), options, builder,
                                   result.report},
                   node.op);
    OCTET_RETURN_IF_ERROR(status.WithContext("node '" + node.name + "' (" +
                                             OperatorName(node.op) + ")"));
    result.report.fused_residuals += fuses;
  }
  result.report.inserted_requantizes = builder.inserted_requantizes();
  std::tie(result.model, result.tensor_of_value) = builder.Finish();
  return result;
}

}  // namespace octet::converter
