// AVERAGE_POOL_2D, MAX_POOL_2D, MEAN and other reductions, normalizations.

#include <limits>
#include <string>
#include <utility>

#include "converter/ir/shape_arguments.h"
#include "converter/tflite/operator_imports.h"
#include "converter/tflite/window.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

// `pool` is MaxPool2d or AveragePool2d.
template <typename Pool>
Status ImportPool(OperatorContext& op, Pool pool) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::Pool2DOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  Window2dParams window;
  window.stride_h = options->stride_h();
  window.stride_w = options->stride_w();
  OCTET_ASSIGN_OR_RETURN(
      pool.window,
      CompleteWindow(window, op.shape(input), options->filter_height(),
                     options->filter_width(), options->padding()));
  OCTET_ASSIGN_OR_RETURN(pool.clamp,
                         ClampOf(options->fused_activation_function()));
  return op.Return(pool, {input});
}

// The shape of a reduction of `shape` over `axes`.
Result<Shape> ReducedShape(const OperatorContext& op, const Shape& shape,
                           const std::vector<int>& axes) {
  const auto* options = op.options<tflite::ReducerOptions>();
  ReductionParams params;
  params.keep_dims = options != nullptr && options->keep_dims();
  for (const int axis : axes) params.reduces[axis] = true;
  return op.OutputShape(InferReductionShape(params, shape));
}

// The mean of a picture's cells, as `wanted`.
Status ReturnMean(OperatorContext& op, ValueId picture, const Shape& wanted) {
  AveragePool2d pool;
  pool.window.kernel_h = op.shape(picture)[1];
  pool.window.kernel_w = op.shape(picture)[2];
  pool.whole = {true, true};
  const Shape& from = op.shape(picture);
  if (wanted == Shape{from[0], 1, 1, from[3]}) {
    return op.Return(pool, {picture});
  }
  // The mean is requantized; a Reshape of it is not.
  OCTET_ASSIGN_OR_RETURN(const ValueId mean,
                         op.EmitOutput(pool, {picture}, "/mean"));
  return op.Return(Reshape{wanted}, {mean});
}

// Over any axes: they become the height of a picture, those in front of them
// its batch and those behind them its channels. Axes that are not neighbours
// are moved to the end.
Status ReturnGeneralMean(OperatorContext& op, ValueId input,
                         const std::vector<int>& axes) {
  if (axes.empty()) return InvalidModel("there is no axis");
  const Shape shape = op.shape(input);
  OCTET_ASSIGN_OR_RETURN(const Shape wanted, ReducedShape(op, shape, axes));
  Transpose to_end;
  std::vector<bool> is_reduced(size_t(shape.rank), false);
  for (const int axis : axes) is_reduced[size_t(axis)] = true;
  Shape picture{1, 1, 1, 1};
  int position = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    if (is_reduced[size_t(axis)]) {
      picture[1] *= shape[axis];
    } else {
      picture[axis < axes[0] ? 0 : 3] *= shape[axis];
      to_end.params.permutation[position++] = axis;
    }
  }
  const int last = axes.back();
  if (last - axes[0] + 1 != static_cast<int>(axes.size())) {
    for (const int axis : axes) to_end.params.permutation[position++] = axis;
    OCTET_ASSIGN_OR_RETURN(input, op.Emit(to_end, {input}, input, "/moved"));
    picture = {picture[0] * picture[3], picture[1], 1, 1};
  }
  OCTET_ASSIGN_OR_RETURN(
      input, op.Emit(Reshape{picture}, {input}, input, "/as_picture"));
  return ReturnMean(op, input, wanted);
}

// FP32 over the axes of input 1.
Status ReturnReduction(OperatorContext& op, schema::ReduceFunction function) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                         op.Integers(1, "the axes"));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> normalized,
                         NormalizeAxes(axes, op.shape(input).rank));
  Reduce reduce{function, {}};
  for (const int axis : normalized) reduce.axes.push_back(axis);
  OCTET_ASSIGN_OR_RETURN(const ValueId reduced,
                         op.Emit(std::move(reduce), {input}, input, "/kept"));
  OCTET_ASSIGN_OR_RETURN(const Shape shape,
                         ReducedShape(op, op.shape(input), normalized));
  return op.Return(Reshape{shape}, {reduced});
}

}  // namespace

Status ImportTfliteAveragePool2d(OperatorContext& op) {
  return ImportPool(op, AveragePool2d());
}

Status ImportTfliteMaxPool2d(OperatorContext& op) {
  return ImportPool(op, MaxPool2d());
}

Status ImportTfliteMean(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                         op.Integers(1, "the axes"));
  const Shape shape = op.shape(input);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> normalized,
                         NormalizeAxes(axes, shape.rank));
  if (shape.rank == 4 && normalized == std::vector<int>{1, 2}) {
    OCTET_ASSIGN_OR_RETURN(const Shape wanted,
                           ReducedShape(op, shape, normalized));
    return ReturnMean(op, input, wanted);
  }
  if (op.is_quantized(input)) return ReturnGeneralMean(op, input, normalized);
  return ReturnReduction(op, schema::ReduceFunction::MEAN);
}

Status ImportTfliteSum(OperatorContext& op) {
  return ReturnReduction(op, schema::ReduceFunction::SUM);
}

Status ImportTfliteReduceMax(OperatorContext& op) {
  return ReturnReduction(op, schema::ReduceFunction::MAXIMUM);
}

Status ImportTfliteReduceMin(OperatorContext& op) {
  return ReturnReduction(op, schema::ReduceFunction::MINIMUM);
}

Status ImportTfliteReduceProd(OperatorContext& op) {
  return ReturnReduction(op, schema::ReduceFunction::PROD);
}

// x / sqrt(max(sum of x^2, 1e-6)) along the last dimension.
Status ImportTfliteL2Normalization(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const int rank = op.shape(input).rank;
  Reduce reduce{schema::ReduceFunction::SUM_SQUARE, {rank - 1}};
  OCTET_ASSIGN_OR_RETURN(ValueId norm,
                         op.Emit(std::move(reduce), {input}, input, "/sum"));
  OCTET_ASSIGN_OR_RETURN(
      norm, op.Emit(Clamp{{1e-6f, std::numeric_limits<float>::infinity()}},
                    {norm}, input, "/bounded"));
  OCTET_ASSIGN_OR_RETURN(norm, op.Emit(Unary{schema::UnaryFunction::SQRT},
                                       {norm}, input, "/norm"));
  Binary divide{schema::BinaryFunction::DIV, {}};
  const auto* options = op.options<tflite::L2NormOptions>();
  if (options != nullptr) {
    OCTET_ASSIGN_OR_RETURN(divide.clamp,
                           ClampOf(options->fused_activation_function()));
  }
  return op.Return(divide, {input, norm});
}

// The format's alpha is not divided by the number of values.
Status ImportTfliteLrn(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(
      const auto* options,
      op.RequireOptions<tflite::LocalResponseNormalizationOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  if (options->radius() < 0 || options->radius() > 1 << 20) {
    return InvalidModel("the radius is " + std::to_string(options->radius()));
  }
  Lrn lrn;
  lrn.size = 2 * options->radius() + 1;
  lrn.alpha = options->alpha() * static_cast<float>(lrn.size);
  lrn.beta = options->beta();
  lrn.bias = options->bias();
  return op.Return(lrn, {input});
}

}  // namespace octet::converter
