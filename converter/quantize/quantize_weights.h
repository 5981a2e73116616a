// Weights and biases of a convolution or fully connected layer as integers.

#ifndef OCTET_CONVERTER_QUANTIZE_QUANTIZE_WEIGHTS_H_
#define OCTET_CONVERTER_QUANTIZE_QUANTIZE_WEIGHTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "converter/quantize/quantization_params.h"
#include "converter/quantize/weight_scale.h"
#include "octet/status.h"

namespace octet::converter {

// How a channel's scale is chosen, before it is widened where that must be.
struct WeightScheme {
  // Not set: kMinMax for kInt8, kSquaredError for coarser grids, whose range
  // no outlier may decide.
  std::optional<WeightsMethod> method;
  bool power_of_two = false;  // scale = 2^n, the next larger one
  WeightGrid grid = WeightGrid::kInt8;
  // Not 0: integers fit int16 sums (int16_sums.h) in runs of this length, for
  // which the scale may be larger.
  size_t int16_sum_run = 0;
};

// Symmetric int8 weights, -127 ... 127 or a coarser grid, and int32 biases:
//   weight = scale[c] * values[...]
//   bias   = scale_input * scale[c] * bias[c]
struct QuantizedWeights {
  std::vector<int8_t> values;  // in the order of the real weights
  std::vector<float> scale;    // one a channel, or a single one
  std::vector<int32_t> bias;   // one a channel
  // Channels with a larger scale than their weights ask for (see
  // QuantizeWeights): the bias is right, the weights are coarser.
  int widened_channels = 0;
  // Channels whose weights are all 0 in int8: the output is the bias.
  int dead_channels = 0;
};

// `weights`: output channel outermost, weights.size() / bias.size() values
// each. Channel c gets the scale that `scheme` chooses, or a larger one where
//
// * that would be worth less than 2^-30 steps of the output a unit of the
//   accumulator (weights of 0, or next to it), or
// * max(z + 128, 127 - z) * sum|w| + |bias| < 2^31 would not hold, z being the
//   input's zero point.
//
// A bias that no finite scale makes fit is saturated, and its channel's scale
// is the largest float.
//
// per_tensor: one scale, that of all weights together, or a larger one.
// REQUIRES: all values finite; weights.size() a multiple of bias.size() > 0.
QuantizedWeights QuantizeWeights(const std::vector<float>& weights,
                                 const std::vector<float>& bias,
                                 const ActivationParams& input,
                                 float output_scale, bool per_tensor,
                                 const WeightScheme& scheme = {});

// int32 biases for weights that are integers already: `values` and `scale` as
// in QuantizedWeights. An error names the first channel whose accumulator might
// not fit int32.
Result<std::vector<int32_t>> QuantizeBiases(const std::vector<int8_t>& values,
                                            const std::vector<float>& scale,
                                            const std::vector<float>& bias,
                                            const ActivationParams& input);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_QUANTIZE_WEIGHTS_H_
