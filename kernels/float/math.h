// Functions of one real number, from + - * / of IEEE double precision alone, so
// that every CPU and compiler gives the same bits (a C library's exp differs
// from device to device). Rounded to float, a result is within 1 ulp of the
// true one; tests/kernels/float_math_test.cc measures it.
//
// Inline and without branches where possible, so that loops over them become
// vector code. Polynomials are Taylor series or, for erf, interpolations at
// Chebyshev nodes, each with the error that was computed for it.

#ifndef OCTET_KERNELS_FLOAT_MATH_H_
#define OCTET_KERNELS_FLOAT_MATH_H_

#include <bit>
#include <cstdint>
#include <limits>

namespace octet::float_math {

// Added and subtracted, it rounds |x| < 2^51 to the nearest integer, halves to
// even, which then stands in the low bits of the sum.
inline constexpr double kRounder = 0x1.8p52;
inline constexpr double kLn2 = 0.6931471805599453;
inline constexpr double kLog2E = 1.4426950408889634;
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// NaN stays NaN.
inline double Bounded(double x, double low, double high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

// e^x = scale * (1 + fraction), |fraction| < 0.42.
struct ScaledExp {
  double scale;  // a power of two
  double fraction;
};

// x is bounded to [-700, 700]: e^x as a float is 0 or infinite long before.
inline ScaledExp ReduceExp(double x) {
  x = Bounded(x, -700.0, 700.0);
  const double shifted = x * kLog2E + kRounder;
  const double k = shifted - kRounder;
  const double r = x - k * kLn2;
  // r + r^2/2! + ... + r^10/10!, |r| <= ln(2)/2: off by 2e-13 of r.
  double p = 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1.0;
  const uint64_t exponent = std::bit_cast<uint64_t>(shifted) + 1023;
  return {std::bit_cast<double>(exponent << 52), p * r};
}

inline double Exp(double x) {
  const ScaledExp e = ReduceExp(x);
  return e.scale + e.scale * e.fraction;
}

// e^x - 1, exact where x is small.
inline double Expm1(double x) {
  const ScaledExp e = ReduceExp(x);
  return (e.scale - 1.0) + e.scale * e.fraction;
}

// log((1 + s) / (1 - s)) = 2 (s + s^3/3 + ... + s^21/21): off by 3e-12 of the
// result for |s| <= 1/3, by 1e-17 for |s| <= 0.172.
inline double LogOfRatio(double s) {
  const double u = s * s;
  double p = 2.0 / 21;
  p = p * u + 2.0 / 19;
  p = p * u + 2.0 / 17;
  p = p * u + 2.0 / 15;
  p = p * u + 2.0 / 13;
  p = p * u + 2.0 / 11;
  p = p * u + 2.0 / 9;
  p = p * u + 2.0 / 7;
  p = p * u + 2.0 / 5;
  p = p * u + 2.0 / 3;
  p = p * u + 2.0;
  return p * s;
}

// log(1 + x) for 0 <= x <= 1.
inline double Log1p(double x) { return LogOfRatio(x / (2.0 + x)); }

// NaN for x < 0. REQUIRES: x is 0, infinite, NaN or a normal double.
inline double Log(double x) {
  // x = m * 2^k with sqrt(1/2) <= m < sqrt(2).
  constexpr uint64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  const uint64_t above = bits - kSqrtHalf;
  // The exponent, biased so that it is positive, as a double.
  const uint64_t biased = (above >> 52) + (above >> 63 << 12 ^ 4096);
  const double k =
      std::bit_cast<double>(biased | 0x4330000000000000) - (0x1p52 + 4096.0);
  const uint64_t mantissa = (above & 0x000fffffffffffff) + kSqrtHalf;
  const double m = std::bit_cast<double>(mantissa);
  double y = k * kLn2 + LogOfRatio((m - 1.0) / (m + 1.0));
  y = x == 0.0 ? -kInfinity : y;
  y = x == kInfinity ? kInfinity : y;
  return x >= 0.0 ? y : kNaN;
}

inline double Sigmoid(double x) { return 1.0 / (1.0 + Exp(-x)); }

inline double Tanh(double x) {
  const double e = Expm1(2.0 * Bounded(x, -20.0, 20.0));
  return e / (e + 2.0);
}

// log(1 + e^x)
inline double Softplus(double x) {
  const double magnitude = x < 0.0 ? x : -x;
  return (x > 0.0 ? x : 0.0) + Log1p(Exp(magnitude));
}

// tanh(log(1 + e^x)) = ((1 + e^x)^2 - 1) / ((1 + e^x)^2 + 1)
inline double TanhOfSoftplus(double x) {
  const double e = Exp(Bounded(x, -700.0, 40.0));
  const double numerator = e * (e + 2.0);
  return numerator / (numerator + 2.0);
}

// Values of c[0] + c[1] t + ... .
template <int kSize>
inline double Polynomial(const double (&c)[kSize], double t) {
  double p = c[kSize - 1];
  for (int i = kSize - 2; i >= 0; --i) p = p * t + c[i];
  return p;
}

inline double Erf(double x) {
  // erf(x) / x in t = 2 x^2 - 1 for |x| <= 1: off by 9e-13.
  constexpr double kSmall[] = {
      0.96546873866986804,    -0.14053608901553713,    0.019852496688640045,
      -0.0022854856568941999, 0.00021751716047349292,  -1.7536824805948942e-05,
      1.2233670076966519e-06, -7.5574860937245419e-08, 4.1365895400405055e-09};
  // erf(x) in t = (x - 2.5) / 1.5 for 1 <= x <= 4: off by 2e-11.
  constexpr double kLarge[] = {
      0.99959304798255499,    0.0032674263182820339,  -0.012252848526280008,
      0.02818155376419635,    -0.043650790020020674,  0.046453590292658824,
      -0.031876266391438951,  0.0092677067295069467,  0.0066783979279226666,
      -0.0096219310300630165, 0.0045540786310431574,  0.00044297550124084459,
      -0.0018524882165317986, 0.00091936907240683222, 9.2874712591813145e-05,
      -0.0002940984965645935, 8.0660982444226778e-05, 3.3003670403942167e-05,
      -1.6278329176681212e-05};
  const double magnitude = x < 0.0 ? -x : x;
  // As a float, erf(4) is 1.
  const double bounded = Bounded(magnitude, 1.0, 4.0);
  double large = Polynomial(kLarge, (bounded - 2.5) / 1.5);
  large = bounded >= 4.0 ? 1.0 : large;
  large = x < 0.0 ? -large : large;
  const double small = x * Polynomial(kSmall, 2.0 * x * x - 1.0);
  return magnitude <= 1.0 ? small : large;
}

// The same in loops that need no vector code: math.cc.

// C's pow: pow(x, 0) = pow(1, y) = 1, and NaN for x < 0 unless y is an integer.
float Pow(float x, float y);

// sine and cosine of any float, and their quotient.
float Sin(float x);
float Cos(float x);
float Tan(float x);

// The remainder of truncated division, exact, with the sign of x: C's fmod.
float Fmod(float x, float y);

// To an integer. Floats from 2^23 on are integers.
inline float Round(float x) {  // halves to even
  const float magnitude = x < 0.0f ? -x : x;
  const float rounded = (magnitude + 0x1p23f) - 0x1p23f;
  const float with_sign = x < 0.0f ? -rounded : rounded;
  // Zeros keep their sign; NaN stays.
  return magnitude < 0x1p23f
             ? std::bit_cast<float>(
                   (std::bit_cast<uint32_t>(with_sign) & 0x7fffffffu) |
                   (std::bit_cast<uint32_t>(x) & 0x80000000u))
             : x;
}

inline float Floor(float x) {
  const float rounded = Round(x);
  return rounded > x ? rounded - 1.0f : rounded;
}

inline float Ceil(float x) {
  const float rounded = Round(x);
  const float raised = rounded < x ? rounded + 1.0f : rounded;
  // -0.0 for -1 < x < 0
  return raised == 0.0f ? x * 0.0f : raised;
}

}  // namespace octet::float_math

#endif  // OCTET_KERNELS_FLOAT_MATH_H_
