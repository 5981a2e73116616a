#include "tests/kernels/layer_data.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/requantize.h"
#include "kernels/tflite.h"

namespace octet {
namespace {

// The spread of the outputs that data are fitted to, in steps.
constexpr double kOutputDeviation = 40.0;
constexpr double kMeanMultiplier = 0.75;
// Of bytes with all values alike.
constexpr double kByteDeviation = 73.9;

double InputDeviation(int zero_point) {
  return std::hypot(kByteDeviation, zero_point + 0.5);
}

// The standard deviation of accumulators that makes that of the outputs.
double AccumulatorDeviation(const LayerOptions& options, int shift) {
  return kOutputDeviation / kMeanMultiplier *
         std::ldexp(1.0, shift + options.fraction_bits);
}

int FittedShift(const LayerOptions& options, double k, Random& random) {
  const double weight = static_cast<double>(random.Between(30, 73));
  const double accumulator =
      weight * InputDeviation(options.input_zero_point) * std::sqrt(k);
  const double shift =
      std::log2(accumulator * kMeanMultiplier / kOutputDeviation) -
      options.fraction_bits;
  return std::clamp(static_cast<int>(std::lround(shift)), kMinShift, kMaxShift);
}

int8_t RandomWeight(double deviation, Random& random) {
  if (deviation < 1) {
    const int64_t chance = std::llround(deviation * deviation * 1e6);
    const bool zero = random.Between(0, 999999) >= chance;
    return static_cast<int8_t>(zero ? 0 : 1 - 2 * random.Between(0, 1));
  }
  const int64_t limit =
      std::min<int64_t>(127, std::llround(deviation * std::sqrt(3.0)));
  return static_cast<int8_t>(random.Between(-limit, limit));
}

// The weights of one channel, at `weights`; returns the channel's bias.
int32_t FillChannel(const LayerOptions& options, int shift, size_t k,
                    int8_t* weights, Random& random) {
  // With large left shifts anything but 0 saturates; then about every second
  // sum is to be something.
  const double input = InputDeviation(options.input_zero_point);
  const double accumulator =
      std::max(AccumulatorDeviation(options, shift), 0.7 * input);
  const double weight =
      accumulator / (input * std::sqrt(static_cast<double>(k)));
  const int8_t sign = random.Between(0, 1) == 0 ? -127 : 127;
  int64_t magnitude = 0;
  for (size_t j = 0; j < k; ++j) {
    if (options.extreme_values) {
      const bool odd_one = random.Between(0, 15) == 0 && k < 1000;
      weights[j] = static_cast<int8_t>(odd_one ? -sign : sign);
    } else {
      weights[j] = RandomWeight(weight, random);
    }
    magnitude += std::abs(weights[j]);
  }
  const int zero_point = options.input_zero_point;
  const int64_t largest_input = std::max(zero_point + 128, 127 - zero_point);
  const int64_t room = INT32_MAX - magnitude * largest_input;
  const int64_t limit = std::min<int64_t>(
      room, std::llround(std::min(1.5 * accumulator, 2147483647.0)));
  return static_cast<int32_t>(random.Between(-limit, limit));
}

}  // namespace

std::string LayerOptions::ToString() const {
  std::string text = "zero point " + std::to_string(input_zero_point) +
                     ", output " + std::to_string(output.zero_point) + " [" +
                     std::to_string(output.clamp_min) + ", " +
                     std::to_string(output.clamp_max) + "]";
  if (min_shift <= max_shift) {
    text += ", shifts " + std::to_string(min_shift) + " to " +
            std::to_string(max_shift);
  }
  if (multiplier >= 0) text += ", multiplier " + std::to_string(multiplier);
  if (!per_channel) text += ", per tensor";
  if (extreme_values) text += ", extreme values";
  return text;
}

reference::WeightedLayer RandomLayer(const LayerOptions& options,
                                     const Shape& shape, Random& random) {
  const size_t channels = static_cast<size_t>(shape[0]);
  const size_t size = static_cast<size_t>(shape.NumElements());
  const size_t k = size / channels;
  reference::WeightedLayer layer;
  layer.weights.shape = shape;
  layer.weights.data.resize(size);
  layer.input_zero_point = options.input_zero_point;
  layer.output = options.output;
  const bool fitted = options.min_shift > options.max_shift;
  int shift = 0;
  for (size_t c = 0; c < channels; ++c) {
    if (c == 0 || options.per_channel) {
      shift = fitted ? FittedShift(options, static_cast<double>(k), random)
                     : static_cast<int>(random.Between(options.min_shift,
                                                       options.max_shift));
      const int64_t drawn = random.Between(kMinMultiplier, 32767);
      layer.requantization.shift.push_back(static_cast<int8_t>(shift));
      layer.requantization.multiplier.push_back(static_cast<int16_t>(
          options.multiplier >= 0 ? options.multiplier : drawn));
    }
    layer.bias.push_back(FillChannel(
        options, shift, k, layer.weights.data.data() + c * k, random));
  }
  return layer;
}

void SetExtremeBiases(const std::vector<int64_t>& sums, Random& random,
                      reference::WeightedLayer& layer) {
  const size_t channels = layer.bias.size();
  for (size_t c = 0; c < channels; ++c) {
    int64_t smallest = sums[c];
    int64_t largest = sums[c];
    for (size_t i = c; i < sums.size(); i += channels) {
      smallest = std::min(smallest, sums[i]);
      largest = std::max(largest, sums[i]);
    }
    const int64_t lowest = std::max<int64_t>(INT32_MIN, INT32_MIN - smallest);
    const int64_t highest = std::min<int64_t>(INT32_MAX, INT32_MAX - largest);
    layer.bias[c] =
        static_cast<int32_t>(random.Between(0, 1) == 0 ? lowest : highest);
  }
}

void FillWithExtremes(uint8_t* bytes, size_t count, int zero_point,
                      Random& random) {
  const uint8_t far = zero_point < 0 ? 0x7F : 0x80;
  const uint8_t near = static_cast<uint8_t>(far ^ 0xFF);
  // Long inputs are to reach the bound of the accumulator: no exceptions.
  const int64_t one_in = count < 1000 ? 8 : 1 << 30;
  for (size_t i = 0; i < count; ++i) {
    bytes[i] = random.Between(0, one_in) == 0 ? near : far;
  }
}

LayerWeights ToLayerWeights(const reference::WeightedLayer& layer) {
  LayerWeights weights = {};
  weights.n = layer.bias.size();
  weights.weights = layer.weights.data.data();
  weights.channel_stride = layer.weights.data.size() / weights.n;
  weights.bias = layer.bias.data();
  weights.input_zero_point = layer.input_zero_point;
  weights.weight_zero_point = layer.weight_zero_point;
  if (layer.requantization.shift.empty()) return weights;
  weights.multiplier = layer.requantization.multiplier.data();
  weights.shift = layer.requantization.shift.data();
  weights.per_channel = layer.requantization.shift.size() == weights.n;
  return weights;
}

reference::TfliteScales ToTflite(const reference::Requantization& q15,
                                 Random& random) {
  reference::TfliteScales scales;
  for (size_t i = 0; i < q15.shift.size(); ++i) {
    scales.multiplier.push_back(static_cast<int32_t>(
        q15.multiplier[i] * (1 << 16) + random.Between(0, (1 << 16) - 1)));
    // m * 2^-15 * 2^-(shift + 6) = (m * 2^16) * 2^(s - 31)
    scales.shift.push_back(static_cast<int8_t>(
        std::clamp(-(q15.shift[i] + 6), kTfliteMinShift, kTfliteMaxShift)));
  }
  return scales;
}

OutputStage ToOutputStage(const reference::OutputParams& output) {
  return {static_cast<int8_t>(output.zero_point),
          static_cast<int8_t>(output.clamp_min),
          static_cast<int8_t>(output.clamp_max)};
}

}  // namespace octet
