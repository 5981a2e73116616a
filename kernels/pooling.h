// Contract of the pooling family: one row of output pixels whose windows have
// the same size. The caller clips windows at the edges of the picture.
//
//   cell(x, ky, kx, c) = input[x * output_step + ky * cell_stride_h
//                              + kx * cell_stride_w + c]
//   max:     q = clamp(max over the window of cell, clamp_min, clamp_max)
//   average: accumulator = sum over the window of cell - count * zero_point
//            (`bias` is -count * zero_point in the form of the cells),
//            then RequantizeQ15(accumulator, multiplier, shift)
//   output[x * output_stride + c] = q
//
// for x < output_width, c < channels.

#ifndef OCTET_KERNELS_POOLING_H_
#define OCTET_KERNELS_POOLING_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"

namespace octet {

// The largest window of an average: its sum fits int32 with any zero point.
inline constexpr int64_t kMaxAverageCount = (int64_t{1} << 31) / 512;

struct PoolArgs {
  size_t channels;      // >= 1
  size_t output_width;  // >= 1
  size_t window_h;      // >= 1, after clipping
  size_t window_w;
  const void* input;        // first cell of the first window
  ptrdiff_t cell_stride_h;  // bytes between cells of a window
  ptrdiff_t cell_stride_w;
  ptrdiff_t output_step;  // bytes between the windows of two outputs
  void* output;
  ptrdiff_t output_stride;  // bytes between outputs
  // Average only.
  int32_t bias;
  int16_t multiplier;
  int8_t shift;
  // Rounding TFLITE alone (tflite.h), which has no `multiplier`.
  int32_t multiplier_q31;
  bool halves_up;
  OutputStage stage;  // max: zero_point is not used
  ActivationForm form;
};

using PoolFunction = void (*)(const PoolArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_POOLING_H_
