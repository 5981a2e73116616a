// Conv2d and FullyConnected.

#include "converter/float/float_operator.h"
#include "converter/float/xnn_operator.h"

namespace octet::converter {
namespace {

Status CheckWeights(const FloatNode& node) {
  if (node.input(1).is_constant() && node.input(2).is_constant()) {
    return OkStatus();
  }
  return Unsupported("its weights and bias must be constant");
}

}  // namespace

Result<FloatOperator> MakeFloatConv2d(const Conv2d& op, const FloatNode& node) {
  OCTET_RETURN_IF_ERROR(CheckWeights(node));
  const Window2dParams& w = op.window;
  const Shape& input = node.input_shape(0);
  const size_t in_channels = size_t(input[3]);
  const size_t out_channels = size_t(node.output_shape()[3]);
  const size_t groups = size_t(op.groups);
  // The weights {o, h, w, i} of the graph are XNNPACK's {g, o/g, h, w, i},
  // depthwise included.
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_convolution2d_nhwc_f32(
      uint32_t(w.pad_top), uint32_t(w.pad_right), uint32_t(w.pad_bottom),
      uint32_t(w.pad_left), uint32_t(w.kernel_h), uint32_t(w.kernel_w),
      uint32_t(w.stride_h), uint32_t(w.stride_w), uint32_t(w.dilation_h),
      uint32_t(w.dilation_w), uint32_t(op.groups), in_channels / groups,
      out_channels / groups, in_channels, out_channels, node.inputs[1],
      node.inputs[2], op.clamp.min, op.clamp.max, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const xnn_status setup = xnn_setup_convolution2d_nhwc_f32(
      xnn.get(), size_t(input[0]), size_t(input[1]), size_t(input[2]),
      node.inputs[0], node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

Result<FloatOperator> MakeFloatFullyConnected(const FullyConnected& op,
                                              const FloatNode& node) {
  OCTET_RETURN_IF_ERROR(CheckWeights(node));
  const size_t n = size_t(node.input_shape(1)[0]);
  const size_t k = size_t(node.input_shape(1)[1]);
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_fully_connected_nc_f32(
      k, n, k, n, node.inputs[1], node.inputs[2], op.clamp.min, op.clamp.max,
      kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const size_t rows = size_t(node.output_shape().NumElements()) / n;
  const xnn_status setup = xnn_setup_fully_connected_nc_f32(
      xnn.get(), rows, node.inputs[0], node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

}  // namespace octet::converter
