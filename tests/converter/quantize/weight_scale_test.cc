#include "converter/quantize/weight_scale.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
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

TEST(WeightScaleTest, IntegersOfAQuantizedSourceAreFound) {
  for (const int largest : {3, 50, 100, 127}) {
    const float scale = 0.0123f;
    std::vector<float> weights;
    for (int q = -largest; q <= largest; ++q) {
      weights.push_back(scale * static_cast<float>(q));
    }
    const float found = ScaleOfIntegers(weights);
    EXPECT_NEAR(found, scale, 1e-8);
    for (int q = -largest; q <= largest; ++q) {
      EXPECT_EQ(QuantizeWeight(weights[size_t(q + largest)], found), q);
    }
  }
  EXPECT_EQ(ScaleOfIntegers(MakeWeights(7, 100, 5.0f)), 0.0f);
  EXPECT_EQ(ScaleOfIntegers(std::vector<float>(4, 0.0f)), 0.0f);
}

// Their largest magnitude is 50 steps: another scale would round each weight.
TEST(WeightScaleTest, TheyStayInALayer) {
  std::vector<float> weights;
  for (const int q : {50, -49, 31, 7, 0, -3}) {
    weights.push_back(0.02f * static_cast<float>(q));
  }
  const QuantizedWeights layer =
      QuantizeWeights(weights, {0.5f}, {0.1f, 3}, 1.0f, false, {});
  EXPECT_EQ(layer.values, (std::vector<int8_t>{50, -49, 31, 7, 0, -3}));
  EXPECT_EQ(layer.bias, std::vector<int32_t>{250});
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

struct Grid {
  WeightGrid grid;
  std::vector<int> integers;
};

std::vector<Grid> CoarseGrids() {
  std::vector<Grid> grids = {
      {WeightGrid::kInt4, {}},
      {WeightGrid::kLogarithmic,
       {-64, -32, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32, 64}},
      {WeightGrid::kTernary, {-1, 0, 1}},
      {WeightGrid::kBinary, {-1, 1}}};
  for (int q = -7; q <= 7; ++q) grids[0].integers.push_back(q);
  return grids;
}

double NaiveGridError(const std::vector<float>& weights, double scale,
                      const Grid& grid) {
  double sum = 0.0;
  for (double weight : weights) {
    double smallest = std::numeric_limits<double>::infinity();
    for (int q : grid.integers) {
      smallest = std::min(smallest, std::pow(weight - scale * q, 2));
    }
    sum += smallest;
  }
  return sum;
}

TEST(WeightGridTest, NearestIsTheGridsOwnAndNoOtherIsNearer) {
  for (const Grid& grid : CoarseGrids()) {
    EXPECT_EQ(LargestOnGrid(grid.grid), grid.integers.back());
    for (double value = -80.0; value <= 80.0; value += 0.0625) {
      const double nearest = NearestOnGrid(value, grid.grid);
      EXPECT_TRUE(
          std::count(grid.integers.begin(), grid.integers.end(), nearest) == 1)
          << value << " " << nearest;
      for (int q : grid.integers) {
        EXPECT_LE(std::abs(value - nearest), std::abs(value - q)) << value;
      }
    }
  }
}

TEST(WeightGridTest, StepsWalkTheWholeGrid) {
  for (const Grid& grid : CoarseGrids()) {
    for (size_t i = 0; i < grid.integers.size(); ++i) {
      const int q = grid.integers[i];
      const int up = i + 1 < grid.integers.size() ? grid.integers[i + 1] : q;
      const int down = i > 0 ? grid.integers[i - 1] : q;
      EXPECT_EQ(q + StepOnGrid(q, true, grid.grid), up);
      EXPECT_EQ(q + StepOnGrid(q, false, grid.grid), down);
    }
  }
}

TEST(WeightGridTest, MethodsAreNearTheBestScaleThereIs) {
  for (const Grid& grid : CoarseGrids()) {
    for (const float outlier : {1.0f, 6.0f, 20.0f}) {
      const std::vector<float> weights = MakeWeights(7, 400, outlier);
      const float minmax =
          ChooseWeightScale(weights, WeightsMethod::kMinMax, grid.grid);
      double best = NaiveGridError(weights, minmax, grid);
      EXPECT_NEAR(SquaredWeightError(weights, minmax, grid.grid), best,
                  1e-9 * best);
      for (int i = 1; i <= 2000; ++i) {
        best =
            std::min(best, NaiveGridError(weights, minmax * i / 2000.0, grid));
      }
      const float searched =
          ChooseWeightScale(weights, WeightsMethod::kSquaredError, grid.grid);
      EXPECT_LE(NaiveGridError(weights, searched, grid), 1.02 * best);
      double error = NaiveGridError(weights, minmax, grid);
      for (float scale : AlternatingScales(weights, grid.grid)) {
        EXPECT_LE(NaiveGridError(weights, scale, grid), error * (1 + 1e-9));
        error = NaiveGridError(weights, scale, grid);
      }
    }
  }
}

TEST(WeightGridTest, BinaryWeightsGetTheMeanMagnitude) {
  const std::vector<float> weights = {-1.0f, 2.0f, 0.5f, -4.5f};
  EXPECT_FLOAT_EQ(
      ChooseWeightScale(weights, WeightsMethod::kAdmm, WeightGrid::kBinary),
      2.0f);
}

TEST(WeightGridTest, QuantizedWeightsAreOnTheGridOfTheScheme) {
  const std::vector<float> weights = MakeWeights(11, 200, 3.0f);
  const std::vector<float> bias = {0.5f, -0.25f};
  for (const Grid& grid : CoarseGrids()) {
    WeightScheme scheme;
    scheme.grid = grid.grid;
    const QuantizedWeights quantized =
        QuantizeWeights(weights, bias, {0.02f, -128}, 0.05f, false, scheme);
    ASSERT_EQ(quantized.scale.size(), 2u);
    for (size_t i = 0; i < weights.size(); ++i) {
      EXPECT_EQ(quantized.values[i],
                NearestOnGrid(double{weights[i]} / quantized.scale[i / 100],
                              grid.grid));
    }
    for (size_t c = 0; c < 2; ++c) {
      EXPECT_NEAR(quantized.bias[c] * 0.02 * quantized.scale[c], bias[c],
                  0.02 * quantized.scale[c]);
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
