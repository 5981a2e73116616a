// One function an operator: appends its int8 form to a model. Implemented in
// one file a family: quantize_convolution.cc, quantize_pooling.cc,
// quantize_elementwise.cc, quantize_data_movement.cc.
//
// REQUIRES, for all: AssignPrecision has the node in INT8 and `builder`'s
// params are AssignParams'. An error says why, without the node's name.

#ifndef OCTET_CONVERTER_QUANTIZE_QUANTIZE_OPERATORS_H_
#define OCTET_CONVERTER_QUANTIZE_QUANTIZE_OPERATORS_H_

#include <vector>

#include "converter/ir/graph.h"
#include "converter/quantize/fuse_residuals.h"
#include "converter/quantize/model_builder.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

// `residual`: what the layer adds to its output (`node` is FuseNodes'), or
// null.
Status QuantizeConv2d(const Conv2d& op, const Node& node,
                      const ResidualFusion* residual, const LayerRepair* repair,
                      const QuantizeOptions& options, ModelBuilder& builder,
                      QuantizationReport& report);
Status QuantizeFullyConnected(const FullyConnected& op, const Node& node,
                              const ResidualFusion* residual,
                              const LayerRepair* repair,
                              const QuantizeOptions& options,
                              ModelBuilder& builder,
                              QuantizationReport& report);

Status QuantizeMaxPool2d(const MaxPool2d& op, const Node& node,
                         ModelBuilder& builder);
Status QuantizeAveragePool2d(const AveragePool2d& op, const Node& node,
                             ModelBuilder& builder);
// The distinct numbers of cells that the windows of `op` average over,
// ascending; `input` and `output` are NHWC.
std::vector<int32_t> AveragePoolCounts(const AveragePool2d& op,
                                       const Shape& input, const Shape& output);

// The tensor of an operand of a sum. The schema's sums have inputs of the
// output's shape: a constant is stored repeated, an activation goes through an
// Expand that is appended here.
uint32_t AddOperand(const Node& node, ValueId id, ModelBuilder& builder);
Status QuantizeAdd(const Add& op, const Node& node, ModelBuilder& builder);
// As an Add of the second operand's negative. REQUIRES: function SUB.
Status QuantizeDifference(const Binary& op, const Node& node,
                          ModelBuilder& builder);
Status QuantizeMul(const Mul& op, const Node& node, ModelBuilder& builder);
Status QuantizeMatMul(const MatMul& op, const Node& node,
                      ModelBuilder& builder);
// As a Lookup.
Status QuantizeUnary(const Unary& op, const Node& node, ModelBuilder& builder);
Status QuantizeClampNode(const Clamp& op, const Node& node,
                         ModelBuilder& builder);
Status QuantizeSoftmax(const Node& node, ModelBuilder& builder);

Status QuantizeConcat(const Concat& op, const Node& node,
                      ModelBuilder& builder);
Status QuantizeReshape(const Node& node, ModelBuilder& builder);
Status QuantizeTranspose(const Transpose& op, const Node& node,
                         ModelBuilder& builder);
Status QuantizePad(const Pad& op, const Node& node, ModelBuilder& builder);
Status QuantizeSlice(const Slice& op, const Node& node, ModelBuilder& builder);
Status QuantizeResize(const Resize& op, const Node& node,
                      ModelBuilder& builder);
Status QuantizeExpand(const Node& node, ModelBuilder& builder);
Status QuantizeGather(const Gather& op, const Node& node,
                      ModelBuilder& builder);
Status QuantizeGatherNd(const GatherNd& op, const Node& node,
                        ModelBuilder& builder);
Status QuantizeGatherElements(const GatherElements& op, const Node& node,
                              ModelBuilder& builder);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_QUANTIZE_OPERATORS_H_
