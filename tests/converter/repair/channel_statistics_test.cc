#include "converter/repair/channel_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The integral of clamp(y) times the normal density, by the trapezoid rule.
double Integrated(double mean, double deviation, const FloatClamp& clamp) {
  constexpr int kSteps = 200000;
  const double from = mean - 12 * deviation, by = 24 * deviation / kSteps;
  double sum = 0.0;
  for (int i = 0; i <= kSteps; ++i) {
    const double y = from + i * by;
    const double z = (y - mean) / deviation;
    sum += std::clamp(y, double{clamp.min}, double{clamp.max}) *
           std::exp(-z * z / 2) / (deviation * std::sqrt(2 * M_PI)) * by;
  }
  return sum;
}

TEST(ChannelStatisticsTest, ClampedNormalMeanIsTheIntegral) {
  for (const FloatClamp& clamp :
       {FloatClamp(), FloatClamp{0.0f, kInfinity}, FloatClamp{0.0f, 6.0f},
        FloatClamp{-kInfinity, 1.0f}, FloatClamp{-1.0f, 0.5f}}) {
    for (double mean : {-7.0, -0.5, 0.0, 0.3, 5.0, 20.0}) {
      for (double deviation : {0.1, 1.0, 4.0}) {
        EXPECT_NEAR(ClampedNormalMean(mean, deviation, clamp),
                    Integrated(mean, deviation, clamp),
                    1e-6 * (1 + std::abs(mean)))
            << clamp.min << " " << clamp.max << " " << mean << " " << deviation;
      }
    }
  }
}

TEST(ChannelStatisticsTest, WithoutDeviationItIsTheClampedMean) {
  EXPECT_EQ(ClampedNormalMean(-1.0, 0.0, {0.0f, 6.0f}), 0.0);
  EXPECT_EQ(ClampedNormalMean(2.0, 0.0, {0.0f, 6.0f}), 2.0);
  EXPECT_EQ(ClampedNormalMean(9.0, 0.0, {0.0f, 6.0f}), 6.0);
}

TEST(ChannelStatisticsTest, ObservesEveryChannelOfEveryValue) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 2, 2, 3});
  const ValueId y = Append(graph, "relu", Clamp{{0.0f, kInfinity}}, {x});
  graph.outputs = {y};
  constexpr size_t kSamples = 5;
  const auto read = [](size_t i) -> Result<std::vector<std::vector<float>>> {
    return std::vector<std::vector<float>>{RandomFloats(12, 1.0f, i)};
  };
  const auto statistics = ObserveChannels(graph, kSamples, read, 100, 1);
  ASSERT_TRUE(statistics.ok());
  for (bool relu : {false, true}) {
    const auto& channels = (*statistics)[size_t(relu ? y : x)];
    ASSERT_EQ(channels.size(), 3u);
    for (size_t c = 0; c < 3; ++c) {
      std::vector<double> seen;
      for (size_t s = 0; s < kSamples; ++s) {
        const auto values = (*read(s))[0];
        for (size_t i = c; i < values.size(); i += 3) {
          seen.push_back(relu ? std::max(values[i], 0.0f) : values[i]);
        }
      }
      double mean = 0.0, variance = 0.0;
      for (double v : seen) mean += v / double(seen.size());
      for (double v : seen) {
        variance += (v - mean) * (v - mean) / double(seen.size());
      }
      EXPECT_NEAR(channels[c].mean, mean, 1e-9);
      EXPECT_NEAR(channels[c].deviation, std::sqrt(variance), 1e-9);
      EXPECT_EQ(channels[c].min, *std::min_element(seen.begin(), seen.end()));
      EXPECT_EQ(channels[c].max, *std::max_element(seen.begin(), seen.end()));
    }
  }
}

TEST(ChannelStatisticsTest, IntegersHaveNone) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 2, 2, 3});
  const ValueId y = Append(graph, "argmax", ArgExtremum{.axis = 3}, {x});
  graph.outputs = {y};
  const auto read = [](size_t i) -> Result<std::vector<std::vector<float>>> {
    return std::vector<std::vector<float>>{RandomFloats(12, 1.0f, i)};
  };
  const auto statistics = ObserveChannels(graph, 2, read, 100, 1);
  ASSERT_TRUE(statistics.ok()) << statistics.status().message();
  EXPECT_EQ((*statistics)[size_t(x)].size(), 3u);
  EXPECT_TRUE((*statistics)[size_t(y)].empty());
}

}  // namespace
}  // namespace octet::converter
