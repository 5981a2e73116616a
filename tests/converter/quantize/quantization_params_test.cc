// Every derivation against an independent computation: integers, long double
// or brute force.

#include "converter/quantize/quantization_params.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace octet::converter {
namespace {

// A float as an integer of 24 bits times a power of two.
struct Exact {
  int64_t mantissa;
  int exponent;
};
Exact Decompose(float value) {
  int exponent = 0;
  const float fraction = std::frexp(value, &exponent);
  return {static_cast<int64_t>(std::ldexp(fraction, 24)), exponent - 24};
}

// The nearest multiplier and shift to a * b / c by integer arithmetic alone.
// `shift` may leave the range that the format allows.
void ExactRequantization(float a, float b, float c, int* multiplier,
                         int* shift) {
  const Exact x = Decompose(a), y = Decompose(b), z = Decompose(c);
  const auto numerator =
      static_cast<uint64_t>(x.mantissa) * static_cast<uint64_t>(y.mantissa);
  const auto denominator = static_cast<uint64_t>(z.mantissa);
  // numerator / denominator lies in (2^22, 2^25): scale it by 2^-k so that the
  // rounded quotient has 15 bits.
  for (int k = 6; k <= 12; ++k) {
    const uint64_t divisor = denominator << k;
    const auto rounded =
        static_cast<int64_t>((2 * numerator + divisor) / (2 * divisor));
    if (rounded >= 1 << 14 && rounded < 1 << 15) {
      *multiplier = static_cast<int>(rounded);
      // value = rounded * 2^(k + exponents) = rounded * 2^-15 * 2^-(shift + 6)
      *shift = -(k + x.exponent + y.exponent - z.exponent) - 15 - 6;
      return;
    }
  }
  FAIL() << "no multiplier for " << a << " * " << b << " / " << c;
}

TEST(DeriveRequantizationTest, IsExactOnAMillionScales) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> log2_scale(-18.0f, 4.0f);
  int in_range = 0;
  for (int i = 0; i < 1000000; ++i) {
    const float a = std::exp2(log2_scale(random));
    const float b = std::exp2(log2_scale(random));
    const float c = std::exp2(log2_scale(random));
    int multiplier = 0, shift = 0;
    ExactRequantization(a, b, c, &multiplier, &shift);
    const auto params = DeriveRequantization(double{a} * b / c);
    if (shift < -15) {
      ASSERT_FALSE(params.ok()) << a << " " << b << " " << c;
      continue;
    }
    ASSERT_TRUE(params.ok()) << params.status().message();
    if (shift > 31) {
      ASSERT_EQ(params->multiplier, 0) << a << " " << b << " " << c;
      continue;
    }
    ++in_range;
    ASSERT_EQ(params->multiplier, multiplier) << a << " " << b << " " << c;
    ASSERT_EQ(params->shift, shift) << a << " " << b << " " << c;
  }
  EXPECT_GT(in_range, 900000);
}

TEST(DeriveRequantizationTest, Limits) {
  // A multiplier that rounds up to 2^15 becomes 2^14 of the next power of two.
  auto params = DeriveRequantization(1.0 - 0x1p-40);
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->multiplier, 1 << 14);
  EXPECT_EQ(params->shift, -7);
  // Half a unit below 2^15 rounds away from zero, too.
  params = DeriveRequantization((32767.5 / 32768.0) * 0x1p-10);
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->multiplier, 1 << 14);
  EXPECT_EQ(params->shift, 3);
  // The largest and the smallest that the format can say.
  params = DeriveRequantization(512.0 * 32767.0 / 32768.0);
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->multiplier, 32767);
  EXPECT_EQ(params->shift, -15);
  params = DeriveRequantization(0x1p-38);
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->multiplier, 1 << 14);
  EXPECT_EQ(params->shift, 31);
  // Beyond them: the zero point, and an error with a remedy.
  params = DeriveRequantization(0x1p-38 * (1.0 - 0x1p-14));
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->multiplier, 0);
  EXPECT_EQ(params->shift, 0);
  params = DeriveRequantization(0.0);
  ASSERT_TRUE(params.ok());
  EXPECT_EQ(params->multiplier, 0);
  params = DeriveRequantization(512.0);
  ASSERT_FALSE(params.ok());
  EXPECT_NE(params.status().message().find("calibrate"), std::string::npos);
  // Rounds up into 512.
  EXPECT_FALSE(DeriveRequantization(512.0 * (1.0 - 0x1p-17)).ok());
  EXPECT_FALSE(
      DeriveRequantization(std::numeric_limits<double>::infinity()).ok());
}

