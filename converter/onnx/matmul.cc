#include <vector>

#include "converter/ir/constant_evaluation.h"
#include "converter/onnx/operator_imports.h"
#include "converter/onnx/shape_arguments.h"

namespace octet::converter {
namespace {

constexpr TransposeParams kSwapTwo{{1, 0}};

// The weights {n, k} of a product with the constant `matrix`, which is {k, n},
// or {n, k} where `is_transposed`.
ValueId AddWeights(NodeContext& node, ValueId matrix, bool is_transposed,
                   float factor) {
  Shape shape = node.shape(matrix);
  std::vector<float> weights = node.data(matrix);
  if (!is_transposed) {
    weights = TransposeData(weights, shape, kSwapTwo);
    shape = Shape{shape[1], shape[0]};
  }
  for (float& w : weights) w *= factor;
  return node.AddConstant(1, shape, std::move(weights));
}

// beta * C as a bias {n}: C is a scalar, {n}, {1, n} or {1, 1}.
Result<ValueId> ReadGemmBias(NodeContext& node, int32_t n, float beta) {
  const Shape shape{n};
  if (!node.HasInput(2)) {
    return node.AddConstant(2, shape, std::vector<float>(size_t(n), 0.0f));
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId c, node.ConstantInput(2, "C"));
  const Shape c_shape = node.shape(c);
  const int64_t size = c_shape.NumElements();
  const bool is_row =
      size == 1 || (size == n && c_shape[c_shape.rank - 1] == n);
  if (!is_row) {
    return Unsupported("C of shape " + c_shape.ToString() +
                       " is not supported; it must be a row of " +
                       std::to_string(n));
  }
  std::vector<float> bias(size_t(n), 0.0f);
  for (size_t i = 0; i < bias.size(); ++i) {
    bias[i] = beta * node.data(c)[size == 1 ? 0 : i];
  }
  return node.AddConstant(2, shape, std::move(bias));
}

}  // namespace

// alpha * A * B + beta * C.
Status ImportGemm(NodeContext& node) {
  const NodeAttributes& attributes = node.attributes();
  OCTET_ASSIGN_OR_RETURN(const float alpha, attributes.GetFloat("alpha", 1));
  OCTET_ASSIGN_OR_RETURN(const float beta, attributes.GetFloat("beta", 1));
  OCTET_ASSIGN_OR_RETURN(const int64_t a_is_transposed,
                         attributes.GetInt("transA", 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t b_is_transposed,
                         attributes.GetInt("transB", 0));
  OCTET_ASSIGN_OR_RETURN(ValueId a, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, node.ConstantInput(1, "B"));
  if (node.shape(a).rank != 2 || node.shape(b).rank != 2) {
    return InvalidModel("A " + node.shape(a).ToString() + " and B " +
                        node.shape(b).ToString() + " must be matrices");
  }
  if (a_is_transposed != 0) {
    if (!node.value(a).is_constant()) {
      return Unsupported("transA of a computed input is not supported");
    }
    OCTET_ASSIGN_OR_RETURN(a, node.EmitTranspose(a, kSwapTwo, "/transposed_a"));
  }
  const ValueId weights = AddWeights(node, b, b_is_transposed != 0, alpha);
  OCTET_ASSIGN_OR_RETURN(const ValueId bias,
                         ReadGemmBias(node, node.shape(weights)[0], beta));
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(FullyConnected{}, {a, weights, bias}));
  return node.Return(output);
}

// The input may have batch dimensions, the constant only such of size 1.
Status ImportMatMul(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId b,
                         node.ConstantInput(1, "the second matrix"));
  const Shape shape = node.shape(b);
  if (shape.rank < 2 || node.shape(input).rank < 2) {
    return Unsupported("a product with a vector is not supported");
  }
  const Shape matrix{shape[shape.rank - 2], shape[shape.rank - 1]};
  if (matrix.NumElements() != shape.NumElements() ||
      shape.rank > node.shape(input).rank) {
    return Unsupported("the second matrix " + shape.ToString() +
                       " has batch dimensions");
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId flat,
                         node.EmitReshape(b, matrix, "/matrix"));
  const ValueId weights = AddWeights(node, flat, false, 1.0f);
  const ValueId bias = node.AddConstant(
      2, Shape{matrix[1]}, std::vector<float>(size_t(matrix[1]), 0.0f));
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(FullyConnected{}, {input, weights, bias}));
  return node.Return(output);
}

}  // namespace octet::converter
