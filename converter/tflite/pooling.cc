// AVERAGE_POOL_2D, MAX_POOL_2D, MEAN.

#include <string>
#include <utility>

#include "converter/onnx/shape_arguments.h"
#include "converter/tflite/operator_imports.h"
#include "converter/tflite/window.h"

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
  if (shape.rank != 4 || normalized != std::vector<int>{1, 2}) {
    return Unsupported(
        "a mean is supported over height and width of 4 dimensions, not over "
        "others");
  }
  AveragePool2d pool;
  pool.window.kernel_h = shape[1];
  pool.window.kernel_w = shape[2];
  const auto* options = op.options<tflite::ReducerOptions>();
  if (options != nullptr && options->keep_dims()) {
    return op.Return(pool, {input});
  }
  // The mean is requantized; a Reshape of it is not.
  OCTET_ASSIGN_OR_RETURN(const ValueId mean,
                         op.EmitOutput(pool, {input}, "/mean"));
  return op.Return(Reshape{Shape{shape[0], shape[3]}}, {mean});
}

}  // namespace octet::converter