TEST(ChooseActivationParamsTest, CoversTheRangeAndZeroIsExact) {
  std::mt19937 random(2);
  std::uniform_real_distribution<float> log2_size(-30.0f, 30.0f);
  std::uniform_real_distribution<float> part(-1.0f, 1.0f);
  for (int i = 0; i < 100000; ++i) {
    const float size = std::exp2(log2_size(random));
    const float x = part(random) * size, y = part(random) * size;
    const Range range{std::min(x, y), std::max(x, y)};
    const ActivationParams params = ChooseActivationParams(range);
    ASSERT_GE(params.zero_point, -128);
    ASSERT_LE(params.zero_point, 127);
    ASSERT_EQ(QuantizeActivation(0.0, params), params.zero_point);
    const long double low = std::min(0.0f, range.min);
    const long double high = std::max(0.0f, range.max);
    const long double step = (high - low) / 255;
    ASSERT_NEAR(double(params.scale / step), 1.0, 1e-6);
    // Both ends are reached within half a step.
    const long double lowest =
        params.scale * static_cast<long double>(-128 - params.zero_point);
    const long double highest =
        params.scale * static_cast<long double>(127 - params.zero_point);
    ASSERT_LE(std::fabs(lowest - low), step * 0.5001L);
    ASSERT_LE(std::fabs(highest - high), step * 0.5001L);
  }
}

TEST(ChooseActivationParamsTest, OneSidedRangesUseAll256Steps) {
  const ActivationParams relu6 = ChooseActivationParams({0.0f, 6.0f});
  EXPECT_EQ(relu6.zero_point, -128);
  EXPECT_EQ(relu6.scale, static_cast<float>(6.0 / 255.0));
  EXPECT_EQ(QuantizeActivation(6.0, relu6), 127);
  const ActivationParams shifted = ChooseActivationParams({2.0f, 6.0f});
  EXPECT_EQ(shifted, relu6);
  const ActivationParams negative = ChooseActivationParams({-6.0f, -2.0f});
  EXPECT_EQ(negative.zero_point, 127);
  EXPECT_EQ(negative.scale, relu6.scale);
}

TEST(ChooseActivationParamsTest, DegenerateRanges) {
  const ActivationParams unit = ChooseActivationParams({0.0f, 1.0f});
  EXPECT_EQ(ChooseActivationParams({0.0f, 0.0f}), unit);
  EXPECT_EQ(ChooseActivationParams({0.0f, 1e-40f}), unit);
  EXPECT_EQ(ChooseActivationParams({-1e-30f, 1e-30f}), unit);
  const float largest = std::numeric_limits<float>::max();
  const ActivationParams wide = ChooseActivationParams({-largest, largest});
  EXPECT_TRUE(std::isfinite(wide.scale));
  EXPECT_EQ(std::abs(wide.zero_point), 1);
}

TEST(ChooseActivationParamsTest, MinimumScaleStillHoldsTheRange) {
  const ActivationParams params = ChooseActivationParams({-1.0f, 3.0f}, 0.25f);
  EXPECT_EQ(params.scale, 0.25f);
  EXPECT_EQ(params.zero_point, -124);
  EXPECT_EQ(QuantizeActivation(-1.0, params), -128);
  EXPECT_EQ(QuantizeActivation(3.0, params), -112);
}

