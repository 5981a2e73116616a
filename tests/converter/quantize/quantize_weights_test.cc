#include "converter/quantize/quantize_weights.h"

#include <cmath>
#include <cstdlib>
#include <random>
#include <span>

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

constexpr ActivationParams kInput{0.02f, -128};
constexpr float kOutputScale = 0.05f;

float ScaleOf(const QuantizedWeights& result, size_t channel) {
  return result.scale.size() == 1 ? result.scale[0] : result.scale[channel];
}

// The largest accumulator over all inputs, from the definition.
int64_t LargestAccumulator(const QuantizedWeights& result, size_t channel,
                           const ActivationParams& input) {
  const size_t size = result.values.size() / result.bias.size();
  int64_t low = result.bias[channel], high = result.bias[channel];
  for (size_t i = 0; i < size; ++i) {
    const int64_t w = result.values[channel * size + i];
    const int64_t at_min = w * (-128 - input.zero_point);
    const int64_t at_max = w * (127 - input.zero_point);
    low += std::min(at_min, at_max);
    high += std::max(at_min, at_max);
  }
  return std::max(std::llabs(low), std::llabs(high));
}

std::vector<float> RandomValues(size_t count, float size, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> uniform(-size, size);
  std::vector<float> values(count);
  for (float& value : values) value = uniform(random);
  return values;
}

TEST(QuantizeWeightsTest, PerChannelIsTheNearestInteger) {
  std::vector<float> weights = RandomValues(4 * 30, 1.0f, 1);
  for (size_t i = 0; i < 30; ++i) weights[30 + i] *= 1e-3f;
  const std::vector<float> bias = {0.3f, -0.2f, 1.5f, 0.0f};
  const QuantizedWeights result =
      QuantizeWeights(weights, bias, kInput, kOutputScale, false);
  ASSERT_EQ(result.scale.size(), 4u);
  EXPECT_EQ(result.widened_channels, 0);
  EXPECT_EQ(result.dead_channels, 0);
  for (size_t c = 0; c < 4; ++c) {
    int largest = 0;
    for (size_t i = 0; i < 30; ++i) {
      const int q = result.values[c * 30 + i];
      largest = std::max(largest, std::abs(q));
      EXPECT_NEAR(q, weights[c * 30 + i] / result.scale[c], 0.5001);
    }
    EXPECT_EQ(largest, 127);
    EXPECT_NEAR(result.bias[c], bias[c] / (kInput.scale * result.scale[c]),
                0.51);
  }
}

TEST(QuantizeWeightsTest, PerTensorIsTheLargestChannelsScale) {
  std::vector<float> weights = RandomValues(3 * 20, 1.0f, 2);
  for (size_t i = 0; i < 20; ++i) weights[i] *= 0.01f;
  weights[25] = -2.0f;
  const std::vector<float> bias = {0.1f, 0.2f, 0.3f};
  const QuantizedWeights result =
      QuantizeWeights(weights, bias, kInput, kOutputScale, true);
  ASSERT_EQ(result.scale.size(), 1u);
  EXPECT_EQ(result.scale[0], static_cast<float>(2.0 / 127));
  EXPECT_EQ(result.values[25], -127);
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(result.bias[c], bias[c] / (kInput.scale * result.scale[0]),
                0.51);
  }
}

TEST(QuantizeWeightsTest, ChannelsWithoutWeightsKeepTheirBias) {
  const std::vector<float> weights(3 * 8, 0.0f);
  const std::vector<float> bias = {0.0f, -1.7f, 250000.0f};
  const QuantizedWeights result =
      QuantizeWeights(weights, bias, kInput, kOutputScale, false);
  EXPECT_EQ(result.dead_channels, 3);
  for (size_t c = 0; c < 3; ++c) {
    const double real =
        double{kInput.scale} * ScaleOf(result, c) * result.bias[c];
    EXPECT_NEAR(real, bias[c], std::abs(bias[c]) * 1e-6);
    EXPECT_TRUE(DeriveRequantization(double{kInput.scale} * ScaleOf(result, c) /
                                     kOutputScale)
                    .ok());
  }
}

// What folding a BatchNormalization with a tiny variance leaves behind: next
// to no weights and a bias that does not fit at their scale.
TEST(QuantizeWeightsTest, BiasThatOverflowsWidensTheScale) {
  for (const bool per_tensor : {false, true}) {
    std::vector<float> weights = RandomValues(2 * 16, 1e-10f, 3);
    const std::vector<float> bias = {0.9f, -40.0f};
    const QuantizedWeights result =
        QuantizeWeights(weights, bias, kInput, kOutputScale, per_tensor);
    EXPECT_EQ(result.widened_channels, 2);
    for (size_t c = 0; c < 2; ++c) {
      EXPECT_LT(LargestAccumulator(result, c, kInput), int64_t{1} << 31);
      const double real =
          double{kInput.scale} * ScaleOf(result, c) * result.bias[c];
      EXPECT_NEAR(real, bias[c], std::abs(bias[c]) * 1e-6);
    }
    // No more than needed.
    EXPECT_GT(LargestAccumulator(result, 1, kInput), int64_t{1} << 30);
  }
}

