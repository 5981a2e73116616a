// Concat, Reshape, Transpose, Pad, Slice, Expand, the Gathers and Resize:
// numbers move, or lie between others, and their scale stays.

#include <utility>

#include "converter/quantize/quantize_operators.h"
#include "converter/quantize/schema_options.h"

namespace octet::converter {
namespace {

std::vector<int32_t> ToVector(const int32_t* values, const Shape& shape) {
  return {values, values + shape.rank};
}

// An operator that moves its first input; indices may follow.
template <typename OptionsT>
Status AppendMovement(const Node& node, OptionsT options,
                      ModelBuilder& builder) {
  OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                         builder.TensorInOutputParams(node, node.inputs[0]));
  std::vector<uint32_t> inputs = {input};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    inputs.push_back(builder.PlainTensor(node.inputs[i]));
  }
  builder.AddOperator(node, std::move(options), std::move(inputs));
  return OkStatus();
}

}  // namespace

Status QuantizeConcat(const Concat& op, const Node& node,
                      ModelBuilder& builder) {
  std::vector<uint32_t> inputs;
  for (ValueId id : node.inputs) {
    OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                           builder.TensorInOutputParams(node, id));
    inputs.push_back(input);
  }
  schema::ConcatT result;
  result.axis = op.params.axis;
  builder.AddOperator(node, std::move(result), std::move(inputs));
  return OkStatus();
}

Status QuantizeReshape(const Node& node, ModelBuilder& builder) {
  return AppendMovement(node, schema::ReshapeT(), builder);
}

Status QuantizeTranspose(const Transpose& op, const Node& node,
                         ModelBuilder& builder) {
  schema::TransposeT result;
  result.permutation =
      ToVector(op.params.permutation, builder.value(node.output).shape);
  return AppendMovement(node, std::move(result), builder);
}

Status QuantizePad(const Pad& op, const Node& node, ModelBuilder& builder) {
  const Shape& shape = builder.value(node.output).shape;
  schema::PadT result;
  result.begin = ToVector(op.params.begin, shape);
  result.end = ToVector(op.params.end, shape);
  result.value = QuantizeActivation(op.value, builder.params(node.output));
  return AppendMovement(node, std::move(result), builder);
}

Status QuantizeSlice(const Slice& op, const Node& node, ModelBuilder& builder) {
  const int rank = builder.value(node.output).shape.rank;
  return AppendMovement(node, MakeSlice(op, rank), builder);
}

Status QuantizeResize(const Resize& op, const Node& node,
                      ModelBuilder& builder) {
  return AppendMovement(node, MakeResize(op), builder);
}

Status QuantizeExpand(const Node& node, ModelBuilder& builder) {
  return AppendMovement(node, schema::ExpandT(), builder);
}

Status QuantizeGather(const Gather& op, const Node& node,
                      ModelBuilder& builder) {
  schema::GatherT result;
  result.axis = op.axis;
  return AppendMovement(node, std::move(result), builder);
}

Status QuantizeGatherNd(const GatherNd& op, const Node& node,
                        ModelBuilder& builder) {
  schema::GatherNdT result;
  result.batch_dims = op.batch_dims;
  return AppendMovement(node, std::move(result), builder);
}

Status QuantizeGatherElements(const GatherElements& op, const Node& node,
                              ModelBuilder& builder) {
  schema::GatherElementsT result;
  result.axis = op.axis;
  return AppendMovement(node, std::move(result), builder);
}

}  // namespace octet::converter
