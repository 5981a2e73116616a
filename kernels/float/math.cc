#include "kernels/float/math.h"

namespace octet::float_math {
namespace {

constexpr double kHalfPi = 1.5707963267948966;

// x = quadrant * pi/2 + rest, |rest| <= pi/4, the quadrant modulo 4.
struct Angle {
  unsigned quadrant;
  double rest;
};

// |x| < 2^18: pi/2 in two parts, the first of 33 bits, so that products with it
// are exact.
Angle ReduceSmallAngle(double x) {
  constexpr double kHigh = 0x1.921fb5440p0;
  constexpr double kLow = 0x1.0b4611a626331p-34;
  const double shifted = x * (1.0 / kHalfPi) + kRounder;
  const double k = shifted - kRounder;
  return {static_cast<unsigned>(std::bit_cast<uint64_t>(shifted) & 3),
          (x - k * kHigh) - k * kLow};
}

// |x| >= 2^18: x * 2/pi modulo 4 in integers. Of the digits of 2/pi those in
// front of a window of 96 bits give multiples of 4, those behind it less than
// 2^-70.
Angle ReduceLargeAngle(float x) {
  // The binary digits of 2/pi behind 32 zeros.
  constexpr uint32_t kTwoOverPi[] = {0,          0xa2f9836e, 0x4e441529,
                                     0xfc2757d1, 0xf534ddc0, 0xdb629599,
                                     0x3c439041, 0xfe5163ab};
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  const uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
  // x = mantissa * 2^exponent, exponent >= -5
  const int exponent = static_cast<int>(bits >> 23 & 0xff) - 150;
  const unsigned first = static_cast<unsigned>(exponent - 2 + 32);
  uint32_t window[3];
  for (unsigned i = 0; i < 3; ++i) {
    const unsigned word = first / 32 + i;
    const uint64_t pair =
        uint64_t{kTwoOverPi[word]} << 32 | kTwoOverPi[word + 1];
    window[i] = static_cast<uint32_t>(pair << first % 32 >> 32);
  }
  // The upper 64 of the product's last 96 bits: 2 of the quadrant, 62 behind.
  const uint64_t turns = (mantissa * window[0] << 32) + mantissa * window[1] +
                         (mantissa * window[2] >> 32);
  const uint64_t quadrant = (turns + (uint64_t{1} << 61)) >> 62;
  const int64_t fraction = static_cast<int64_t>(turns - (quadrant << 62));
  Angle angle = {static_cast<unsigned>(quadrant & 3),
                 static_cast<double>(fraction) * 0x1p-62 * kHalfPi};
  if (x < 0.0f) angle = {(4 - angle.quadrant) & 3, -angle.rest};
  return angle;
}

Angle ReduceAngle(float x) {
  const float magnitude = x < 0.0f ? -x : x;
  return magnitude < 0x1p18f ? ReduceSmallAngle(x) : ReduceLargeAngle(x);
}

bool IsFinite(float x) {
  return (std::bit_cast<uint32_t>(x) & 0x7f800000u) != 0x7f800000u;
}

// |x| <= pi/4; series, off by 7e-12.
double SinOfRest(double x) {
  constexpr double kSeries[] = {1.0,         -1.0 / 6,     1.0 / 120,
                                -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800};
  return x * Polynomial(kSeries, x * x);
}

double CosOfRest(double x) {
  constexpr double kSeries[] = {
      1.0,         -0.5,           1.0 / 24,       -1.0 / 720,
      1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600};
  return Polynomial(kSeries, x * x);
}

double SinOf(const Angle& angle) {
  const double y =
      (angle.quadrant & 1) != 0 ? CosOfRest(angle.rest) : SinOfRest(angle.rest);
  return (angle.quadrant & 2) != 0 ? -y : y;
}

double CosOf(const Angle& angle) {
  return SinOf({(angle.quadrant + 1) & 3, angle.rest});
}

enum class Parity { kNotInteger, kEven, kOdd };

Parity ParityOf(float y) {
  const float magnitude = y < 0.0f ? -y : y;
  if (magnitude >= 0x1p24f) return Parity::kEven;
  if (Round(y) != y) return Parity::kNotInteger;
  return (static_cast<int32_t>(magnitude) & 1) != 0 ? Parity::kOdd
                                                    : Parity::kEven;
}

}  // namespace

float Sin(float x) {
  if (!IsFinite(x)) return x - x;
  if (x == 0.0f) return x;
  return static_cast<float>(SinOf(ReduceAngle(x)));
}

float Cos(float x) {
  if (!IsFinite(x)) return x - x;
  return static_cast<float>(CosOf(ReduceAngle(x)));
}

float Tan(float x) {
  if (!IsFinite(x)) return x - x;
  if (x == 0.0f) return x;
  const Angle angle = ReduceAngle(x);
  return static_cast<float>(SinOf(angle) / CosOf(angle));
}

float Pow(float x, float y) {
  if (y == 0.0f || x == 1.0f) return 1.0f;
  if (x != x || y != y) return x + y;
  const float magnitude = x < 0.0f ? -x : x;
  const Parity parity = ParityOf(y);
  if (!IsFinite(y)) {
    if (magnitude == 1.0f) return 1.0f;
    return (magnitude > 1.0f) == (y > 0.0f) ? static_cast<float>(kInfinity)
                                            : 0.0f;
  }
  const bool minus_zero = x == 0.0f && std::bit_cast<uint32_t>(x) != 0;
  if (x < 0.0f && parity == Parity::kNotInteger && IsFinite(x)) {
    return static_cast<float>(kNaN);
  }
  // log(0) is -inf and log(inf) inf: the product is what exp wants.
  const float power = static_cast<float>(Exp(y * Log(magnitude)));
  const bool negative = (x < 0.0f || minus_zero) && parity == Parity::kOdd;
  return negative ? -power : power;
}

float Fmod(float x, float y) {
  if (!IsFinite(x) || y != y || y == 0.0f) return static_cast<float>(kNaN);
  const float divisor = y < 0.0f ? -y : y;
  float rest = x < 0.0f ? -x : x;
  if (IsFinite(y)) {
    // Subtracts the largest divisor * 2^k that fits; each step is exact.
    while (rest >= divisor) {
      float part = divisor;
      while (part * 2.0f <= rest) part *= 2.0f;
      rest -= part;
    }
  }
  return x < 0.0f ? -rest : rest;
}

}  // namespace octet::float_math
