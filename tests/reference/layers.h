// Naive layers on int8 values, written from the definition: one loop a sum, no
// packing, no folded zero point, exact 64-bit accumulators. Bytes are q itself,
// never the form that a kernel table keeps in memory.

#ifndef OCTET_TESTS_REFERENCE_LAYERS_H_
#define OCTET_TESTS_REFERENCE_LAYERS_H_

#include <cstdint>
#include <vector>

#include "octet/shape.h"
#include "schema/operators.h"
#include "tests/reference/reference_requantize.h"

namespace octet::reference {

// Pictures are NHWC.
struct Tensor {
  Shape shape;
  std::vector<int8_t> data;
};

// The value at {n, y, x, c} of a picture.
inline int8_t At(const Tensor& picture, int64_t n, int64_t y, int64_t x,
                 int64_t c) {
  const Shape& shape = picture.shape;
  const int64_t index = ((n * shape[1] + y) * shape[2] + x) * shape[3] + c;
  return picture.data[static_cast<size_t>(index)];
}

// The shape of a picture of `channels` channels, one pixel for each place of
// the window over `input`.
Shape WindowedShape(const Window2dParams& window, const Shape& input,
                    int32_t channels);

// Values that are added to a layer's outputs, one each.
struct Residual {
  std::vector<int8_t> values;
  int zero_point = 0;
  int multiplier = 0;
  int fraction_bits = 6;  // of the layer's multipliers and shifts, too
};

// A fully connected layer or a convolution.
struct WeightedLayer {
  Tensor weights;             // {n, k}, or OHWI
  std::vector<int32_t> bias;  // [n]
  Requantization requantization;
  int input_zero_point = 0;
  OutputParams output;
  int weight_zero_point = 0;
};

// The sums of (input - zero_point) * (weights - zero_point) without bias,
// [m][n] for inputs [m][k].
std::vector<int64_t> FullyConnectedSums(const WeightedLayer& layer,
                                        const std::vector<int8_t>& input);
std::vector<int8_t> FullyConnected(const WeightedLayer& layer,
                                   const std::vector<int8_t>& input,
                                   const Residual* residual = nullptr);

// The same of a convolution, in the order of its output {n, h, w, o}. Cells
// outside the picture count as zero_point. groups == channels: depthwise.
std::vector<int64_t> Conv2dSums(const WeightedLayer& layer,
                                const Window2dParams& window, int groups,
                                const Tensor& input);
Tensor Conv2d(const WeightedLayer& layer, const Window2dParams& window,
              int groups, const Tensor& input,
              const Residual* residual = nullptr);

// Cells outside the picture do not count.
Tensor MaxPool2d(const Window2dParams& window, const OutputParams& output,
                 const Tensor& input);

struct AveragePool2dLayer {
  Window2dParams window;
  bool count_include_pad = false;
  // The divisors that occur, each with its entry in `requantization`.
  std::vector<int32_t> counts;
  Requantization requantization;
  int input_zero_point = 0;
  OutputParams output;
};

Tensor AveragePool2d(const AveragePool2dLayer& layer, const Tensor& input);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_LAYERS_H_
