#include <string>
#include <utility>
#include <vector>

#include "converter/ir/constant_evaluation.h"
#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"

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

bool IsBiasRow(const Shape& shape, int32_t n) {
  const int64_t size = shape.NumElements();
  return size == 1 || (size == n && shape[shape.rank - 1] == n);
}

// beta * C as a bias {n}, where C is a constant scalar, {n}, {1, n} or {1, 1};
// zeros where there is no C.
ValueId AddGemmBias(NodeContext& node, ValueId c, int32_t n, float beta) {
  std::vector<float> bias(size_t(n), 0.0f);
  if (c != kNoValue) {
    const std::vector<float>& data = node.data(c);
    for (size_t i = 0; i < bias.size(); ++i) {
      bias[i] = beta * data[data.size() == 1 ? 0 : i];
    }
  }
  return node.AddConstant(2, Shape{n}, std::move(bias));
}

// factor * x.
Result<ValueId> EmitScaled(NodeContext& node, ValueId x, float factor,
                           const std::string& suffix) {
  if (factor == 1.0f) return x;
  return node.Emit(Mul{}, {x, node.AddConstant(0, Shape{1}, {factor})}, suffix);
}

// Where B is computed, or C is more than a row: matrix product, then a sum.
Status ReturnGeneralGemm(NodeContext& node, ValueId a, ValueId b, ValueId c,
                         float alpha, float beta) {
  const bool adds = c != kNoValue && beta != 0.0f;
  const bool scales = alpha != 1.0f;
  OCTET_ASSIGN_OR_RETURN(
      ValueId product,
      node.Emit(MatMul{}, {a, b}, adds || scales ? "/product" : ""));
  OCTET_ASSIGN_OR_RETURN(
      product, EmitScaled(node, product, alpha, adds ? "/alpha" : ""));
  if (adds) {
    OCTET_ASSIGN_OR_RETURN(c, EmitScaled(node, c, beta, "/beta"));
    OCTET_ASSIGN_OR_RETURN(product, node.Emit(Add{}, {product, c}));
  }
  return node.Return(product);
}

// Whether a product with the constant `b` is a fully connected layer of the
// activation `input`: no batch dimensions of b but such of size 1.
bool IsLayer(const NodeContext& node, ValueId input, ValueId b) {
  const Shape& shape = node.shape(b);
  return node.value(b).is_constant() && node.value(b).is_float() &&
         !node.value(input).is_constant() && shape.rank >= 2 &&
         shape.rank <= node.shape(input).rank &&
         int64_t{shape[shape.rank - 2]} * shape[shape.rank - 1] ==
             shape.NumElements();
}

Result<ValueId> EmitLayer(NodeContext& node, ValueId input, ValueId b) {
  const Shape shape = node.shape(b);
  const Shape matrix{shape[shape.rank - 2], shape[shape.rank - 1]};
  OCTET_ASSIGN_OR_RETURN(const ValueId flat,
                         node.EmitReshape(b, matrix, "/matrix"));
  const ValueId weights = AddWeights(node, flat, false, 1.0f);
  const ValueId bias = AddGemmBias(node, kNoValue, matrix[1], 0.0f);
  return node.Emit(FullyConnected{}, {input, weights, bias});
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
  OCTET_ASSIGN_OR_RETURN(ValueId b, node.Input(1));
  ValueId c = kNoValue;
  if (node.HasInput(2)) {
    OCTET_ASSIGN_OR_RETURN(c, node.Input(2));
  }
  if (node.shape(a).rank != 2 || node.shape(b).rank != 2) {
    return InvalidModel("A " + node.shape(a).ToString() + " and B " +
                        node.shape(b).ToString() + " must be matrices");
  }
  if (a_is_transposed != 0) {
    OCTET_ASSIGN_OR_RETURN(a, node.EmitTranspose(a, kSwapTwo, "/transposed_a"));
  }
  const int32_t n = node.shape(b)[b_is_transposed != 0 ? 0 : 1];
  const bool fits_bias = c == kNoValue || (node.value(c).is_constant() &&
                                           node.value(c).is_float() &&
                                           IsBiasRow(node.shape(c), n));
  if (!IsLayer(node, a, b) || !fits_bias) {
    if (b_is_transposed != 0) {
      OCTET_ASSIGN_OR_RETURN(b,
                             node.EmitTranspose(b, kSwapTwo, "/transposed_b"));
    }
    return ReturnGeneralGemm(node, a, b, c, alpha, beta);
  }
  const ValueId weights = AddWeights(node, b, b_is_transposed != 0, alpha);
  const ValueId bias = AddGemmBias(node, c, n, beta);
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         node.Emit(FullyConnected{}, {a, weights, bias}));
  return node.Return(output);
}

// a {..., m, k} x b {..., k, n}; a vector is a matrix of one row (a) or one
// column (b), which the output then lacks.
Result<ValueId> EmitMatMul(NodeContext& node, ValueId a, ValueId b) {
  const Shape shape_a = node.shape(a), shape_b = node.shape(b);
  if (shape_a.rank == 0 || shape_b.rank == 0) {
    return InvalidModel("multiplies a scalar");
  }
  if (shape_a.rank == 1) {
    OCTET_ASSIGN_OR_RETURN(a,
                           node.EmitReshape(a, Shape{1, shape_a[0]}, "/row"));
  }
  if (shape_b.rank == 1) {
    OCTET_ASSIGN_OR_RETURN(
        b, node.EmitReshape(b, Shape{shape_b[0], 1}, "/column"));
  }
  const bool reshapes = shape_a.rank == 1 || shape_b.rank == 1;
  if (!reshapes && IsLayer(node, a, b)) return EmitLayer(node, a, b);
  OCTET_ASSIGN_OR_RETURN(
      ValueId product,
      node.Emit(MatMul{}, {a, b}, reshapes ? "/matrices" : ""));
  if (!reshapes) return product;
  const Shape matrices = node.shape(product);
  Shape output;
  for (int i = 0; i < matrices.rank; ++i) {
    const bool is_row = shape_a.rank == 1 && i == matrices.rank - 2;
    const bool is_column = shape_b.rank == 1 && i == matrices.rank - 1;
    if (!is_row && !is_column) output[output.rank++] = matrices[i];
  }
  return node.EmitReshape(product, output);
}

Status ImportMatMul(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, node.Input(1));
  OCTET_ASSIGN_OR_RETURN(const ValueId product, EmitMatMul(node, a, b));
  return node.Return(product);
}

}  // namespace octet::converter