TEST(DeriveAddTest, AgreesWithTheDefinition) {
  std::mt19937 random(3);
  std::uniform_real_distribution<float> log2_ratio(-12.0f, 6.9f);
  std::uniform_real_distribution<float> log2_scale(-10.0f, 3.0f);
  int seen[7] = {};
  for (int i = 0; i < 200000; ++i) {
    const float out = std::exp2(log2_scale(random));
    const float a = out * std::exp2(log2_ratio(random));
    const float b = out * std::exp2(log2_ratio(random));
    ASSERT_GE(out, MinimumAddOutputScale(a, b));
    const AddParams params = DeriveAdd(a, b, out);
    const long double ratio_a = static_cast<long double>(a) / out;
    const long double ratio_b = static_cast<long double>(b) / out;
    // The largest F, at most 6, whose multipliers fit 15 bits.
    int f = 6;
    while (std::round(std::max(ratio_a, ratio_b) *
                      std::exp2(static_cast<long double>(8 + f))) > 32767) {
      --f;
    }
    const long double unit = std::exp2(static_cast<long double>(8 + f));
    ASSERT_EQ(params.fraction_bits, f);
    ASSERT_EQ(params.multiplier_1, std::round(ratio_a * unit));
    ASSERT_EQ(params.multiplier_2, std::round(ratio_b * unit));
    ++seen[f];
  }
  for (int f = 0; f <= 6; ++f) EXPECT_GT(seen[f], 0) << "F = " << f;
}

TEST(DeriveAddTest, TheMinimumOutputScaleIsTheLeast) {
  std::mt19937 random(4);
  std::uniform_real_distribution<float> log2_scale(-20.0f, 20.0f);
  for (int i = 0; i < 100000; ++i) {
    const float a = std::exp2(log2_scale(random));
    const float b = a * 0.5f;
    const float least = MinimumAddOutputScale(b, a);
    const AddParams params = DeriveAdd(b, a, least);
    ASSERT_EQ(params.fraction_bits, 0);
    ASSERT_GE(params.multiplier_2, 32766);
    // A little less, and the multiplier would need 16 bits.
    ASSERT_GT(std::round(double{a} / (double{least} * 0.99998) * 256.0),
              32767.0);
  }
}

TEST(QuantizeClampTest, Bounds) {
  const float infinity = std::numeric_limits<float>::infinity();
  const ActivationParams params{0.5f, -100};
  Int8Clamp clamp = QuantizeClamp(FloatClamp{}, params);
  EXPECT_EQ(clamp.min, -128);
  EXPECT_EQ(clamp.max, 127);
  clamp = QuantizeClamp(FloatClamp{0.0f, infinity}, params);
  EXPECT_EQ(clamp.min, -100);
  EXPECT_EQ(clamp.max, 127);
  clamp = QuantizeClamp(FloatClamp{0.0f, 6.0f}, params);
  EXPECT_EQ(clamp.min, -100);
  EXPECT_EQ(clamp.max, -88);
  clamp = QuantizeClamp(FloatClamp{-1.3f, 1000.0f}, params);
  EXPECT_EQ(clamp.min, -103);
  EXPECT_EQ(clamp.max, 127);
  clamp = QuantizeClamp(FloatClamp{1000.0f, 2000.0f}, params);
  EXPECT_EQ(clamp.min, 127);
  EXPECT_EQ(clamp.max, 127);
}

TEST(SoftmaxTableTest, AgreesWithLongDouble) {
  for (float scale : {0.001f, 0.0371f, 0.2f, 1.0f, 30.0f}) {
    const std::vector<uint16_t> table = SoftmaxTable(scale);
    ASSERT_EQ(table.size(), 256u);
    EXPECT_EQ(table[0], 65535);
    for (int d = 0; d < 256; ++d) {
      const long double exact =
          65535 * std::exp(-static_cast<long double>(d) * scale);
      ASSERT_LE(std::fabs(table[size_t(d)] - exact), 0.5001L);
    }
  }
}

}  // namespace
}  // namespace octet::converter
