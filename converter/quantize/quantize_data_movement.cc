// Concat, Reshape, Transpose, Pad, Slice and Resize: numbers move, or lie
// between others, and their scale stays.

#include <utility>

#include "converter/quantize/quantize_operators.h"
#include "converter/quantize/schema_options.h"

namespace octet::converter {
namespace {

std::vector<int32_t> ToVector(const int32_t* values, const Shape& shape) {
  return {values, values + shape.rank};
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
  OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                         builder.TensorInOutputParams(node, node.inputs[0]));
  builder.AddOperator(node, schema::ReshapeT(), {input});
  return OkStatus();
}

Status QuantizeTranspose(const Transpose& op, const Node& node,
                         ModelBuilder& builder) {
  OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                         builder.TensorInOutputParams(node, node.inputs[0]));
  schema::TransposeT result;
  result.permutation =
      ToVector(op.params.permutation, builder.value(node.output).shape);
  builder.AddOperator(node, std::move(result), {input});
  return OkStatus();
}

Status QuantizePad(const Pad& op, const Node& node, ModelBuilder& builder) {
  OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                         builder.TensorInOutputParams(node, node.inputs[0]));
  const Shape& shape = builder.value(node.output).shape;
  schema::PadT result;
  result.begin = ToVector(op.params.begin, shape);
  result.end = ToVector(op.params.end, shape);
  result.value = QuantizeActivation(op.value, builder.params(node.output));
  builder.AddOperator(node, std::move(result), {input});
  return OkStatus();
}

Status QuantizeSlice(const Slice& op, const Node& node, ModelBuilder& builder) {
  OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                         builder.TensorInOutputParams(node, node.inputs[0]));
  const Shape& shape = builder.value(node.output).shape;
  schema::SliceT result;
  result.begin = ToVector(op.params.begin, shape);
  result.step = ToVector(op.params.step, shape);
  builder.AddOperator(node, std::move(result), {input});
  return OkStatus();
}

Status QuantizeResize(const Resize& op, const Node& node,
                      ModelBuilder& builder) {
  OCTET_ASSIGN_OR_RETURN(const uint32_t input,
                         builder.TensorInOutputParams(node, node.inputs[0]));
  builder.AddOperator(node, MakeResize(op), {input});
  return OkStatus();
}

}  // namespace octet::converter
