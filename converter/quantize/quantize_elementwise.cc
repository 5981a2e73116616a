// Add, Clamp (as Requantize) and Softmax.

#include <string>
#include <utility>

#include "converter/quantize/quantize_operators.h"
#include "converter/quantize/schema_options.h"

namespace octet::converter {
namespace {

// The values of `source` in the larger shape `target`, by the rule of Add:
// dimensions are aligned at the end, those of size 1 or missing repeat.
std::vector<float> Broadcast(const Value& source, const Shape& target) {
  std::vector<float> result(size_t(target.NumElements()));
  for (int64_t i = 0; i < target.NumElements(); ++i) {
    int64_t rest = i;
    int64_t from = 0;
    int64_t stride = 1;
    for (int back = 1; back <= source.shape.rank; ++back) {
      const int32_t size = source.shape[source.shape.rank - back];
      const int64_t index = rest % target[target.rank - back];
      rest /= target[target.rank - back];
      if (size != 1) from += index * stride;
      stride *= size;
    }
    result[size_t(i)] = (*source.data)[size_t(from)];
  }
  return result;
}

}  // namespace

uint32_t AddOperand(const Node& node, ValueId id, ModelBuilder& builder) {
  const Value& operand = builder.value(id);
  const Shape& shape = builder.value(node.output).shape;
  if (operand.shape == shape) return builder.Tensor(id);
  const ActivationParams& params = builder.params(id);
  std::vector<int8_t> data;
  for (float real : Broadcast(operand, shape)) {
    data.push_back(QuantizeActivation(real, params));
  }
  return builder.AddInt8Constant(operand.name + "/broadcast", shape, data,
                                 {params.scale}, params.zero_point, -1);
}

Status QuantizeAdd(const Add& op, const Node& node, ModelBuilder& builder) {
  const ActivationParams& output = builder.params(node.output);
  const AddParams params =
      DeriveAdd(builder.params(node.inputs[0]).scale,
                builder.params(node.inputs[1]).scale, output.scale);
  schema::AddT result;
  result.multiplier_1 = params.multiplier_1;
  result.multiplier_2 = params.multiplier_2;
  result.fraction_bits = params.fraction_bits;
  result.clamp = MakeClamp(op.clamp, output);
  const uint32_t input_1 = AddOperand(node, node.inputs[0], builder);
  const uint32_t input_2 = AddOperand(node, node.inputs[1], builder);
  builder.AddOperator(node, std::move(result), {input_1, input_2});
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
