// Normalizations by the statistics of the input itself. All are composed of
// LayerNormalization, which normalizes over the last dimensions.

#include <string>
#include <utility>
#include <vector>

#include "converter/ir/permutation.h"
#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

// {c} -> {1, c, 1, ...} of `rank` dimensions, or {c, 1, ...} as dimension 1 of
// a tensor is broadcast.
Result<ValueId> EmitAlongChannels(NodeContext& node, ValueId constant, int rank,
                                  const std::string& suffix) {
  Shape shape{static_cast<int32_t>(node.shape(constant).NumElements())};
  while (shape.rank < rank - 1) shape[shape.rank++] = 1;
  return node.EmitReshape(constant, shape, suffix);
}

// (x - mean) / deviation over all but the first `kept` dimensions of `grouped`,
// the shape as which the input is seen; then a scale and bias a channel.
Status ReturnNormalized(NodeContext& node, ValueId input, const Shape& grouped,
                        float epsilon) {
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(ValueId x,
                         node.EmitReshape(input, grouped, "/groups"));
  OCTET_ASSIGN_OR_RETURN(
      x, node.Emit(LayerNormalization{grouped.rank - 1, epsilon}, {x},
                   "/normalized"));
  OCTET_ASSIGN_OR_RETURN(x, node.EmitReshape(x, shape, "/ungrouped"));
  OCTET_ASSIGN_OR_RETURN(ValueId scale, node.Input(1));
  OCTET_ASSIGN_OR_RETURN(ValueId bias, node.Input(2));
  OCTET_ASSIGN_OR_RETURN(scale,
                         EmitAlongChannels(node, scale, shape.rank, "/scale"));
  OCTET_ASSIGN_OR_RETURN(bias,
                         EmitAlongChannels(node, bias, shape.rank, "/bias"));
  OCTET_ASSIGN_OR_RETURN(x, node.Emit(Mul{}, {x, scale}, "/scaled"));
  OCTET_ASSIGN_OR_RETURN(x, node.Emit(Add{}, {x, bias}));
  return node.Return(x);
}

// Mean and 1 / deviation, which LayerNormalization may return beside.
Status ReturnStatistics(NodeContext& node, ValueId input,
                        const LayerNormalization& op) {
  Reduce mean{schema::ReduceFunction::MEAN, {}};
  for (int32_t i = op.axis; i < node.shape(input).rank; ++i) {
    mean.axes.push_back(i);
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId means,
                         node.Emit(mean, {input}, "/mean"));
  if (node.IsOutputUsed(1)) OCTET_RETURN_IF_ERROR(node.Return(means, 1));
  if (!node.IsOutputUsed(2)) return OkStatus();
  const Binary subtract{schema::BinaryFunction::SUB, {}};
  OCTET_ASSIGN_OR_RETURN(const ValueId centred,
                         node.Emit(subtract, {input, means}, "/centred"));
  OCTET_ASSIGN_OR_RETURN(const ValueId squares,
                         node.Emit(Mul{}, {centred, centred}, "/squares"));
  OCTET_ASSIGN_OR_RETURN(const ValueId variance,
                         node.Emit(mean, {squares}, "/variance"));
  const ValueId epsilon = node.AddConstant(0, Shape{1}, {op.epsilon});
  OCTET_ASSIGN_OR_RETURN(const ValueId sum,
                         node.Emit(Add{}, {variance, epsilon}, "/sum"));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId deviation,
      node.Emit(Unary{schema::UnaryFunction::SQRT}, {sum}, "/deviation"));
  OCTET_ASSIGN_OR_RETURN(const ValueId inverse,
                         node.Emit(Unary{schema::UnaryFunction::RECIPROCAL},
                                   {deviation}, "/inverse"));
  return node.Return(inverse, 2);
}

}  // namespace

