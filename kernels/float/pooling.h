// Pooling of one output pixel, all channels.

#ifndef OCTET_KERNELS_FLOAT_POOLING_H_
#define OCTET_KERNELS_FLOAT_POOLING_H_

#include <cstddef>

#include "kernels/float/float_clamp.h"

namespace octet {

// The cells of the window that lie in the picture, at least one.
struct FloatPoolArgs {
  size_t channels;
  size_t window_h;
  size_t window_w;
  size_t cell_stride_h;  // in floats
  size_t cell_stride_w;
  const float* input;  // the first cell
  float* output;
  float divisor;  // of an average
  FloatClamp clamp;
};

// The largest; NaN is larger than any number.
void FloatMaxPool(const FloatPoolArgs& args);

// The sum, row by row in single precision, divided by divisor.
void FloatAveragePool(const FloatPoolArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_POOLING_H_
