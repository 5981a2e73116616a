// Add, differences, Mul, Unary (as Lookup), Clamp (as Requantize) and Softmax.

#include <memory>
#include <string>
#include <utility>

#include "converter/ir/constant_evaluation.h"
#include "converter/ir/evaluate_function.h"
#include "converter/quantize/quantize_operators.h"
#include "converter/quantize/schema_options.h"

namespace octet::converter {

uint32_t AddOperand(const Node& node, ValueId id, ModelBuilder& builder) {
  const Value& operand = builder.value(id);
  const Shape& shape = builder.value(node.output).shape;
  if (operand.shape == shape) return builder.Tensor(id);
  const ActivationParams& params = builder.params(id);
  if (!operand.is_constant()) {
    const std::string name = node.name + "/expanded_" + operand.name;
    const uint32_t expanded = builder.AddActivation(name, shape, params);
    builder.AddOperator(name, schema::ExpandT(), {builder.Tensor(id)},
                        expanded);
    return expanded;
  }
  std::vector<int8_t> data;
  for (float real : BroadcastData(*operand.data, operand.shape, shape)) {
    data.push_back(QuantizeActivation(real, params));
  }
  return builder.AddInt8Constant(operand.name + "/broadcast", shape, data,
                                 {params.scale}, params.zero_point, -1);
}

namespace {

// The sum of two tensors, the scales of which are those of the node's inputs.
void AppendAdd(const FloatClamp& clamp, const Node& node, uint32_t a,
               uint32_t b, ModelBuilder& builder) {
  const ActivationParams& output = builder.params(node.output);
  const AddParams params =
      DeriveAdd(builder.params(node.inputs[0]).scale,
                builder.params(node.inputs[1]).scale, output.scale);
  schema::AddT result;
  result.multiplier_1 = params.multiplier_1;
  result.multiplier_2 = params.multiplier_2;
  result.fraction_bits = params.fraction_bits;
  result.clamp = MakeClamp(clamp, output);
  builder.AddOperator(node, std::move(result), {a, b});
}

}  // namespace

Status QuantizeAdd(const Add& op, const Node& node, ModelBuilder& builder) {
  const uint32_t a = AddOperand(node, node.inputs[0], builder);
  const uint32_t b = AddOperand(node, node.inputs[1], builder);
  AppendAdd(op.clamp, node, a, b, builder);
  return OkStatus();
}

// -1 - q with the zero point -1 - z stands for exactly the negative of q with
// z.
Status QuantizeDifference(const Binary& op, const Node& node,
                          ModelBuilder& builder) {
  const uint32_t a = AddOperand(node, node.inputs[0], builder);
  const uint32_t b = AddOperand(node, node.inputs[1], builder);
  ActivationParams params = builder.params(node.inputs[1]);
  params.zero_point = -1 - params.zero_point;
  schema::LookupT negative;
  for (int q = -128; q < 128; ++q) {
    negative.values.push_back(static_cast<int8_t>(-1 - q));
  }
  const std::string name = node.name + "/negated";
  const uint32_t negated =
      builder.AddActivation(name, builder.value(node.output).shape, params);
  builder.AddOperator(name, std::move(negative), {b}, negated);
  AppendAdd(op.clamp, node, a, negated, builder);
  return OkStatus();
}

namespace {

// Of Mul and MatMul, with the int8 tensors of both inputs.
template <typename OptionsT>
Status AppendProduct(const FloatClamp& clamp, const Node& node,
                     OptionsT options, ModelBuilder& builder) {
  const ActivationParams& output = builder.params(node.output);
  const double product = double{builder.params(node.inputs[0]).scale} *
                         builder.params(node.inputs[1]).scale;
  options.requantization = std::make_unique<schema::RequantizationT>();
  OCTET_RETURN_IF_ERROR(
      AppendRequantization(product / output.scale, *options.requantization));
  options.clamp = MakeClamp(clamp, output);
  const uint32_t a = builder.Tensor(node.inputs[0]);
  const uint32_t b = builder.Tensor(node.inputs[1]);
  builder.AddOperator(node, std::move(options), {a, b});
  return OkStatus();
}

}  // namespace

Status QuantizeMul(const Mul& op, const Node& node, ModelBuilder& builder) {
  return AppendProduct(op.clamp, node, schema::MulT(), builder);
}

Status QuantizeMatMul(const MatMul& op, const Node& node,
                      ModelBuilder& builder) {
  if (builder.StoresInt8(node.output)) {
    return AppendProduct(op.clamp, node, schema::MatMulT(), builder);
  }
  schema::MatMulT result;
  result.float_clamp = MakeFloatClamp(op.clamp);
  const uint32_t a = builder.Tensor(node.inputs[0]);
  const uint32_t b = builder.Tensor(node.inputs[1]);
  builder.AddOperator(node, std::move(result), {a, b});
  return OkStatus();
}

Status QuantizeUnary(const Unary& op, const Node& node, ModelBuilder& builder) {
  const ActivationParams& input = builder.params(node.inputs[0]);
  schema::LookupT result;
  for (int q = -128; q < 128; ++q) {
    const double x = double{input.scale} * (q - input.zero_point);
    result.values.push_back(
        QuantizeActivation(EvaluateUnary(op, x), builder.params(node.output)));
  }
  builder.AddOperator(node, std::move(result),
                      {builder.Tensor(node.inputs[0])});
  return OkStatus();
}

Status QuantizeClampNode(const Clamp& op, const Node& node,
                         ModelBuilder& builder) {
  OCTET_ASSIGN_OR_RETURN(schema::RequantizeT result,
                         MakeRequantize(builder.params(node.inputs[0]),
                                        builder.params(node.output), op.clamp));
  builder.AddOperator(node, std::move(result),
                      {builder.Tensor(node.inputs[0])});
  return OkStatus();
}

Status QuantizeSoftmax(const Node& node, ModelBuilder& builder) {
  schema::SoftmaxT result;
  result.table = SoftmaxTable(builder.params(node.inputs[0]).scale);
  builder.AddOperator(node, std::move(result),
                      {builder.Tensor(node.inputs[0])});
  return OkStatus();
}

}  // namespace octet::converter
