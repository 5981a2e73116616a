// Concat, Reshape, Transpose, Pad and Slice.

#include <algorithm>

#include "converter/float/float_operator.h"
#include "converter/float/strided_copy.h"

namespace octet::converter {

Result<FloatOperator> MakeFloatConcat(const Concat& op, const FloatNode& node) {
  const Shape& output = node.output_shape();
  const Strides output_strides = ContiguousStrides(output);
  std::vector<FloatOperator> copies;
  float* to = node.output;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Shape shape = node.input_shape(i);
    copies.push_back([shape, output_strides, from = node.inputs[i], to] {
      StridedCopy(shape, from, ContiguousStrides(shape), to, output_strides);
      return OkStatus();
    });
    to += shape[op.params.axis] * output_strides[size_t(op.params.axis)];
  }
  return FloatOperator([copies] {
    for (const FloatOperator& copy : copies) OCTET_RETURN_IF_ERROR(copy());
    return OkStatus();
  });
}

Result<FloatOperator> MakeFloatReshape(const FloatNode& node) {
  const int64_t count = node.output_shape().NumElements();
  return FloatOperator([count, from = node.inputs[0], to = node.output] {
    std::copy_n(from, count, to);
    return OkStatus();
  });
}

Result<FloatOperator> MakeFloatTranspose(const Transpose& op,
                                         const FloatNode& node) {
  const Shape shape = node.output_shape();
  const Strides input_strides = ContiguousStrides(node.input_shape(0));
  Strides permuted = {};
  for (int axis = 0; axis < shape.rank; ++axis) {
    permuted[size_t(axis)] = input_strides[size_t(op.params.permutation[axis])];
  }
  return FloatOperator(
      [shape, permuted, from = node.inputs[0], to = node.output] {
        StridedCopy(shape, from, permuted, to, ContiguousStrides(shape));
        return OkStatus();
      });
}

Result<FloatOperator> MakeFloatPad(const Pad& op, const FloatNode& node) {
  const Shape shape = node.input_shape(0);
  const int64_t count = node.output_shape().NumElements();
  const Strides output_strides = ContiguousStrides(node.output_shape());
  int64_t first = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    first += op.params.begin[axis] * output_strides[size_t(axis)];
  }
  return FloatOperator(
      [=, value = op.value, from = node.inputs[0], to = node.output] {
        std::fill_n(to, count, value);
        StridedCopy(shape, from, ContiguousStrides(shape), to + first,
                    output_strides);
        return OkStatus();
      });
}

Result<FloatOperator> MakeFloatSlice(const Slice& op, const FloatNode& node) {
  const Shape shape = node.output_shape();
  Strides strides = ContiguousStrides(node.input_shape(0));
  int64_t first = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    first += op.params.begin[axis] * strides[size_t(axis)];
    strides[size_t(axis)] *= op.params.step[axis];
  }
  return FloatOperator(
      [shape, strides, from = node.inputs[0] + first, to = node.output] {
        StridedCopy(shape, from, strides, to, ContiguousStrides(shape));
        return OkStatus();
      });
}

}  // namespace octet::converter
