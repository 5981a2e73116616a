// Add, Mul, Clamp and Softmax.

#include <array>

#include "converter/float/float_operator.h"
#include "converter/float/xnn_operator.h"

namespace octet::converter {
namespace {

// A shape as XNNPACK takes it; a scalar has one dimension.
struct XnnShape {
  explicit XnnShape(const Shape& shape) : rank(size_t(shape.rank)) {
    for (size_t axis = 0; axis < rank; ++axis) {
      dims[axis] = size_t(shape.dims[axis]);
    }
    if (rank == 0) rank = 1;
  }
  size_t rank;
  std::array<size_t, kMaxRank> dims = {1, 1, 1, 1, 1, 1};
};

}  // namespace

Result<FloatOperator> MakeFloatAdd(const Add& op, const FloatNode& node) {
  xnn_operator_t created = nullptr;
  const xnn_status status =
      xnn_create_add_nd_f32(op.clamp.min, op.clamp.max, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const XnnShape a(node.input_shape(0)), b(node.input_shape(1));
  const xnn_status setup = xnn_setup_add_nd_f32(
      xnn.get(), a.rank, a.dims.data(), b.rank, b.dims.data(), node.inputs[0],
      node.inputs[1], node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

Result<FloatOperator> MakeFloatMul(const Mul& op, const FloatNode& node) {
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_multiply_nd_f32(
      op.clamp.min, op.clamp.max, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const XnnShape a(node.input_shape(0)), b(node.input_shape(1));
  const xnn_status setup = xnn_setup_multiply_nd_f32(
      xnn.get(), a.rank, a.dims.data(), b.rank, b.dims.data(), node.inputs[0],
      node.inputs[1], node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

Result<FloatOperator> MakeFloatClamp(const Clamp& op, const FloatNode& node) {
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_clamp_nc_f32(
      /*channels=*/1, /*input_stride=*/1,
      /*output_stride=*/1, op.clamp.min, op.clamp.max, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const xnn_status setup = xnn_setup_clamp_nc_f32(
      xnn.get(), size_t(node.output_shape().NumElements()), node.inputs[0],
      node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

Result<FloatOperator> MakeFloatSoftmax(const FloatNode& node) {
  const Shape& shape = node.output_shape();
  const size_t channels = size_t(shape[shape.rank - 1]);
  xnn_operator_t created = nullptr;
  const xnn_status status = xnn_create_softmax_nc_f32(
      channels, channels, channels, kXnnFlags, &created);
  OCTET_ASSIGN_OR_RETURN(XnnOperator xnn, OwnXnnOperator(status, created));
  const xnn_status setup = xnn_setup_softmax_nc_f32(
      xnn.get(), size_t(shape.NumElements()) / channels, node.inputs[0],
      node.output, node.threads);
  return RunXnnOperator(std::move(xnn), setup, node.threads);
}

}  // namespace octet::converter
