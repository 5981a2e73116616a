#include "converter/quantize/quantizer.h"

#include <utility>

#include "converter/quantize/assign_params.h"
#include "converter/quantize/float_operators.h"
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
  // To the grid that its output has.
  Status operator()(const FakeQuantize&) const {
    return QuantizeClampNode(Clamp(), node, builder);
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
  Status operator()(const Resize& op) const {
    return QuantizeResize(op, node, builder);
  }
  Status operator()(const Expand&) const {
    return QuantizeExpand(node, builder);
  }
  Status operator()(const Gather& op) const {
    return QuantizeGather(op, node, builder);
  }
  Status operator()(const GatherNd& op) const {
    return QuantizeGatherNd(op, node, builder);
  }
  Status operator()(const GatherElements& op) const {
    return QuantizeGatherElements(op, node, builder);
  }
  Status operator()(const Mul& op) const {
    return QuantizeMul(op, node, builder);
  }
  Status operator()(const MatMul& op) const {
    return QuantizeMatMul(op, node, builder);
  }
  Status operator()(const Binary& op) const {
    return QuantizeDifference(op, node, builder);
  }
  Status operator()(const Unary& op) const {
    return QuantizeUnary(op, node, builder);
  }
  template <typename Other>
  Status operator()(const Other&) const {
    return InternalError(
        "an operator without an int8 form was planned in INT8");
  }
};

// `layer` as it stands in the graph.
const LayerRepair* FindRepair(const QuantizeOptions& options,
                              const Node& layer) {
  if (options.repairs == nullptr) return nullptr;
  const auto found = options.repairs->find(layer.name);
  return found == options.repairs->end() ? nullptr : &found->second;
}

void ReportPrecision(const Graph& graph, const PrecisionPlan& plan,
                     QuantizationReport& report) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (plan.IsInt8(i)) continue;
    const Node& node = graph.nodes[i];
    report.float_nodes.push_back(
        {node.name, OperatorName(node.op), plan.reasons[i]});
  }
  report.islands = CountIslands(graph, plan);
}

}  // namespace

Result<QuantizedModel> Quantize(const Graph& graph, const Ranges& ranges,
                                const QuantizeOptions& options) {
  OCTET_RETURN_IF_ERROR(CheckPrecisionOptions(graph, options.precision));
  if (!options.precision.all_float && ranges.size() != graph.values.size()) {
    return InvalidArgument("the ranges were not calibrated on this graph");
  }
  const PrecisionPlan plan = AssignPrecision(graph, options.precision);
  const AssignedParams assigned =
      AssignParams(graph, ranges, options.scheme, options.precision);
  QuantizedModel result;
  ReportPrecision(graph, plan, result.report);
  result.report.raised_adds = assigned.raised_adds;
  ModelBuilder builder(graph, assigned.params, plan.int8_values);
  const std::vector<ResidualFusion> fusions =
      FindResidualFusions(graph, ranges, assigned.params, options.precision);
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
        plan.IsInt8(i)
            ? std::visit(OperatorVisitor{node, fuses ? &fusion : nullptr,
                                         FindRepair(options, layer), options,
                                         builder, result.report},
                         node.op)
            : AddFloatOperator(node, builder);
    OCTET_RETURN_IF_ERROR(status.WithContext("node '" + node.name + "' (" +
                                             OperatorName(node.op) + ")"));
    result.report.fused_residuals += fuses;
  }
  result.report.inserted_requantizes = builder.inserted_requantizes();
  std::tie(result.model, result.tensor_of_value) = builder.Finish();
  result.report.conversions = builder.inserted_conversions();
  return result;
}

}  // namespace octet::converter
