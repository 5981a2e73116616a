#include "converter/float/strided_copy.h"

#include <algorithm>

namespace octet::converter {
namespace {

// The dimensions from `axis` inwards.
void CopyFrom(int axis, const Shape& shape, const float* input,
              const Strides& input_strides, float* output,
              const Strides& output_strides) {
  if (axis == shape.rank) {
    *output = *input;
    return;
  }
  const int64_t in = input_strides[size_t(axis)];
  const int64_t out = output_strides[size_t(axis)];
  if (axis == shape.rank - 1 && in == 1 && out == 1) {
    std::copy_n(input, shape[axis], output);
    return;
  }
  for (int32_t i = 0; i < shape[axis]; ++i) {
    CopyFrom(axis + 1, shape, input + i * in, input_strides, output + i * out,
             output_strides);
  }
}

}  // namespace

Strides ContiguousStrides(const Shape& shape) {
  Strides strides = {};
  int64_t stride = 1;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    strides[size_t(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

void StridedCopy(const Shape& shape, const float* input,
                 const Strides& input_strides, float* output,
                 const Strides& output_strides) {
  CopyFrom(0, shape, input, input_strides, output, output_strides);
}

}  // namespace octet::converter
