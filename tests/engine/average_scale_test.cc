// The requantization of an average, computed in integers, against the formulas
// of the schema in double precision, which the converter uses.

#include "engine/operators/average_scale.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tests/random.h"

namespace octet {
namespace {

constexpr int64_t kMostCells = int64_t{1} << 22;

struct Expected {
  int64_t multiplier;
  int exponent;  // x = multiplier * 2^(exponent - bits)
};

Expected Round(double x, int bits) {
  Expected result = {};
  const double fraction = std::frexp(x, &result.exponent);
  result.multiplier = std::llround(std::ldexp(fraction, bits));
  if (result.multiplier == int64_t{1} << bits) {
    result.multiplier /= 2;
    ++result.exponent;
  }
  return result;
}

// Nothing: refused.
std::optional<AverageScale> ExpectedAverage(float in, float out,
                                            int64_t count) {
  const double divisor = double{out} * static_cast<double>(count);
  const Expected rounded = Round(double{in} / divisor, 15);
  const int shift = -rounded.exponent - 6;
  if (shift < -15) return std::nullopt;
  if (shift > 31) return AverageScale{0, 0};
  return AverageScale{static_cast<int32_t>(rounded.multiplier), shift};
}

std::optional<AverageScale> ExpectedMean(float in, float out, int64_t count) {
  Expected rounded = Round(double{in} / double{out}, 31);
  if (rounded.exponent > 30) return std::nullopt;
  if (rounded.exponent < -31) rounded = {0, 0};
  int halvings = 0;
  while (int64_t{2} << halvings <= count) ++halvings;
  halvings = std::min({halvings, 32, 31 + rounded.exponent});
  const int64_t multiplier = (rounded.multiplier << halvings) / count;
  if (multiplier != 0 && multiplier < 1 << 29) return std::nullopt;
  return AverageScale{static_cast<int32_t>(multiplier),
                      rounded.exponent - halvings};
}

void ExpectSame(const Result<AverageScale>& found,
                const std::optional<AverageScale>& expected, float in,
                float out, int64_t count) {
  ASSERT_EQ(found.ok(), expected.has_value())
      << in << ' ' << out << ' ' << count;
  if (!found.ok()) return;
  ASSERT_EQ(found->multiplier, expected->multiplier)
      << in << ' ' << out << ' ' << count;
  ASSERT_EQ(found->shift, expected->shift) << in << ' ' << out << ' ' << count;
}

void ExpectDerived(float in, float out, int64_t count) {
  ExpectSame(DeriveAverageScale(in, out, count),
             ExpectedAverage(in, out, count), in, out, count);
  ExpectSame(DeriveTfliteMeanScale(in, out, count),
             ExpectedMean(in, out, count), in, out, count);
}

float RandomScale(Random& random, int range) {
  const auto significand =
      static_cast<float>(random.Between(1 << 23, (1 << 24) - 1));
  return std::ldexp(significand,
                    static_cast<int>(random.Between(-range, range)) - 24);
}

TEST(AverageScaleTest, IsThatOfDoublePrecision) {
  Random random(3);
  for (int i = 0; i < 300000; ++i) {
    const float in = RandomScale(random, i % 4 == 0 ? 30 : 6);
    const float out = RandomScale(random, i % 4 == 0 ? 30 : 6);
    const int64_t most = i % 2 == 0 ? 2000 : kMostCells;
    ASSERT_NO_FATAL_FAILURE(ExpectDerived(in, out, random.Between(1, most)));
  }
}

// Quotients that lie half between two multipliers, or just beside.
TEST(AverageScaleTest, HalvesAndTheirNeighbours) {
  Random random(5);
  for (int i = 0; i < 20000; ++i) {
    const auto half =
        static_cast<float>(2 * random.Between(1 << 14, (1 << 15) - 1) + 1);
    const float out =
        std::ldexp(1.0f, static_cast<int>(random.Between(-9, 9)) + 17);
    for (const float in :
         {half, std::nextafter(half, 0.0f), std::nextafter(half, 1e9f)}) {
      for (const int64_t count : {1, 2, 1024, 4, 3}) {
        ASSERT_NO_FATAL_FAILURE(ExpectDerived(in, out, count));
        ASSERT_NO_FATAL_FAILURE(ExpectDerived(in * 3.0f, out, 3 * count));
      }
    }
  }
}

TEST(AverageScaleTest, Extremes) {
  const float least = std::numeric_limits<float>::denorm_min();
  const float most = std::numeric_limits<float>::max();
  const float one = 1.0f;
  const float all_ones = std::nextafter(2.0f, 0.0f);
  for (const float in : {least, 3 * least, most, one, all_ones, 511.99f, 512.0f,
                         0x1p-38f, 0x1p-37f}) {
    for (const float out : {least, 5 * least, most, one, all_ones}) {
      for (const int64_t count : {int64_t{1}, int64_t{49}, kMostCells}) {
        ASSERT_NO_FATAL_FAILURE(ExpectDerived(in, out, count));
      }
    }
  }
  EXPECT_FALSE(DeriveAverageScale(512, 1, 1).ok());
  EXPECT_TRUE(DeriveAverageScale(512, 1, 2).ok());
  EXPECT_EQ(DeriveAverageScale(1, 4, 1 << 22)->multiplier, 1 << 14);
}

}  // namespace
}  // namespace octet
