// Resize: where each output index lies in the input along one dimension, and
// the sums of weighted values.

#ifndef OCTET_KERNELS_FLOAT_RESIZE_H_
#define OCTET_KERNELS_FLOAT_RESIZE_H_

#include <cstddef>
#include <cstdint>

namespace octet {

// In the order of the schema's enums, which has the formulas.
enum class Interpolation : uint8_t { kNearest, kLinear, kCubic };
enum class ResizeCoordinates : uint8_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kTfCropAndResize,
};
enum class ResizeNearest : uint8_t {
  kRoundPreferFloor,
  kRoundPreferCeil,
  kFloor,
  kCeil,
};

// One dimension.
struct ResizeAxis {
  Interpolation mode;
  ResizeCoordinates coordinates;
  ResizeNearest nearest;
  bool exclude_outside;
  bool antialias;
  double cubic_coeff_a;
  double scale;           // output / input
  double start, end;      // of the region of interest
  int64_t input, output;  // sizes
};

// An input value and its share of an output.
struct ResizeTap {
  int32_t index;  // -1: the output is the extrapolation value
  float weight;
};

// Taps of each output index.
int64_t NumResizeTaps(const ResizeAxis& axis);

// taps[output * NumResizeTaps]
void FillResizeTaps(const ResizeAxis& axis, ResizeTap* taps);

// output[c] = sum over the taps of weights[tap] * inputs[tap][c], in order.
struct WeightedSumArgs {
  size_t n;
  size_t num_taps;
  const float* const* inputs;
  const float* weights;
  float* output;
};
void WeightedSum(const WeightedSumArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_RESIZE_H_
