// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.

#include <string>
#include <utility>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/quantized_values.h"

namespace octet::converter {

using onnx::TensorProto;
using schema::BinaryFunction;
using schema::UnaryFunction;

Status ImportQuantizeLinear(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", 1));
  OCTET_ASSIGN_OR_RETURN(
      const int64_t output_type,
      node.attributes().GetInt("output_dtype", TensorProto::UINT8));
  OCTET_ASSIGN_OR_RETURN(
      const QuantizedAs as,
      ReadQuantizedAs(node, 1, axis, static_cast<int>(output_type)));
  OCTET_ASSIGN_OR_RETURN(const NodeContext::Finished y,
                         EmitQuantized(node, input, as));
  return node.ReturnTagged(y.id, y.tag);
}

Status ImportDequantizeLinear(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", 1));
  OCTET_ASSIGN_OR_RETURN(const ValueId y, EmitReal(node, 0, axis, ""));
  return node.Return(y);
}

// The scale so that [min(x, 0), max(x, 0)] has 255 steps; the output, the scale
// and the zero point.
Status ImportDynamicQuantizeLinear(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId x, node.Input(0));
  Reduce reduce;
  for (int i = 0; i < node.shape(x).rank; ++i) reduce.axes.push_back(i);
  const ValueId zero = node.AddConstant(0, Shape{}, {0.0f});
  const ValueId steps = node.AddConstant(0, Shape{}, {1.0f / 255.0f});
  ValueId ends[2];
  for (int i = 0; i < 2; ++i) {
    reduce.function = i == 0 ? schema::ReduceFunction::MINIMUM
                             : schema::ReduceFunction::MAXIMUM;
    const BinaryFunction bound =
        i == 0 ? BinaryFunction::MINIMUM : BinaryFunction::MAXIMUM;
    const std::string suffix = i == 0 ? "/min" : "/max";
    OCTET_ASSIGN_OR_RETURN(const ValueId reduced,
                           node.Emit(reduce, {x}, suffix + "/kept"));
    OCTET_ASSIGN_OR_RETURN(
        const ValueId scalar,
        node.EmitReshape(reduced, Shape{}, suffix + "/scalar"));
    OCTET_ASSIGN_OR_RETURN(
        ends[i], node.Emit(Binary{bound, {}}, {scalar, zero}, suffix));
  }
  const Binary subtract{BinaryFunction::SUB, {}};
  const Binary divide{BinaryFunction::DIV, {}};
  OCTET_ASSIGN_OR_RETURN(const ValueId range,
                         node.Emit(subtract, {ends[1], ends[0]}, "/range"));
  OCTET_ASSIGN_OR_RETURN(const ValueId scale,
                         node.Emit(Mul{}, {range, steps}, "/scale"));
  OCTET_ASSIGN_OR_RETURN(const ValueId below,
                         node.Emit(subtract, {zero, ends[0]}, "/below"));
  OCTET_ASSIGN_OR_RETURN(ValueId zero_point,
                         node.Emit(divide, {below, scale}, "/zero"));
  const Clamp bounds{{0, 255}};
  const Unary round{UnaryFunction::ROUND};
  OCTET_ASSIGN_OR_RETURN(zero_point,
                         node.Emit(bounds, {zero_point}, "/zero/bounded"));
  OCTET_ASSIGN_OR_RETURN(zero_point,
                         node.Emit(round, {zero_point}, "/zero/rounded"));
  OCTET_ASSIGN_OR_RETURN(ValueId y, node.Emit(divide, {x, scale}, "/scaled"));
  OCTET_ASSIGN_OR_RETURN(y, node.Emit(round, {y}, "/rounded"));
  OCTET_ASSIGN_OR_RETURN(y, node.Emit(Add{}, {y, zero_point}, "/moved"));
  OCTET_ASSIGN_OR_RETURN(y, node.Emit(bounds, {y}, "/bounded"));
  OCTET_ASSIGN_OR_RETURN(y, EmitCast(node, y, DataType::INT64, ""));
  OCTET_RETURN_IF_ERROR(node.Return(y));
  if (node.IsOutputUsed(1)) OCTET_RETURN_IF_ERROR(node.Return(scale, 1));
  if (!node.IsOutputUsed(2)) return OkStatus();
  OCTET_ASSIGN_OR_RETURN(
      zero_point, EmitCast(node, zero_point, DataType::INT64, "/zero_point"));
  return node.Return(zero_point, 2);
}

}  // namespace octet::converter
