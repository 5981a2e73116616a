// kernels/float/math.h against the C library in double precision, and its bits
// against hashes that were computed on x86-64.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "kernels/float/math.h"
#include "tests/random.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// The distance in units of the last place of `want` as a float.
double UlpsBetween(float got, double want) {
  const float rounded = static_cast<float>(want);
  if (got == rounded || (got != got && want != want)) return 0.0;
  if (!std::isfinite(rounded) || !std::isfinite(got)) return 1e9;
  const float magnitude = std::fabs(rounded);
  const float ulp = std::nextafter(magnitude, kInfinity) - magnitude;
  return std::fabs(double{got} - want) / double{ulp};
}

// Any float, or one of moderate size.
float RandomFloat(Random& random) {
  const uint64_t bits = random.Next();
  if (bits % 2 == 0) {
    return std::bit_cast<float>(static_cast<uint32_t>(bits >> 32));
  }
  return static_cast<float>(random.Between(-30 << 20, 30 << 20)) * 0x1p-20f;
}

uint64_t HashOf(uint64_t hash, float value) {
  const uint32_t bits =
      value != value ? 0x7fc00000 : std::bit_cast<uint32_t>(value);
  return (hash ^ bits) * 0x100000001B3;
}

struct Function {
  const char* name;
  float (*ours)(float);
  double (*true_value)(double);
  uint64_t hash;
};

template <double (*kFunction)(double)>
float Rounded(float x) {
  return static_cast<float>(kFunction(x));
}

double TrueSigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double TrueSoftplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
double TrueTanhOfSoftplus(double x) { return std::tanh(TrueSoftplus(x)); }

const Function kFunctions[] = {
    {"Exp", Rounded<float_math::Exp>, std::exp, 0xc70ba3fc9c59e282},
    {"Expm1", Rounded<float_math::Expm1>, std::expm1, 0x44ed1fd303cc3dcf},
    {"Log", Rounded<float_math::Log>, std::log, 0x531fdb49e690fd9b},
    {"Sigmoid", Rounded<float_math::Sigmoid>, TrueSigmoid, 0xdb02810312f8b5c0},
    {"Tanh", Rounded<float_math::Tanh>, std::tanh, 0xdb81b505ebf272ba},
    {"Softplus", Rounded<float_math::Softplus>, TrueSoftplus,
     0x5a4ed96681a4a6f4},
    {"TanhOfSoftplus", Rounded<float_math::TanhOfSoftplus>, TrueTanhOfSoftplus,
     0xe2e00acd2cd14558},
    {"Erf", Rounded<float_math::Erf>, std::erf, 0x4fb3fa1c6eddcbcf},
    {"Sin", float_math::Sin, std::sin, 0x1960f33d8a426300},
    {"Cos", float_math::Cos, std::cos, 0x81730d24cd897384},
    {"Tan", float_math::Tan, std::tan, 0x268eec79a572a948},
    {"Round", float_math::Round, std::nearbyint, 0xebc895d6d2481a61},
    {"Floor", float_math::Floor, std::floor, 0x4e2ad9be7929863d},
    {"Ceil", float_math::Ceil, std::ceil, 0x7d7c6fbbf937185f},
};

const float kSpecial[] = {0.0f,      -0.0f,      1.0f,  -1.0f,  0.5f,
                          -0.5f,     2.0f,       -2.0f, 3.0f,   -3.0f,
                          1e-45f,    -1e-45f,    1e38f, -1e38f, 8388608.5f,
                          kInfinity, -kInfinity, kNaN};

TEST(FloatMath, WithinOneUlp) {
  for (const Function& function : kFunctions) {
    SCOPED_TRACE(function.name);
    Random random(CaseSeed(function.name));
    for (int i = 0; i < 100000; ++i) {
      const float x = RandomFloat(random);
      ASSERT_LE(UlpsBetween(function.ours(x), function.true_value(x)), 1.0)
          << "at " << x << ": " << function.ours(x);
    }
    for (const float x : kSpecial) {
      ASSERT_LE(UlpsBetween(function.ours(x), function.true_value(x)), 1.0)
          << "at " << x << ": " << function.ours(x);
    }
  }
}

TEST(FloatMath, SameBitsEverywhere) {
  for (const Function& function : kFunctions) {
    Random random(1);
    uint64_t hash = 0xCBF29CE484222325;
    for (int i = 0; i < 20000; ++i) {
      hash = HashOf(hash, function.ours(RandomFloat(random)));
    }
    EXPECT_EQ(hash, function.hash) << function.name;
  }
}

TEST(FloatMath, RoundingKeepsTheSignOfZero) {
  for (const float x : {-0.0f, -0.25f}) {
    EXPECT_TRUE(std::signbit(float_math::Round(x))) << x;
    EXPECT_TRUE(std::signbit(float_math::Ceil(x))) << x;
  }
  EXPECT_FALSE(std::signbit(float_math::Floor(0.25f)));
}

TEST(FloatMath, PowAndFmod) {
  for (const float x : kSpecial) {
    for (const float y : kSpecial) {
      SCOPED_TRACE(std::to_string(x) + ", " + std::to_string(y));
      EXPECT_LE(UlpsBetween(float_math::Pow(x, y), std::pow(x, y)), 1.0);
      EXPECT_LE(UlpsBetween(float_math::Fmod(x, y), std::fmod(x, y)), 0.0);
    }
  }
  Random random(CaseSeed("PowAndFmod"));
  uint64_t hash = 0xCBF29CE484222325;
  Random fixed(1);
  for (int i = 0; i < 50000; ++i) {
    float x = RandomFloat(random);
    const float y = RandomFloat(random);
    ASSERT_LE(UlpsBetween(float_math::Fmod(x, y), std::fmod(x, y)), 0.0)
        << x << ", " << y;
    ASSERT_LE(
        UlpsBetween(float_math::Pow(x, y), std::pow(double{x}, double{y})), 1.0)
        << x << ", " << y;
    x = RandomFloat(fixed);
    hash = HashOf(hash, float_math::Pow(x, RandomFloat(fixed)));
  }
  EXPECT_EQ(hash, 0x39848d24658f6fbau);
}

}  // namespace
}  // namespace octet
