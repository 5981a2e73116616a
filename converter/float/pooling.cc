// MaxPool2d and AveragePool2d.

#include "converter/float/float_operator.h"
#include "converter/float/plain_pooling.h"
#include "converter/float/xnn_operator.h"

namespace octet::converter {
namespace {

bool HasPads(const Window2dParams& w) {
  return w.pad_top > 0 || w.pad_left > 0 || w.pad_bottom > 0 || w.pad_right > 0;
}

bool HasDilation(const Window2dParams& w) {
  return w.dilation_h > 1 || w.dilation_w > 1;
}

bool IsOneCell(const Window2dParams& w) {
  return w.kernel_h == 1 && w.kernel_w == 1;
}

bool IsGlobal(const Window2dParams& w, const Shape& input) {
  return w.kernel_h == input[1] && w.kernel_w == input[2] && !HasPads(w) &&
         !HasDilation(w);
}

Result<FloatOperator> MakeGlobalAveragePool(const FloatClamp& clamp,
                                            const FloatNode& node) {
  const Shape& input = node.input_shape(0);
  const size_t channels = size_t(input[3]);
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_global_average_pooling_nwc_f32(
      channels, channels, channels, clamp.min, clamp.max, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const xnn_status setup = xnn_setup_global_average_pooling_nwc_f32(
      xnn.get(), size_t(input[0]), size_t(input[1]) * size_t(input[2]),
      node.inputs[0], node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

}  // namespace

// XNNPACK refuses windows of one cell.
Result<FloatOperator> MakeFloatMaxPool2d(const MaxPool2d& op,
                                         const FloatNode& node) {
  const Window2dParams& w = op.window;
  if (IsOneCell(w)) {
    return MakePlainPool2d(PoolKind::kMax, w, false, op.clamp, node);
  }
  const Shape& input = node.input_shape(0);
  const size_t channels = size_t(input[3]);
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_max_pooling2d_nhwc_f32(
      uint32_t(w.pad_top), uint32_t(w.pad_right), uint32_t(w.pad_bottom),
      uint32_t(w.pad_left), uint32_t(w.kernel_h), uint32_t(w.kernel_w),
      uint32_t(w.stride_h), uint32_t(w.stride_w), uint32_t(w.dilation_h),
      uint32_t(w.dilation_w), channels, channels, channels, op.clamp.min,
      op.clamp.max, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const xnn_status setup = xnn_setup_max_pooling2d_nhwc_f32(
      xnn.get(), size_t(input[0]), size_t(input[1]), size_t(input[2]),
      node.inputs[0], node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

// XNNPACK refuses windows of one cell, knows no dilation and never counts
// padded cells.
Result<FloatOperator> MakeFloatAveragePool2d(const AveragePool2d& op,
                                             const FloatNode& node) {
  const Window2dParams& w = op.window;
  const Shape& input = node.input_shape(0);
  if (IsGlobal(w, input)) return MakeGlobalAveragePool(op.clamp, node);
  if (IsOneCell(w) || HasDilation(w) || (HasPads(w) && op.count_include_pad)) {
    return MakePlainPool2d(PoolKind::kAverage, w, op.count_include_pad,
                           op.clamp, node);
  }
  const size_t channels = size_t(input[3]);
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_average_pooling2d_nhwc_f32(
      uint32_t(w.pad_top), uint32_t(w.pad_right), uint32_t(w.pad_bottom),
      uint32_t(w.pad_left), uint32_t(w.kernel_h), uint32_t(w.kernel_w),
      uint32_t(w.stride_h), uint32_t(w.stride_w), channels, channels, channels,
      op.clamp.min, op.clamp.max, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const xnn_status setup = xnn_setup_average_pooling2d_nhwc_f32(
      xnn.get(), size_t(input[0]), size_t(input[1]), size_t(input[2]),
      node.inputs[0], node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

}  // namespace octet::converter
