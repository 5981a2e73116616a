// The arithmetic of quantized TFLite models, written from the definition in
// schema/operators.fbs in exact integers. Nothing of gemmlowp, nothing of
// kernels/.

#ifndef OCTET_TESTS_REFERENCE_TFLITE_H_
#define OCTET_TESTS_REFERENCE_TFLITE_H_

#include <cstdint>
#include <vector>

#include "tests/reference/layers.h"

namespace octet::reference {

// One entry a channel, or a single one for all.
struct TfliteScales {
  std::vector<int32_t> multiplier;
  std::vector<int8_t> shift;
};

// high(a, b): the upper half of the doubled product, rounded half up.
int64_t TfliteHigh(int64_t a, int64_t b);
// right(value, shift): rounded to nearest, halves away from zero.
int64_t TfliteRight(int64_t value, int shift);
// scale(value, multiplier, shift).
int64_t TfliteScaled(int64_t value, int64_t multiplier, int shift);

// Layers from the sums of layers.h, in the order of their outputs.
std::vector<int8_t> TfliteOutputs(const WeightedLayer& layer,
                                  const TfliteScales& scales,
                                  const std::vector<int64_t>& sums);

struct TfliteAddLayer {
  int zero_point_a = 0;
  int zero_point_b = 0;
  TfliteScales scales;  // a, b, output
  OutputParams output;
};

std::vector<int8_t> TfliteAdd(const TfliteAddLayer& layer,
                              const std::vector<int8_t>& a,
                              const std::vector<int8_t>& b);

// One entry for all values.
std::vector<int8_t> TfliteRequantize(const std::vector<int8_t>& input,
                                     int input_zero_point,
                                     const TfliteScales& scales,
                                     const OutputParams& output);

// Over rows of n values; one entry.
std::vector<int8_t> TfliteSoftmax(const std::vector<int8_t>& input, size_t n,
                                  const TfliteScales& scales);

Tensor TfliteAveragePool2d(const Window2dParams& window, bool halves_up,
                           const OutputParams& output, const Tensor& input);

// One entry; cells outside the picture add nothing.
Tensor TfliteMean(const Window2dParams& window, int input_zero_point,
                  const TfliteScales& scales, const OutputParams& output,
                  const Tensor& input);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_TFLITE_H_
