// gemmlowp's fixed-point functions, which the portable kernels of rounding
// TFLITE use, against definitions that share nothing with them; on ARM its
// NEON forms, too.

#include <fixedpoint/fixedpoint.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/random.h"
#include "tests/reference/tflite.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr int kCases = 200000;

int32_t AnyInt32(Random& random) {
  constexpr int32_t kLimits[] = {0,       1,          -1,        INT32_MAX,
                                 1 << 30, -(1 << 30), INT32_MIN, INT32_MIN + 1};
  if (random.Between(0, 7) == 0) return kLimits[random.Between(0, 7)];
  return static_cast<int32_t>(random.Between(INT32_MIN, INT32_MAX) >>
                              random.Between(0, 31));
}

TEST(GemmlowpTest, HighProduct) {
  Random random(TestSeed());
  for (int i = 0; i < kCases; ++i) {
    const int32_t a = AnyInt32(random);
    const int32_t b = AnyInt32(random);
    if (a == INT32_MIN && b == INT32_MIN) continue;  // saturates
    const int64_t expected = reference::TfliteHigh(a, b);
    ASSERT_EQ(gemmlowp::SaturatingRoundingDoublingHighMul(a, b), expected)
        << a << " * " << b << "; " << ReplayHint();
#ifdef GEMMLOWP_NEON
    const int32x4_t neon = gemmlowp::SaturatingRoundingDoublingHighMul(
        vdupq_n_s32(a), vdupq_n_s32(b));
    ASSERT_EQ(vgetq_lane_s32(neon, 2), expected) << a << " * " << b;
#endif
  }
}

TEST(GemmlowpTest, RoundingDivision) {
  Random random(TestSeed());
  for (int i = 0; i < kCases; ++i) {
    const int shift = static_cast<int>(random.Between(0, 31));
    int32_t value = AnyInt32(random);
    if (random.Between(0, 1) == 0 && shift > 0) {
      // A tie.
      value = static_cast<int32_t>((value & ~((int64_t{1} << shift) - 1)) +
                                   (int64_t{1} << (shift - 1)));
    }
    const int64_t expected = reference::TfliteRight(value, shift);
    ASSERT_EQ(gemmlowp::RoundingDivideByPOT(value, shift), expected)
        << value << " / 2^" << shift << "; " << ReplayHint();
#ifdef GEMMLOWP_NEON
    const int32x4_t neon =
        gemmlowp::RoundingDivideByPOT(vdupq_n_s32(value), shift);
    // vrshl adds to a fixed-up value that saturates: INT32_MIN is its limit.
    ASSERT_EQ(vgetq_lane_s32(neon, 1), expected) << value << " / 2^" << shift;
#endif
  }
}

// The reference's exponential and reciprocal are those of the real functions,
// as near as TFLite's are: what softmax gives is a softmax.
TEST(GemmlowpTest, SoftmaxIsNearTheRealOne) {
  Random random(TestSeed());
  for (const double scale : {0.02, 0.1, 0.5}) {
    int exponent = 0;
    const double fraction = std::frexp(scale * (1 << 26), &exponent);
    const reference::TfliteScales scales = {
        {static_cast<int32_t>(std::llround(std::ldexp(fraction, 31)))},
        {static_cast<int8_t>(exponent)}};
    for (int i = 0; i < 100; ++i) {
      std::vector<int8_t> input(static_cast<size_t>(random.Between(1, 40)));
      double sum = 0;
      for (int8_t& q : input) {
        q = static_cast<int8_t>(random.Between(-128, 127));
        sum += std::exp(scale * q);
      }
      const std::vector<int8_t> output =
          reference::TfliteSoftmax(input, input.size(), scales);
      for (size_t j = 0; j < input.size(); ++j) {
        const double real = 256 * std::exp(scale * input[j]) / sum - 128;
        ASSERT_NEAR(output[j], std::min(real, 127.0), 0.51) << ReplayHint();
      }
    }
  }
}

}  // namespace
}  // namespace octet
