#include <cmath>
#include <vector>

#include "converter/ir/permutation.h"
#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

Status CheckInference(const NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t training,
                         node.attributes().GetInt("training_mode", 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t is_test,
                         node.attributes().GetInt("is_test", 1));
  OCTET_ASSIGN_OR_RETURN(const int64_t spatial,
                         node.attributes().GetInt("spatial", 1));
  if (training != 0 || (node.opset() < 7 && is_test == 0)) {
    return Unsupported("is in training mode; export the model for inference");
  }
  if (spatial == 0) {
    return Unsupported("spatial = 0 (one mean a pixel) is not supported");
  }
  return OkStatus();
}

}  // namespace

// Channels are dimension 1.
Status ImportBatchNormalization(NodeContext& node) {
  OCTET_RETURN_IF_ERROR(CheckInference(node));
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  static constexpr const char* kNames[] = {"the input", "the scale", "the bias",
                                           "the mean", "the variance"};
  std::vector<ValueId> parameters;
  for (int i = 1; i < 5; ++i) {
    OCTET_ASSIGN_OR_RETURN(parameters.emplace_back(),
                           node.ConstantInput(i, kNames[i]));
  }
  BatchNormalization op;
  OCTET_ASSIGN_OR_RETURN(op.epsilon,
                         node.attributes().GetFloat("epsilon", 1e-5f));
  for (float variance : node.data(parameters[3])) {
    if (!(double{variance} + op.epsilon > 0)) {
      return InvalidModel("a variance plus epsilon is not positive");
    }
  }
  const int rank = node.shape(input).rank;
  if (rank < 2) return InvalidModel("the input has no channel dimension");
  op.axis = rank - 1;
  const TransposeParams last = MoveAxisLast(1, rank);
  std::vector<ValueId> inputs;
  OCTET_ASSIGN_OR_RETURN(inputs.emplace_back(),
                         node.EmitTranspose(input, last, "/to_last"));
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(op, inputs));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId restored,
      node.EmitTranspose(output, InversePermutation(last, rank), "/to_first"));
  return node.Return(restored);
}

// Softmax, or LogSoftmax. Before opset 13 the softmax runs over all dimensions
// from `axis` on, since then over `axis` alone. Where the dimensions behind
// `axis` are all 1 both are the same, and the second form is emitted: it keeps
// a picture a picture.
Status ImportSoftmax(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  const Softmax op{node.type() == "LogSoftmax"};
  const bool flattens = node.opset() < 13;
  OCTET_ASSIGN_OR_RETURN(const int64_t attribute,
                         node.attributes().GetInt("axis", flattens ? 1 : -1));
  OCTET_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attribute, shape.rank));
  int32_t behind = 1;
  for (int i = axis + 1; i < shape.rank; ++i) behind *= shape[i];
  if (flattens && behind > 1) {
    const int32_t size = behind * shape[axis];
    const Shape rows{static_cast<int32_t>(shape.NumElements() / size), size};
    OCTET_ASSIGN_OR_RETURN(const ValueId flat,
                           node.EmitReshape(input, rows, "/rows"));
    OCTET_ASSIGN_OR_RETURN(const ValueId softmax, node.Emit(op, {flat}));
    OCTET_ASSIGN_OR_RETURN(const ValueId output,
                           node.EmitReshape(softmax, shape, "/reshape"));
    return node.Return(output);
  }
  if (axis == shape.rank - 1) {
    OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(op, {input}));
    return node.Return(output);
  }
  const TransposeParams last = MoveAxisLast(axis, shape.rank);
  OCTET_ASSIGN_OR_RETURN(const ValueId moved,
                         node.EmitTranspose(input, last, "/to_last"));
  OCTET_ASSIGN_OR_RETURN(const ValueId softmax, node.Emit(op, {moved}));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId output,
      node.EmitTranspose(softmax, InversePermutation(last, shape.rank),
                         "/from_last"));
  return node.Return(output);
}

}  // namespace octet::converter
