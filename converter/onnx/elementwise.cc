#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

using schema::BinaryFunction;

constexpr std::pair<const char*, BinaryFunction> kBinaryTypes[] = {
    {"And", BinaryFunction::AND},
    {"Equal", BinaryFunction::EQUAL},
    {"Greater", BinaryFunction::GREATER},
    {"GreaterOrEqual", BinaryFunction::GREATER_OR_EQUAL},
    {"Less", BinaryFunction::LESS},
    {"LessOrEqual", BinaryFunction::LESS_OR_EQUAL},
    {"Or", BinaryFunction::OR},
    {"Xor", BinaryFunction::XOR},
};

struct Operands {
  ValueId a;
  ValueId b;
};

struct Bounded {
  ValueId input;
  FloatClamp clamp;
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

// `op` (Add or Mul) of two tensors of floats. A constant comes second, and the
// other one gets the output's rank: what passes look for.
Result<ValueId> EmitWithConstant(NodeContext& node, Operator op, Operands in,
                                 const std::string& suffix = "") {
  if (node.value(in.a).is_constant()) std::swap(in.a, in.b);
  OCTET_ASSIGN_OR_RETURN(
      const Shape output,
      InferBroadcastShape(node.shape(in.a), node.shape(in.b)));
  if (output.NumElements() == node.shape(in.a).NumElements()) {
    OCTET_ASSIGN_OR_RETURN(in.a, node.EmitReshape(in.a, output, "/extended"));
  }
  return node.Emit(std::move(op), {in.a, in.b}, suffix);
}

Status ReturnWithConstant(NodeContext& node, Operator op, Operands in) {
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         EmitWithConstant(node, std::move(op), in));
  return node.Return(output);
}

bool AreFloats(const NodeContext& node, Operands in) {
  return node.value(in.a).is_float() && node.value(in.b).is_float();
}

Status ReturnBinary(NodeContext& node, BinaryFunction function, Operands in) {
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(Binary{function, {}}, {in.a, in.b}));
  return node.Return(output);
}

// A clamp of integers is a maximum and a minimum.
Result<ValueId> EmitIntegerClamp(NodeContext& node, ValueId input,
                                 const FloatClamp& clamp) {
  ValueId x = input;
  if (std::isfinite(clamp.min)) {
    const ValueId bound = node.AddIntegers(
        1, Shape{}, {static_cast<int64_t>(std::ceil(clamp.min))});
    OCTET_ASSIGN_OR_RETURN(
        x, node.Emit(Binary{BinaryFunction::MAXIMUM, {}}, {x, bound}, "/min"));
  }
  if (std::isfinite(clamp.max)) {
    const ValueId bound = node.AddIntegers(
        2, Shape{}, {static_cast<int64_t>(std::floor(clamp.max))});
    OCTET_ASSIGN_OR_RETURN(
        x, node.Emit(Binary{BinaryFunction::MINIMUM, {}}, {x, bound}));
  }
  return x;
}

Status ReturnClamp(NodeContext& node, ValueId input, const FloatClamp& clamp) {
  if (!node.value(input).is_float()) {
    OCTET_ASSIGN_OR_RETURN(const ValueId bounded,
                           EmitIntegerClamp(node, input, clamp));
    return node.Return(bounded);
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(Clamp{clamp}, {input}));
  return node.Return(output);
}

}  // namespace

Status ImportAdd(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const Operands in, ReadOperands(node));
  if (AreFloats(node, in)) return ReturnWithConstant(node, Add{}, in);
  return ReturnBinary(node, BinaryFunction::ADD, in);
}

Status ImportSub(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  if (!AreFloats(node, in)) return ReturnBinary(node, BinaryFunction::SUB, in);
  const auto negate = [](float x) { return -x; };
  if (node.value(in.b).is_constant()) {
    in.b = MapConstant(node, in.b, negate);
    return ReturnWithConstant(node, Add{}, in);
  }
  if (!node.value(in.a).is_constant()) {
    return ReturnBinary(node, BinaryFunction::SUB, in);
  }
  // constant - x = x * -1 + constant, which may fold into a layer
  const ValueId minus_one = node.AddConstant(0, Shape{1}, {-1.0f});
  OCTET_ASSIGN_OR_RETURN(
      const ValueId negated,
      EmitWithConstant(node, Mul{}, {in.b, minus_one}, "/negated"));
  return ReturnWithConstant(node, Add{}, {negated, in.a});
}

Status ImportMul(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const Operands in, ReadOperands(node));
  if (AreFloats(node, in)) return ReturnWithConstant(node, Mul{}, in);
  return ReturnBinary(node, BinaryFunction::MUL, in);
}

// A constant divisor becomes a factor, which may fold into a layer.
Status ImportDiv(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  if (!node.value(in.b).is_constant()) {
    return ReturnBinary(node, BinaryFunction::DIV, in);
  }
  if (!AreFloats(node, in)) {
    const std::vector<int64_t>* divisors = node.value(in.b).integers.get();
    if (divisors != nullptr &&
        std::count(divisors->begin(), divisors->end(), 0) > 0) {
      return InvalidModel("divides by zero");
    }
    return ReturnBinary(node, BinaryFunction::DIV, in);
  }
  const std::vector<float>& divisors = node.data(in.b);
  if (std::count(divisors.begin(), divisors.end(), 0.0f) > 0) {
    return InvalidModel("divides by zero");
  }
  if (node.value(in.a).is_constant()) {
    return ReturnBinary(node, BinaryFunction::DIV, in);
  }
  in.b = MapConstant(node, in.b, [](float x) { return 1.0f / x; });
  return ReturnWithConstant(node, Mul{}, in);
}

