#include "converter/onnx/quantized_values.h"

#include <cmath>
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

// The one number of a constant; nothing of any other value.
std::optional<float> OneNumber(const Value& value) {
  if (!value.is_constant() || value.shape.NumElements() != 1) {
    return std::nullopt;
  }
  return value.is_float() ? (*value.data)[0]
                          : static_cast<float>((*value.integers)[0]);
}

std::optional<QuantizedTag> FindTagOf(const NodeContext& node,
                                      const QuantizedAs& as) {
  const bool is_uint8 = as.data_type == TensorProto::UINT8;
  if (!is_uint8 && as.data_type != TensorProto::INT8) return std::nullopt;
  const std::optional<float> scale = OneNumber(node.value(as.scale));
  std::optional<float> zero_point = 0.0f;
  if (as.zero_point != kNoValue) {
    zero_point = OneNumber(node.value(as.zero_point));
  }
  if (!scale.has_value() || !zero_point.has_value()) return std::nullopt;
  const float q = *zero_point - (is_uint8 ? 128.0f : 0.0f);
  if (!std::isfinite(*scale) || *scale <= 0.0f || q < -128.0f || q > 127.0f) {
    return std::nullopt;
  }
  return QuantizedTag{{*scale, static_cast<int32_t>(q)}, is_uint8};
}

// A scale or zero point as floats that are broadcast to `shape`: a value for
// all, or one an index of `axis`. `shape` is a copy: emitting moves the values.
Result<ValueId> EmitParameter(NodeContext& node, ValueId parameter, Shape shape,
                              int64_t axis, const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(
      const ValueId floats,
      EmitCast(node, parameter, DataType::FLOAT32, suffix + "/as_float"));
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

// scale * (x - zero point).
Result<ValueId> EmitDequantized(NodeContext& node, int i, int64_t axis,
                                const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(const ValueId centred,
                         EmitCentred(node, i, i + 2, axis, suffix));
  OCTET_ASSIGN_OR_RETURN(ValueId scale, node.Input(i + 1));
  OCTET_ASSIGN_OR_RETURN(scale, EmitParameter(node, scale, node.shape(centred),
                                              axis, suffix + "/scale"));
  return node.Emit(Mul{}, {centred, scale}, suffix + "/real");
}

// round(x / scale) + zero point within the type's bounds.
Result<ValueId> EmitIntegers(NodeContext& node, ValueId x,
                             const QuantizedAs& as) {
  OCTET_ASSIGN_OR_RETURN(const FloatClamp bounds, BoundsOf(as.data_type));
  const Shape shape = node.shape(x);
  OCTET_ASSIGN_OR_RETURN(
      const ValueId scale,
      EmitParameter(node, as.scale, shape, as.axis, "/y_scale"));
  OCTET_ASSIGN_OR_RETURN(ValueId y, node.Emit(Binary{BinaryFunction::DIV, {}},
                                              {x, scale}, "/scaled"));
  OCTET_ASSIGN_OR_RETURN(
      y, node.Emit(Unary{UnaryFunction::ROUND}, {y}, "/rounded"));
  if (as.zero_point != kNoValue) {
    OCTET_ASSIGN_OR_RETURN(
        const ValueId zero_point,
        EmitParameter(node, as.zero_point, shape, as.axis, "/y_zero"));
    OCTET_ASSIGN_OR_RETURN(y, node.Emit(Add{}, {y, zero_point}, "/moved"));
  }
  OCTET_ASSIGN_OR_RETURN(y, node.Emit(Clamp{bounds}, {y}, "/bounded"));
  return EmitCast(node, y, DataType::INT64, "/integers");
}

}  // namespace

Result<QuantizedAs> ReadQuantizedAs(NodeContext& node, int i, int64_t axis,
                                    int data_type) {
  QuantizedAs as;
  as.axis = axis;
  as.data_type = data_type;
  OCTET_ASSIGN_OR_RETURN(as.scale, node.Input(i));
  if (node.HasInput(i + 1)) {
    OCTET_ASSIGN_OR_RETURN(as.zero_point, node.Input(i + 1));
    as.data_type = node.InputDataType(i + 1);
  }
  as.tag = FindTagOf(node, as);
  return as;
}

Result<ValueId> EmitCentred(NodeContext& node, int i, int zero, int64_t axis,
                            const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(i));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId floats,
      EmitCast(node, input, DataType::FLOAT32, suffix + "/as_float"));
  if (!node.HasInput(zero)) return floats;
  OCTET_ASSIGN_OR_RETURN(ValueId zero_point, node.Input(zero));
  OCTET_ASSIGN_OR_RETURN(
      zero_point, EmitParameter(node, zero_point, node.shape(floats), axis,
                                suffix + "/zero"));
  return node.Emit(Binary{BinaryFunction::SUB, {}}, {floats, zero_point},
                   suffix + "/centred");
}

Result<ValueId> EmitReal(NodeContext& node, int i, int64_t axis,
                         const std::string& suffix) {
  OCTET_ASSIGN_OR_RETURN(const ValueId stored, node.StoredInput(i));
  OCTET_ASSIGN_OR_RETURN(
      const QuantizedAs as,
      ReadQuantizedAs(node, i + 1, axis, node.InputDataType(i)));
  const QuantizedTag* tag = node.FindTag(stored);
  if (tag != nullptr && as.tag.has_value() && *tag == *as.tag) return stored;
  OCTET_ASSIGN_OR_RETURN(const ValueId real,
                         EmitDequantized(node, i, axis, suffix));
  if (!as.tag.has_value() || node.value(real).is_constant()) return real;
  return node.Emit(FakeQuantize{as.tag->grid}, {real}, suffix + "/on_grid");
}

Result<NodeContext::Finished> EmitQuantized(NodeContext& node, ValueId x,
                                            const QuantizedAs& as) {
  if (as.tag.has_value() && node.value(x).is_float()) {
    OCTET_ASSIGN_OR_RETURN(
        const ValueId y,
        node.Emit(FakeQuantize{as.tag->grid}, {x}, "/on_grid"));
    return NodeContext::Finished{y, as.tag};
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId y, EmitIntegers(node, x, as));
  return NodeContext::Finished{y, std::nullopt};
}

}  // namespace octet::converter
