#include "converter/quantize/weight_scale.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "converter/quantize/quantize_weights.h"

namespace octet::converter {
namespace {

constexpr WeightsMethod kMethods[] = {
    WeightsMethod::kMinMax, WeightsMethod::kSquaredError, WeightsMethod::kAdmm};

// Bell-shaped, as weights are, with one outlier.
std::vector<float> MakeWeights(uint32_t seed, size_t count, float outlier) {
  std::mt19937 random(seed);
  std::vector<float> weights = {outlier};
  while (weights.size() < count) {
    double sum = 0.0;
    for (int i = 0; i < 12; ++i) sum += double(random()) / 4294967296.0;
    weights.push_back(float(sum - 6.0));
  }
  return weights;
}

double NaiveError(const std::vector<float>& weights, double scale) {
  double sum = 0.0;
  for (double weight : weights) {
    double q = std::round(weight / scale);
    if (q > 127.0) q = 127.0;
    if (q < -127.0) q = -127.0;
    sum += (weight - scale * q) * (weight - scale * q);
  }
  return sum;
}

TEST(WeightScaleTest, AlternationLowersTheErrorAtEveryTurn) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const std::vector<float> weights = MakeWeights(seed, 300, 5.0f);
    const std::vector<float> scales = AlternatingScales(weights);
    ASSERT_GT(scales.size(), 1u);
    for (size_t i = 1; i < scales.size(); ++i) {
      EXPECT_LT(NaiveError(weights, scales[i]),
                NaiveError(weights, scales[i - 1]));
    }
    EXPECT_EQ(scales.back(), ChooseWeightScale(weights, WeightsMethod::kAdmm));
  }
}

TEST(WeightScaleTest, SearchFindsWhatBruteForceFinds) {
  for (const float outlier : {1.0f, 6.0f, 20.0f, 60.0f}) {
    const std::vector<float> weights = MakeWeights(3, 2000, outlier);
    const float minmax = ChooseWeightScale(weights, WeightsMethod::kMinMax);
    double smallest = NaiveError(weights, minmax);
    for (int i = 1; i <= 5000; ++i) {
      smallest = std::min(smallest, NaiveError(weights, minmax * i / 5000.0));
    }
    const float found =
        ChooseWeightScale(weights, WeightsMethod::kSquaredError);
    EXPECT_LE(NaiveError(weights, found), 1.02 * smallest) << outlier;
  }
}

TEST(WeightScaleTest, NoMethodIsWorseThanMinMax) {
  for (const float outlier : {0.0f, 3.0f, 50.0f}) {
    const std::vector<float> weights = MakeWeights(5, 100, outlier);
    const double minmax =
        NaiveError(weights, ChooseWeightScale(weights, WeightsMethod::kMinMax));
    for (const WeightsMethod method : kMethods) {
      const float scale = ChooseWeightScale(weights, method);
      EXPECT_LE(NaiveError(weights, scale), minmax);
      EXPECT_DOUBLE_EQ(SquaredWeightError(weights, scale),
                       NaiveError(weights, scale));
    }
  }
}

TEST(WeightScaleTest, ZerosAndSingleWeights) {
  for (const WeightsMethod method : kMethods) {
    EXPECT_EQ(ChooseWeightScale(std::vector<float>(3), method), 0.0f);
    const float scale = ChooseWeightScale(std::vector<float>{-254.0f}, method);
    EXPECT_NEAR(scale * QuantizeWeight(-254.0f, scale), -254.0f, 1e-3f);
  }
  EXPECT_TRUE(AlternatingScales(std::vector<float>(3)).empty());
}

TEST(WeightScaleTest, PowerOfTwoScalesHoldTheWeightsAndTheBias) {
  const std::vector<float> weights = MakeWeights(1, 64, 3.0f);
  // The second channel's bias needs a wider scale.
  const std::vector<float> bias = {0.5f, 3e8f};
  for (const bool per_tensor : {false, true}) {
    const QuantizedWeights quantized =
        QuantizeWeights(weights, bias, {0.0625f, -3}, 0.125f, per_tensor,
                        {WeightsMethod::kMinMax, /*power_of_two=*/true});
    EXPECT_EQ(quantized.widened_channels, 1);
    for (size_t c = 0; c < 2; ++c) {
      const float scale = quantized.scale[per_tensor ? 0 : c];
      EXPECT_EQ(scale, NextPowerOfTwo(scale));
      EXPECT_NEAR(double(quantized.bias[c]) * 0.0625 * scale / bias[c], 1.0,
                  0.1);
    }
  }
}

TEST(NextPowerOfTwoTest, IsTheLeastThatIsNotSmaller) {
  EXPECT_EQ(NextPowerOfTwo(1.0f), 1.0f);
  EXPECT_EQ(NextPowerOfTwo(1.0000001f), 2.0f);
  EXPECT_EQ(NextPowerOfTwo(0.75f), 1.0f);
  EXPECT_EQ(NextPowerOfTwo(0.25f), 0.25f);
  EXPECT_EQ(NextPowerOfTwo(3.0f), 4.0f);
}

}  // namespace
}  // namespace octet::converter
