// From a layer's int32 accumulators to FLOAT32: the output of the last layers
// of a network, which is not rounded to int8.

#ifndef OCTET_KERNELS_FLOAT_ACCUMULATORS_H_
#define OCTET_KERNELS_FLOAT_ACCUMULATORS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/float/float_clamp.h"

namespace octet {

// output[i * output_stride + c] =
//     clamp(float(accumulators[i * channels + c]) * scales[c])
// The accumulator is rounded to the nearest float, halves to even.
struct ScaleAccumulatorsArgs {
  size_t pixels;
  size_t channels;
  const int32_t* accumulators;
  const float* scales;      // [channels]
  float* output;            // exactly `channels` floats a pixel are written
  ptrdiff_t output_stride;  // floats from pixel to pixel
  FloatClamp clamp;
};

void ScaleAccumulators(const ScaleAccumulatorsArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_ACCUMULATORS_H_
