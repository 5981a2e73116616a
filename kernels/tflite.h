// Contract of the kernels of rounding TFLITE: the arithmetic of quantized
// TFLite models, bit for bit that of its reference kernels for int8. It rests
// on gemmlowp's fixed-point functions; scale(x, m, s) and all formulas are
// written in schema/operators.fbs.
//
// Layers take two passes, so that the gemm and depthwise kernels do not double:
//
//   runs ──accumulate_gemm──► int32 scratch ──output──► int8
//
// gemm.h says what an accumulate_gemm is. An accumulate_depthwise_conv is a
// kernel of depthwise_conv.h that stores its accumulators, int32, where those
// store RequantizeQ15 of them: `output` is aligned to 4 bytes, output strides
// count bytes; stage, left_shifts and residual are not used. Its weights are
// int16, so that w - zero_point fits; the shifts and multipliers of its panels
// are 0.
//
// Averages are PoolFunctions (pooling.h):
//   average_pool  bias is that of a zero point of q = 0;
//                 q = clamp(accumulator / count, halves_up says how rounded)
//   mean          q = clamp(zero_point + scale(accumulator, multiplier_q31,
//                                              shift))
// with count = window_h * window_w.

#ifndef OCTET_KERNELS_TFLITE_H_
#define OCTET_KERNELS_TFLITE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"
#include "kernels/depthwise_conv.h"
#include "kernels/pooling.h"

namespace octet {

// A multiplier is in [kTfliteMinMultiplier, 2^31), or 0. That of a mean may be
// half of it.
inline constexpr int32_t kTfliteMinMultiplier = int32_t{1} << 30;
inline constexpr int kTfliteMinShift = -31;
inline constexpr int kTfliteMaxShift = 30;
// Bits that an Add's differences are shifted by before they are scaled.
inline constexpr int kTfliteAddLeftShift = 20;
// Most values of a row of Softmax: their sum has 12 integer bits.
inline constexpr int64_t kTfliteMaxSoftmaxValues = 4095;

// x -> scale(x, multiplier, shift)
struct TfliteScale {
  int32_t multiplier;
  int32_t shift;  // > 0: to the left
};

// The second pass of a layer:
//   output[i * output_stride + c] = clamp(
//       zero_point + scale(accumulators[i * channels + c], scales[c]))
struct TfliteOutputArgs {
  size_t pixels;
  size_t channels;
  const int32_t* accumulators;
  const TfliteScale* scales;  // [channels]
  void* output;               // exactly `channels` bytes a pixel are written
  ptrdiff_t output_stride;    // bytes from pixel to pixel
  OutputStage stage;
  ActivationForm form;
};

// Inputs and output of n elements; they may be the same array.
struct TfliteAddArgs {
  size_t n;
  const void* a;
  const void* b;
  void* output;
  int8_t zero_point_a;
  int8_t zero_point_b;
  TfliteScale scale_a;  // shifts <= 0
  TfliteScale scale_b;
  TfliteScale scale_output;
  OutputStage stage;
  ActivationForm form;
};

struct TfliteRequantizeArgs {
  size_t n;
  const void* input;
  void* output;
  int8_t zero_point_input;
  TfliteScale scale;
  OutputStage stage;
  ActivationForm form;
};

struct TfliteSoftmaxArgs {
  size_t rows;
  size_t n;  // 1 ... kTfliteMaxSoftmaxValues
  const void* input;
  void* output;
  TfliteScale scale;  // shift >= 0
  ActivationForm form;
};

// A table's kernels of this rounding; entries may be null, as in KernelTable.
struct TfliteKernels {
  const DepthwiseConvKernel* accumulate_depthwise_conv;  // any shape
  void (*output)(const TfliteOutputArgs& args);
  void (*add)(const TfliteAddArgs& args);
  void (*requantize)(const TfliteRequantizeArgs& args);
  void (*softmax)(const TfliteSoftmaxArgs& args);
  PoolFunction average_pool;
  PoolFunction mean;
};

// sum / count of an average_pool, to nearest; halves away from 0, or up.
// |sum| <= 128 * count.
static inline int32_t AverageTflite(int32_t sum, int32_t count,
                                    bool halves_up) {
  const int32_t half = count / 2;
  if (halves_up) return (sum + 128 * count + half) / count - 128;
  return sum > 0 ? (sum + half) / count : (sum - half) / count;
}

}  // namespace octet

#endif  // OCTET_KERNELS_TFLITE_H_
