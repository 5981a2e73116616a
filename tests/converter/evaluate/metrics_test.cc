#include "converter/evaluate/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace octet::converter {
namespace {

TEST(MetricsTest, SqnrByHand) {
  Sqnr sqnr;
  sqnr.Add(std::vector<float>{3.0f, 4.0f}, std::vector<float>{3.0f, 4.5f});
  EXPECT_NEAR(sqnr.Decibels(), 10.0 * std::log10(25.0 / 0.25), 1e-9);
  // Sums over everything added, not a mean of ratios.
  sqnr.Add(std::vector<float>{0.0f}, std::vector<float>{1.0f});
  EXPECT_NEAR(sqnr.Decibels(), 10.0 * std::log10(25.0 / 1.25), 1e-9);
}

TEST(MetricsTest, SqnrWithoutNoiseOrSignal) {
  Sqnr exact;
  exact.Add(std::vector<float>{1.0f}, std::vector<float>{1.0f});
  EXPECT_TRUE(std::isinf(exact.Decibels()));
  Sqnr silent;
  silent.Add(std::vector<float>{0.0f}, std::vector<float>{1.0f});
  EXPECT_EQ(silent.Decibels(), 0.0);
}

TEST(MetricsTest, TopIndexTakesTheFirstOfEquals) {
  EXPECT_EQ(TopIndex(std::vector<float>{1, 5, 5, 2}), 1u);
}

TEST(MetricsTest, ExactlyKAreInTheTop) {
  const std::vector<float> scores = {2, 2, 2, 1, 3, 2};
  for (size_t k = 1; k <= scores.size(); ++k) {
    size_t count = 0;
    for (size_t i = 0; i < scores.size(); ++i) count += IsInTop(scores, i, k);
    EXPECT_EQ(count, k);
  }
  EXPECT_TRUE(IsInTop(scores, 4, 1));
  EXPECT_FALSE(IsInTop(scores, 17, 6));
}

// Against the definition: the mean and its standard error over differences of
// 1 (lost), -1 (gained) and 0.
TEST(MetricsTest, PairedDropByHand) {
  std::vector<double> differences(50, 0.0);
  for (size_t i = 0; i < 7; ++i) differences[i] = i < 5 ? 1.0 : -1.0;
  double mean = 0.0, variance = 0.0;
  for (double value : differences) mean += value / 50;
  for (double value : differences) {
    variance += (value - mean) * (value - mean) / 50;
  }
  const Drop drop = PairedDrop(5, 2, 50);
  EXPECT_NEAR(drop.points, 100 * mean, 1e-9);
  EXPECT_NEAR(drop.standard_error, 100 * std::sqrt(variance / 50), 1e-9);
  EXPECT_EQ(PairedDrop(0, 0, 10).standard_error, 0.0);
}

}  // namespace
}  // namespace octet::converter