// Scale and bias are folded in where they are constants of the normalized
// shape, and are products and sums otherwise.
Status ImportLayerNormalization(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  LayerNormalization op;
  OCTET_ASSIGN_OR_RETURN(const int64_t axis,
                         node.attributes().GetInt("axis", -1));
  OCTET_ASSIGN_OR_RETURN(op.axis, NormalizeAxis(axis, shape.rank));
  OCTET_ASSIGN_OR_RETURN(op.epsilon,
                         node.attributes().GetFloat("epsilon", 1e-5f));
  Shape normalized;
  for (int i = op.axis; i < shape.rank; ++i) {
    normalized[normalized.rank++] = shape[i];
  }
  std::vector<ValueId> inputs = {input};
  bool folds = true;
  for (int i = 1; i < 3 && node.HasInput(i); ++i) {
    OCTET_ASSIGN_OR_RETURN(const ValueId id, node.Input(i));
    inputs.push_back(id);
    folds =
        folds && node.value(id).is_constant() && node.shape(id) == normalized;
  }
  ValueId x = kNoValue;
  if (folds) {
    OCTET_ASSIGN_OR_RETURN(x, node.Emit(op, inputs));
  } else {
    OCTET_ASSIGN_OR_RETURN(x, node.Emit(op, {input}, "/normalized"));
    const bool adds = inputs.size() > 2;
    OCTET_ASSIGN_OR_RETURN(
        x, node.Emit(Mul{}, {x, inputs[1]}, adds ? "/scaled" : ""));
    if (adds) {
      OCTET_ASSIGN_OR_RETURN(x, node.Emit(Add{}, {x, inputs[2]}));
    }
  }
  OCTET_RETURN_IF_ERROR(node.Return(x));
  if (!node.IsOutputUsed(1) && !node.IsOutputUsed(2)) return OkStatus();
  return ReturnStatistics(node, input, op);
}

Status ImportInstanceNormalization(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const float epsilon,
                         node.attributes().GetFloat("epsilon", 1e-5f));
  if (shape.rank < 3) return InvalidModel("the input has no spatial dimension");
  const int32_t cells =
      static_cast<int32_t>(shape.NumElements() / shape[0] / shape[1]);
  return ReturnNormalized(node, input, Shape{shape[0], shape[1], cells},
                          epsilon);
}

// Before opset 21, scale and bias are one a group.
Status ImportGroupNormalization(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const float epsilon,
                         node.attributes().GetFloat("epsilon", 1e-5f));
  OCTET_ASSIGN_OR_RETURN(const int64_t groups,
                         node.attributes().GetInt("num_groups", 0));
  if (shape.rank < 3 || groups < 1 || shape[1] % groups != 0) {
    return InvalidModel(std::to_string(groups) + " groups of the input " +
                        shape.ToString());
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId scale, node.Input(1));
  if (node.shape(scale).NumElements() != shape[1]) {
    return Unsupported("one scale a group is not supported (before opset 21)");
  }
  const auto count = static_cast<int32_t>(groups);
  const int32_t cells =
      static_cast<int32_t>(shape.NumElements() / shape[0] / count);
  return ReturnNormalized(node, input, Shape{shape[0], count, cells}, epsilon);
}

// Over dimension 1.
Status ImportLrn(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  if (shape.rank < 2) return InvalidModel("the input has no channels");
  const NodeAttributes& attributes = node.attributes();
  Lrn op;
  OCTET_ASSIGN_OR_RETURN(const int64_t size, attributes.GetInt("size", 0));
  if (size < 1 || size > (1 << 20)) {
    return InvalidModel("a size of " + std::to_string(size));
  }
  op.size = static_cast<int32_t>(size);
  OCTET_ASSIGN_OR_RETURN(op.alpha, attributes.GetFloat("alpha", 1e-4f));
  OCTET_ASSIGN_OR_RETURN(op.beta, attributes.GetFloat("beta", 0.75f));
  OCTET_ASSIGN_OR_RETURN(op.bias, attributes.GetFloat("bias", 1.0f));
  const TransposeParams last = MoveAxisLast(1, shape.rank);
  OCTET_ASSIGN_OR_RETURN(ValueId x,
                         node.EmitTranspose(input, last, "/to_last"));
  OCTET_ASSIGN_OR_RETURN(x, node.Emit(op, {x}));
  OCTET_ASSIGN_OR_RETURN(
      x,
      node.EmitTranspose(x, InversePermutation(last, shape.rank), "/to_first"));
  return node.Return(x);
}

}  // namespace octet::converter
