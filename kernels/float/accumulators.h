// From int32 accumulators to the output: a layer's to FLOAT32, of the last
// layers of a network, which are not rounded to int8; a row of a product of two
// activations' to INT8 or FLOAT32.

#ifndef OCTET_KERNELS_FLOAT_ACCUMULATORS_H_
#define OCTET_KERNELS_FLOAT_ACCUMULATORS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"
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

// Accumulators that share a scale.
struct AccumulatorRow {
  const int32_t* accumulators;
  size_t count;
};

// How a row's accumulators become an output.
struct RowStage {
  // INT8: RequantizeQ15, and the byte's FormMask.
  int16_t multiplier = 0;
  int8_t shift = 0;
  OutputStage output;
  uint8_t mask = 0;
  // FLOAT32: as ScaleAccumulators.
  float scale = 1;
  FloatClamp clamp;
};

// Adds to each, modulo 2^32.
void AddOffset(int32_t offset, size_t count, int32_t* accumulators);

// output: row.count values.
void RequantizeRow(const AccumulatorRow& row, const RowStage& stage,
                   uint8_t* output);
void ScaleRow(const AccumulatorRow& row, const RowStage& stage, float* output);

// Of values as they lie in memory, read in their form. REQUIRES: count < 2^23.
int32_t SumOfBytes(const uint8_t* bytes, size_t count, ActivationForm form);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_ACCUMULATORS_H_
