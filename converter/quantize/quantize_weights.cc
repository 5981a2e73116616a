#include "converter/quantize/quantize_weights.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>

#include "converter/quantize/int16_sums.h"

namespace octet::converter {
namespace {

constexpr double kLargestAccumulator = 2147483647.0;  // 2^31 - 1

// One output channel in real numbers.
struct Channel {
  std::span<const float> weights;
  double bias = 0.0;
};

WeightsMethod MethodOf(const WeightScheme& scheme) {
  const bool plain = scheme.grid == WeightGrid::kInt8;
  return scheme.method.value_or(plain ? WeightsMethod::kMinMax
                                      : WeightsMethod::kSquaredError);
}

// The scale of weights that belong together. Where they are integers already,
// they stay what they are.
float WantedScale(std::span<const float> weights, const WeightScheme& scheme) {
  const WeightsMethod method = MethodOf(scheme);
  if (method == WeightsMethod::kMinMax && scheme.grid == WeightGrid::kInt8 &&
      !scheme.power_of_two) {
    const float scale = ScaleOfIntegers(weights);
    if (scale > 0.0f) return scale;
  }
  return ChooseWeightScale(weights, method, scheme.grid);
}

// In double, because the bias may be beyond every integer type.
double QuantizeBias(double bias, float scale, const ActivationParams& input) {
  return std::round(bias / (double{input.scale} * scale));
}

int LargestInput(const ActivationParams& input) {
  return std::max(input.zero_point + 128, 127 - input.zero_point);
}

// The largest magnitude that the accumulator can reach.
double AccumulatorBound(const Channel& channel, float scale, WeightGrid grid,
                        const ActivationParams& input) {
  int64_t sum = 0;
  for (float weight : channel.weights) {
    sum += std::abs(int{QuantizeWeight(weight, scale, grid)});
  }
  return double(sum) * LargestInput(input) +
         std::abs(QuantizeBias(channel.bias, scale, input));
}

// `scale`, or the next larger one at which the accumulator fits int32. The
// bound is nearly proportional to 1 / scale, so this takes two or three turns.
// Where even the largest float is too small, that.
float WidenToFit(const Channel& channel, float scale,
                 const ActivationParams& input, const WeightScheme& scheme) {
  constexpr float kLargestScale = std::numeric_limits<float>::max();
  while (scale < kLargestScale) {
    const double bound = AccumulatorBound(channel, scale, scheme.grid, input);
    if (bound <= kLargestAccumulator) break;
    // The factor's excess outweighs the rounding of the weights and of scale.
    const double wider = scale * (bound / kLargestAccumulator) * 1.0001;
    scale = static_cast<float>(std::min(wider, double{kLargestScale}));
    if (scheme.power_of_two && scale <= 0x1p127f) scale = NextPowerOfTwo(scale);
  }
  return scale;
}

void UseLargest(std::vector<float>& scale) {
  std::fill(scale.begin(), scale.end(),
            *std::max_element(scale.begin(), scale.end()));
}

}  // namespace

QuantizedWeights QuantizeWeights(const std::vector<float>& weights,
                                 const std::vector<float>& bias,
                                 const ActivationParams& input,
                                 float output_scale, bool per_tensor,
                                 const WeightScheme& scheme) {
  assert(!bias.empty() && weights.size() % bias.size() == 0);
  const size_t size = weights.size() / bias.size();
  const float floor =
      static_cast<float>(std::max(0x1p-30 * output_scale / input.scale,
                                  double{std::numeric_limits<float>::min()}));
  std::vector<Channel> channels;
  std::vector<float> wanted;  // one a channel
  for (size_t c = 0; c < bias.size(); ++c) {
    channels.push_back({std::span(weights).subspan(c * size, size), bias[c]});
    const std::span<const float> together =
        per_tensor ? std::span(weights) : channels[c].weights;
    const bool again = per_tensor && c > 0;
    wanted.push_back(again ? wanted[0] : WantedScale(together, scheme));
    if (scheme.int16_sum_run > 0 && !again) {
      wanted[c] = ScaleForInt16Sums(together, wanted[c], scheme.int16_sum_run);
    }
  }

  QuantizedWeights result;
  std::vector<float> scale;  // one a channel
  for (size_t c = 0; c < channels.size(); ++c) {
    float least = std::max(wanted[c], floor);
    if (scheme.power_of_two) wanted[c] = least = NextPowerOfTwo(least);
    scale.push_back(WidenToFit(channels[c], least, input, scheme));
    if (wanted[c] > 0.0f && scale[c] > wanted[c]) ++result.widened_channels;
  }
  if (per_tensor) UseLargest(scale);
  for (size_t c = 0; c < channels.size(); ++c) {
    for (float weight : channels[c].weights) {
      result.values.push_back(QuantizeWeight(weight, scale[c], scheme.grid));
    }
    const std::span<int8_t> values = std::span(result.values).last(size);
    if (scheme.int16_sum_run > 0) {
      FitInt16Sums(channels[c].weights, scale[c], scheme.int16_sum_run, values);
    }
    const bool dead = std::all_of(values.begin(), values.end(),
                                  [](int8_t q) { return q == 0; });
    if (dead) ++result.dead_channels;
    const double q = QuantizeBias(channels[c].bias, scale[c], input);
    result.bias.push_back(static_cast<int32_t>(
        std::clamp(q, -kLargestAccumulator, kLargestAccumulator)));
  }
  if (per_tensor) scale.resize(1);
  result.scale = std::move(scale);
  return result;
}

Result<std::vector<int32_t>> QuantizeBiases(const std::vector<int8_t>& values,
                                            const std::vector<float>& scale,
                                            const std::vector<float>& bias,
                                            const ActivationParams& input) {
  assert(scale.size() == 1 || scale.size() == bias.size());
  const size_t size = values.size() / bias.size();
  std::vector<int32_t> result;
  for (size_t c = 0; c < bias.size(); ++c) {
    int64_t sum = 0;
    for (int8_t value : std::span(values).subspan(c * size, size)) {
      sum += std::abs(int{value});
    }
    const double q =
        QuantizeBias(bias[c], scale[scale.size() == 1 ? 0 : c], input);
    const double bound = double(sum) * LargestInput(input) + std::abs(q);
    if (!(bound <= kLargestAccumulator)) {
      return Unsupported("output channel " + std::to_string(c) +
                         ": its bias does not fit 32 bits");
    }
    result.push_back(static_cast<int32_t>(q));
  }
  return result;
}

}  // namespace octet::converter
