// ONNX's quantized operators, computed in FP32 as their definition says: their
// integers are plain numbers here.

#include <string>
#include <utility>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

using onnx::TensorProto;
using schema::BinaryFunction;
using schema::UnaryFunction;

// The bounds of an integer type; 16 bits at most, so that a float is exact.
Result<FloatClamp> BoundsOf(int data_type) {
  switch (data_type) {
    case TensorProto::UINT8:
      return FloatClamp{0, 255};
    case TensorProto::INT8:
      return FloatClamp{-128, 127};
    case TensorProto::UINT16:
      return FloatClamp{0, 65535};
    case TensorProto::INT16:
      return FloatClamp{-32768, 32767};
    default:
      return Unsupported("quantizes to " + DataTypeName(data_type));
  }
}

// A scale or zero point as floats that are broadcast to `shape`: a value for
// all, or one an index of `axis`. `shape` is a copy: emitting moves the values.
Result<ValueId> EmitParameter(NodeContext& node, int i, Shape shape,
                              int64_t axis, const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(i));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId floats,
      EmitCast(node, input, DataType::FLOAT32, suffix + "/as_float"));
  const Shape parameters = node.shape(floats);
  const int64_t count = parameters.NumElements();
  if (count == 1) return node.EmitReshape(floats, Shape{}, suffix);
  if (parameters.rank != 1) return Unsupported("blocked quantization");
  OCTET_ASSIGN_OR_RETURN(const int at, NormalizeAxis(axis, shape.rank));
  if (count != shape[at]) {
    return InvalidModel("has " + std::to_string(count) +
                        " scales or zero points for a dimension of " +
                        std::to_string(shape[at]));
  }
  Shape along{parameters[0]};
  while (along.rank < shape.rank - at) along[along.rank++] = 1;
  return node.EmitReshape(floats, along, suffix);
}

// (x - zero point) of input `i`, as floats; the zero point is input `zero`.
Result<ValueId> EmitCentred(NodeContext& node, int i, int zero, int64_t axis,
                            const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(i));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId floats,
      EmitCast(node, input, DataType::FLOAT32, suffix + "/as_float"));
  if (!node.HasInput(zero)) return floats;
  OCTET_ASSIGN_OR_RETURN(
      const ValueId zero_point,
      EmitParameter(node, zero, node.shape(floats), axis, suffix + "/zero"));
  return node.Emit(Binary{BinaryFunction::SUB, {}}, {floats, zero_point},
                   suffix + "/centred");
}

// scale * (x - zero point), with inputs i, i + 1 and i + 2.
Result<ValueId> EmitDequantized(NodeContext& node, int i, int64_t axis,
                                const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(const ValueId centred,
                         EmitCentred(node, i, i + 2, axis, suffix));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId scale,
      EmitParameter(node, i + 1, node.shape(centred), axis, suffix + "/scale"));
  return node.Emit(Mul{}, {centred, scale}, suffix);
}

// round(x / scale) + zero point within the type's bounds, where the scale is
// input `i` and the zero point the one behind it.
Result<ValueId> EmitQuantized(NodeContext& node, ValueId x, int i, int64_t axis,
                              int data_type) {
  OCTET_ASSIGN_OR_RETURN(const FloatClamp bounds, BoundsOf(data_type));
  const Shape shape = node.shape(x);
  OCTET_ASSIGN_OR_RETURN(const ValueId scale,
                         EmitParameter(node, i, shape, axis, "/y_scale"));
  OCTET_ASSIGN_OR_RETURN(ValueId y, node.Emit(Binary{BinaryFunction::DIV, {}},
                                              {x, scale}, "/scaled"));
  OCTET_ASSIGN_OR_RETURN(
      y, node.Emit(Unary{UnaryFunction::ROUND}, {y}, "/rounded"));
  if (node.HasInput(i + 1)) {
    OCTET_ASSIGN_OR_RETURN(const ValueId zero_point,
                           EmitParameter(node, i + 1, shape, axis, "/y_zero"));
    OCTET_ASSIGN_OR_RETURN(y, node.Emit(Add{}, {y, zero_point}, "/moved"));
  }
  OCTET_ASSIGN_OR_RETURN(y, node.Emit(Clamp{bounds}, {y}, "/bounded"));
  return EmitCast(node, y, DataType::INT64, "");
}

}  // namespace

Status ImportQuantizeLinear(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", 1));
  OCTET_ASSIGN_OR_RETURN(
      const int64_t output_type,
      node.attributes().GetInt("output_dtype", TensorProto::UINT8));
  const int type =
      node.HasInput(2) ? node.InputDataType(2) : static_cast<int>(output_type);
  OCTET_ASSIGN_OR_RETURN(const ValueId y,
                         EmitQuantized(node, input, 1, axis, type));
  return node.Return(y);
}

Status ImportDequantizeLinear(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", 1));
  OCTET_ASSIGN_OR_RETURN(const ValueId y, EmitDequantized(node, 0, axis, ""));
  return node.Return(y);
}

Status ImportMatMulInteger(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, EmitCentred(node, 0, 2, 0, "/a"));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, EmitCentred(node, 1, 3, 1, "/b"));
  OCTET_ASSIGN_OR_RETURN(const ValueId product,
                         node.Emit(MatMul{}, {a, b}, "/product"));
  OCTET_ASSIGN_OR_RETURN(const ValueId y,
                         EmitCast(node, product, DataType::INT64, ""));
  return node.Return(y);
}

Status ImportQLinearMatMul(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, EmitDequantized(node, 0, 0, "/a"));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, EmitDequantized(node, 3, 1, "/b"));
  OCTET_ASSIGN_OR_RETURN(const ValueId product,
                         node.Emit(MatMul{}, {a, b}, "/product"));
  OCTET_ASSIGN_OR_RETURN(const ValueId y, EmitQuantized(node, product, 6, 1,
                                                        node.InputDataType(7)));
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
