#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/shape_arguments.h"

namespace octet::converter {
namespace {

struct Operands {
  ValueId a;
  ValueId b;
};

// Before opset 7 the second input was aligned at the attribute `axis` of the
// first instead of at the right.
Result<ValueId> AlignLegacyBroadcast(NodeContext& node, ValueId a, ValueId b) {
  if (node.opset() >= 7 || !node.attributes().Has("axis")) return b;
  OCTET_ASSIGN_OR_RETURN(const int64_t attribute,
                         node.attributes().GetInt("axis", 0));
  OCTET_ASSIGN_OR_RETURN(const int axis,
                         NormalizeAxis(attribute, node.shape(a).rank));
  Shape aligned = node.shape(b);
  if (axis + aligned.rank > node.shape(a).rank) {
    return InvalidModel("axis " + std::to_string(axis) +
                        " leaves no room for the second input");
  }
  while (axis + aligned.rank < node.shape(a).rank) aligned[aligned.rank++] = 1;
  return node.EmitReshape(b, aligned, "/aligned");
}

Result<Operands> ReadOperands(NodeContext& node) {
  Operands operands{};
  OCTET_ASSIGN_OR_RETURN(operands.a, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(operands.b, node.Input(1));
  OCTET_ASSIGN_OR_RETURN(operands.b,
                         AlignLegacyBroadcast(node, operands.a, operands.b));
  return operands;
}

// The constant `b` with `function` applied to each element.
template <typename Function>
ValueId MapConstant(NodeContext& node, ValueId b, Function function) {
  std::vector<float> mapped = node.data(b);
  for (float& x : mapped) x = function(x);
  const Shape shape = node.shape(b);
  return node.AddConstant(1, shape, std::move(mapped));
}

Result<Shape> BroadcastShape(const Shape& a, const Shape& b) {
  Shape shape = a.rank >= b.rank ? a : b;
  const Shape& other = a.rank >= b.rank ? b : a;
  for (int i = 1; i <= other.rank; ++i) {
    int32_t& size = shape[shape.rank - i];
    const int32_t size_of_other = other[other.rank - i];
    if (size == 1) size = size_of_other;
    if (size_of_other != 1 && size_of_other != size) {
      return InvalidModel("the inputs " + a.ToString() + " and " +
                          b.ToString() + " cannot be combined");
    }
  }
  return shape;
}

int CountVaryingDimensions(const Shape& shape) {
  return static_cast<int>(std::count_if(shape.dims, shape.dims + shape.rank,
                                        [](int32_t d) { return d != 1; }));
}

// `op` (Add or Mul) of a tensor and a constant `b`.
Result<ValueId> EmitWithConstant(NodeContext& node, Operator op, Operands in,
                                 const std::string& suffix = "") {
  const bool both_constant = node.value(in.a).is_constant();
  OCTET_ASSIGN_OR_RETURN(const Shape output,
                         BroadcastShape(node.shape(in.a), node.shape(in.b)));
  if (both_constant && output != node.shape(in.a)) std::swap(in.a, in.b);
  if (output.NumElements() != node.shape(in.a).NumElements()) {
    return Unsupported("the constant " + node.shape(in.b).ToString() +
                       " enlarges the input " + node.shape(in.a).ToString());
  }
  if (!both_constant && CountVaryingDimensions(node.shape(in.b)) > 1) {
    return Unsupported("the constant " + node.shape(in.b).ToString() +
                       " varies along more than one dimension");
  }
  OCTET_ASSIGN_OR_RETURN(in.a, node.EmitReshape(in.a, output, "/extended"));
  return node.Emit(std::move(op), {in.a, in.b}, suffix);
}

Status ReturnWithConstant(NodeContext& node, Operator op, Operands in) {
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         EmitWithConstant(node, std::move(op), in));
  return node.Return(output);
}

Status TwoComputedInputs() {
  return Unsupported("both inputs are computed; one of them must be constant");
}

Status ReturnClamp(NodeContext& node, ValueId input, const FloatClamp& clamp) {
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(Clamp{clamp}, {input}));
  return node.Return(output);
}

}  // namespace

Status ImportAdd(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  if (node.value(in.a).is_constant()) std::swap(in.a, in.b);
  if (node.value(in.b).is_constant()) {
    return ReturnWithConstant(node, Add{}, in);
  }
  if (node.shape(in.a) != node.shape(in.b)) {
    return Unsupported("the computed inputs " + node.shape(in.a).ToString() +
                       " and " + node.shape(in.b).ToString() +
                       " differ in shape");
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(Add{}, {in.a, in.b}));
  return node.Return(output);
}

Status ImportSub(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  const auto negate = [](float x) { return -x; };
  if (node.value(in.b).is_constant()) {
    in.b = MapConstant(node, in.b, negate);
    return ReturnWithConstant(node, Add{}, in);
  }
  if (!node.value(in.a).is_constant()) return TwoComputedInputs();
  // constant - x = x * -1 + constant
  const ValueId minus_one = node.AddConstant(0, Shape{1}, {-1.0f});
  OCTET_ASSIGN_OR_RETURN(
      const ValueId negated,
      EmitWithConstant(node, Mul{}, {in.b, minus_one}, "/negated"));
  return ReturnWithConstant(node, Add{}, {negated, in.a});
}

Status ImportMul(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  if (node.value(in.a).is_constant()) std::swap(in.a, in.b);
  if (!node.value(in.b).is_constant()) return TwoComputedInputs();
  return ReturnWithConstant(node, Mul{}, in);
}

Status ImportDiv(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  if (!node.value(in.b).is_constant()) {
    return Unsupported("the divisor must be constant");
  }
  const std::vector<float>& divisors = node.data(in.b);
  if (std::count(divisors.begin(), divisors.end(), 0.0f) > 0) {
    return InvalidModel("divides by zero");
  }
  in.b = MapConstant(node, in.b, [](float x) { return 1.0f / x; });
  return ReturnWithConstant(node, Mul{}, in);
}

Status ImportRelu(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  FloatClamp clamp;
  clamp.min = 0;
  return ReturnClamp(node, input, clamp);
}

// Bounds are attributes before opset 11, inputs since.
Status ImportClip(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  FloatClamp clamp;
  if (node.opset() < 11) {
    OCTET_ASSIGN_OR_RETURN(clamp.min,
                           node.attributes().GetFloat("min", clamp.min));
    OCTET_ASSIGN_OR_RETURN(clamp.max,
                           node.attributes().GetFloat("max", clamp.max));
  }
  if (node.opset() >= 11 && node.HasInput(1)) {
    OCTET_ASSIGN_OR_RETURN(clamp.min, node.ScalarInput(1, "the minimum"));
  }
  if (node.opset() >= 11 && node.HasInput(2)) {
    OCTET_ASSIGN_OR_RETURN(clamp.max, node.ScalarInput(2, "the maximum"));
  }
  if (std::isnan(clamp.min) || std::isnan(clamp.max)) {
    return InvalidModel("a bound is not a number");
  }
  // The largest floats stand for no bound: they are the defaults of opset 6.
  constexpr float kLargest = std::numeric_limits<float>::max();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (clamp.min <= -kLargest) clamp.min = -kInfinity;
  if (clamp.max >= kLargest) clamp.max = kInfinity;
  // The standard: where min > max, every output is max.
  clamp.min = std::min(clamp.min, clamp.max);
  return ReturnClamp(node, input, clamp);
}

}  // namespace octet::converter