Status ImportBinary(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const Operands in, ReadOperands(node));
  const auto* entry =
      std::find_if(std::begin(kBinaryTypes), std::end(kBinaryTypes),
                   [&](const auto& e) { return node.type() == e.first; });
  if (entry == std::end(kBinaryTypes)) {
    return InternalError(node.type() + " is not in the table of functions");
  }
  return ReturnBinary(node, entry->second, in);
}

Status ImportMod(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const Operands in, ReadOperands(node));
  OCTET_ASSIGN_OR_RETURN(const int64_t fmod,
                         node.attributes().GetInt("fmod", 0));
  return ReturnBinary(
      node, fmod != 0 ? BinaryFunction::FMOD : BinaryFunction::MOD, in);
}

// The exponent may have another type than the base, which the result has.
Status ImportPow(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  const DataType type = node.value(in.a).type;
  if (node.value(in.b).type == type) {
    return ReturnBinary(node, BinaryFunction::POW, in);
  }
  // Powers of an integer by fractions are computed in floats.
  OCTET_ASSIGN_OR_RETURN(in.a, EmitCast(node, in.a, DataType::FLOAT32, "/a"));
  OCTET_ASSIGN_OR_RETURN(in.b, EmitCast(node, in.b, DataType::FLOAT32, "/b"));
  if (type == DataType::FLOAT32) {
    return ReturnBinary(node, BinaryFunction::POW, in);
  }
  OCTET_ASSIGN_OR_RETURN(
      const ValueId power,
      node.Emit(Binary{BinaryFunction::POW, {}}, {in.a, in.b}, "/power"));
  OCTET_ASSIGN_OR_RETURN(const ValueId output, EmitCast(node, power, type, ""));
  return node.Return(output);
}

// The bound that Max or Min of an activation and one constant number is.
// Nothing where it is another.
Result<std::optional<Bounded>> FindBound(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(Operands in, ReadOperands(node));
  if (node.value(in.a).is_constant()) std::swap(in.a, in.b);
  const Value& a = node.value(in.a);
  const Value& b = node.value(in.b);
  if (a.is_constant() || b.data == nullptr || b.data->size() != 1 ||
      !a.is_float() || b.shape.rank > a.shape.rank) {
    return std::optional<Bounded>();
  }
  Bounded bounded = {in.a, {}};
  float& bound = node.type() == "Max" ? bounded.clamp.min : bounded.clamp.max;
  bound = (*b.data)[0];
  if (std::isnan(bound)) return std::optional<Bounded>();
  return std::optional<Bounded>(bounded);
}

// Of one input or more: of three, as function(function(a, b), c).
Status ImportVariadic(NodeContext& node) {
  const bool may_bound = node.type() == "Max" || node.type() == "Min";
  if (may_bound && node.num_inputs() == 2) {
    OCTET_ASSIGN_OR_RETURN(const std::optional<Bounded> bounded,
                           FindBound(node));
    if (bounded.has_value()) {
      return ReturnClamp(node, bounded->input, bounded->clamp);
    }
  }
  const bool is_mean = node.type() == "Mean";
  const bool is_sum = node.type() == "Sum" || is_mean;
  const BinaryFunction function =
      node.type() == "Max" ? BinaryFunction::MAXIMUM : BinaryFunction::MINIMUM;
  OCTET_ASSIGN_OR_RETURN(ValueId result, node.Input(0));
  for (int i = 1; i < node.num_inputs(); ++i) {
    OCTET_ASSIGN_OR_RETURN(const ValueId next, node.Input(i));
    const bool is_last = i + 1 == node.num_inputs() && !is_mean;
    const Operator op =
        is_sum ? Operator(Add{}) : Operator(Binary{function, {}});
    OCTET_ASSIGN_OR_RETURN(
        result, node.Emit(op, {result, next},
                          is_last ? "" : "/input_" + std::to_string(i)));
  }
  if (is_mean && node.num_inputs() > 1) {
    const float factor = 1.0f / static_cast<float>(node.num_inputs());
    OCTET_ASSIGN_OR_RETURN(
        result,
        node.Emit(Mul{}, {result, node.AddConstant(0, Shape{1}, {factor})}));
  }
  return node.Return(result);
}

// x < 0 ? slope * x : x. One slope for all makes it a function of one value,
// which int8 has by a table. A slope that is one a channel lies along dimension
// 1 in old models, and everywhere is broadcast to x.
Status ImportPRelu(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(ValueId slope, node.Input(1));
  const Shape shape = node.shape(input);
  const Shape slopes = node.shape(slope);
  const Value& slope_value = node.value(slope);
  if (slope_value.data != nullptr && slope_value.data->size() == 1 &&
      slopes.rank <= shape.rank && !node.value(input).is_constant()) {
    const Unary leaky{schema::UnaryFunction::LEAKY_RELU,
                      (*slope_value.data)[0]};
    OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(leaky, {input}));
    return node.Return(output);
  }
  if (node.opset() < 7 && slopes.rank == 1 && shape.rank > 2 &&
      slopes[0] == shape[1]) {
    Shape aligned = slopes;
    while (aligned.rank < shape.rank - 1) aligned[aligned.rank++] = 1;
    OCTET_ASSIGN_OR_RETURN(slope, node.EmitReshape(slope, aligned, "/aligned"));
  }
  return ReturnBinary(node, BinaryFunction::PRELU, {input, slope});
}

Status ImportWhere(NodeContext& node) {
  std::vector<ValueId> inputs;
  for (int i = 0; i < 3; ++i) {
    OCTET_ASSIGN_OR_RETURN(inputs.emplace_back(), node.Input(i));
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(Where{}, inputs));
  return node.Return(output);
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
