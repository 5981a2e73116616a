// Pooling of one output pixel, all channels.

#ifndef OCTET_KERNELS_FLOAT_POOLING_H_
#define OCTET_KERNELS_FLOAT_POOLING_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"
#include "kernels/float/float_clamp.h"

namespace octet {

// The cells of the window that lie in the picture, at least one.
struct FloatPoolArgs {
  size_t channels;
  size_t window_h;
  size_t window_w;
  size_t cell_stride_h;  // in values
  size_t cell_stride_w;
  const void* input;  // the first cell: floats, or int8 in `form`
  float* output;
  float divisor;  // of an average
  FloatClamp clamp;
  // Of int8 alone.
  float scale;
  int8_t zero_point;
  ActivationForm form;
};

// The largest; NaN is larger than any number.
void FloatMaxPool(const FloatPoolArgs& args);

// The sum, row by row in single precision, divided by divisor.
void FloatAveragePool(const FloatPoolArgs& args);

// The same of int8 cells: float(sum of q - zero_point) * (scale / divisor).
// REQUIRES: window_h * window_w <= kMaxAverageCount (kernels/pooling.h).
void FloatAverageInt8Pool(const FloatPoolArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_POOLING_H_
