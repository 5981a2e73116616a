// StridedCopy: the one loop behind Transpose, Pad, Slice and Concat.

#ifndef OCTET_CONVERTER_FLOAT_STRIDED_COPY_H_
#define OCTET_CONVERTER_FLOAT_STRIDED_COPY_H_

#include <array>
#include <cstdint>

#include "octet/shape.h"

namespace octet::converter {

// Distances between neighbours along each dimension, in elements.
using Strides = std::array<int64_t, kMaxRank>;

// Those of a tensor without gaps.
Strides ContiguousStrides(const Shape& shape);

// output[sum of i_d * output_strides[d]] = input[sum of i_d *
// input_strides[d]] for all indices i inside `shape`. Strides may be negative
// or 0.
void StridedCopy(const Shape& shape, const float* input,
                 const Strides& input_strides, float* output,
                 const Strides& output_strides);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_FLOAT_STRIDED_COPY_H_