TEST(QuantizeWeightsTest, TheSumOfWeightsAloneCanOverflow) {
  // 150,000 weights of 127 times 255 exceed 2^31.
  const std::vector<float> weights(150000, 0.5f);
  const std::vector<float> bias = {0.1f};
  const QuantizedWeights result =
      QuantizeWeights(weights, bias, kInput, kOutputScale, false);
  EXPECT_EQ(result.widened_channels, 1);
  EXPECT_EQ(result.dead_channels, 0);
  EXPECT_LT(LargestAccumulator(result, 0, kInput), int64_t{1} << 31);
  EXPECT_NEAR(result.values[0] * double{result.scale[0]}, 0.5, 0.01);
}

TEST(QuantizeWeightsTest, EveryRandomChannelFitsInt32) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> exponent(-12.0f, 3.0f);
  std::uniform_int_distribution<int> zero_point(-128, 127);
  int widened = 0;
  for (int i = 0; i < 2000; ++i) {
    const ActivationParams input{std::pow(10.0f, exponent(random)),
                                 zero_point(random)};
    const float output_scale = std::pow(10.0f, exponent(random));
    const std::vector<float> weights =
        RandomValues(20, std::pow(10.0f, exponent(random)), uint32_t(i));
    const std::vector<float> bias = {std::pow(10.0f, exponent(random))};
    const QuantizedWeights result =
        QuantizeWeights(weights, bias, input, output_scale, false);
    ASSERT_LT(LargestAccumulator(result, 0, input), int64_t{1} << 31);
    const double real = double{input.scale} * result.scale[0] * result.bias[0];
    const double unit = double{input.scale} * result.scale[0];
    ASSERT_NEAR(real, bias[0], 0.51 * unit);
    widened += result.widened_channels;
  }
  EXPECT_GT(widened, 100);
}

// The sums of kernels/gemm.h's int16_sums, from its drawing.
int LargestInt16Sum(std::span<const int8_t> values, size_t run) {
  int largest = 0;
  for (size_t begin = 0; begin < values.size(); begin += run) {
    for (size_t step = 0; step < run; step += 8) {
      for (size_t half : {0, 2}) {
        int sums[2] = {0, 0};
        for (size_t at :
             {step + half, step + half + 1, step + half + 4, step + half + 5}) {
          if (at >= run) continue;
          const int value = values[begin + at];
          sums[value < 0] += std::abs(value);
        }
        largest = std::max({largest, sums[0], sums[1]});
      }
    }
  }
  return largest;
}

double SquaredError(const QuantizedWeights& result,
                    const std::vector<float>& weights) {
  double sum = 0.0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const size_t channel = i * result.bias.size() / weights.size();
    sum += std::pow(
        weights[i] - double{ScaleOf(result, channel)} * result.values[i], 2);
  }
  return sum;
}

TEST(QuantizeWeightsTest, WeightsFitInt16Sums) {
  for (size_t run : {4, 5, 9, 24, 27, 72}) {
    const size_t k = run == 9 ? 27 : run;
    const std::vector<float> weights =
        RandomValues(6 * k, 1.0f, static_cast<uint32_t>(run));
    const std::vector<float> bias(6, 0.1f);
    for (bool per_tensor : {false, true}) {
      WeightScheme scheme;
      const QuantizedWeights plain = QuantizeWeights(
          weights, bias, kInput, kOutputScale, per_tensor, scheme);
      EXPECT_GT(LargestInt16Sum(plain.values, run), 128);
      scheme.int16_sum_run = run;
      const QuantizedWeights fits = QuantizeWeights(
          weights, bias, kInput, kOutputScale, per_tensor, scheme);
      EXPECT_LE(LargestInt16Sum(fits.values, run), 128);
      // Weights of at most 32 fit, too; this is to lose less.
      QuantizedWeights quarters = plain;
      for (float& scale : quarters.scale) scale *= 4;
      for (size_t i = 0; i < weights.size(); ++i) {
        const size_t channel = i * bias.size() / weights.size();
        quarters.values[i] =
            QuantizeWeight(weights[i], ScaleOf(quarters, channel));
      }
      EXPECT_LT(SquaredError(fits, weights), SquaredError(quarters, weights));
    }
  }
}

// What fits already keeps its scale and its values.
TEST(QuantizeWeightsTest, SmallWeightsAreAsWithoutInt16Sums) {
  std::vector<float> weights(64, 0.25f);
  weights[0] = weights[6] = 1.0f;
  weights[1] = weights[4] = weights[5] = 0.0f;
  weights[2] = weights[3] = weights[7] = -0.3f;
  const std::vector<float> bias(1, 0.0f);
  WeightScheme scheme;
  scheme.int16_sum_run = 64;
  const QuantizedWeights plain =
      QuantizeWeights(weights, bias, kInput, kOutputScale, false);
  const QuantizedWeights fits =
      QuantizeWeights(weights, bias, kInput, kOutputScale, false, scheme);
  EXPECT_EQ(plain.values, fits.values);
  EXPECT_EQ(plain.scale, fits.scale);
}

}  // namespace
}  // namespace octet::converter
