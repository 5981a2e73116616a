#include "engine/operators/average_scale.h"

#include <algorithm>
#include <bit>
#include <string>

#include "kernels/requantize.h"
#include "kernels/tflite.h"

namespace octet {
namespace {

// significand * 2^exponent.
struct Number {
  uint64_t significand;
  int exponent;
};

constexpr int kQuotientBits = 53;

Number NumberOf(float positive) {
  const uint32_t bits = std::bit_cast<uint32_t>(positive);
  const uint32_t fraction = bits & 0x7fffffu;
  const int exponent = static_cast<int>(bits >> 23);
  if (exponent == 0) return {fraction, -149};
  return {fraction | 0x800000u, exponent - 150};
}

// The significand has 53 bits: a / b to nearest, halves to even.
// REQUIRES: both significands in 1 ... 2^46.
Number Divide(Number a, Number b) {
  Number quotient = {0, a.exponent - b.exponent};
  uint64_t rest = a.significand;
  uint64_t divisor = b.significand;
  for (; rest < divisor; rest *= 2) --quotient.exponent;
  for (; rest >= 2 * divisor; divisor *= 2) ++quotient.exponent;
  for (int i = 0; i < kQuotientBits; ++i) {
    const bool bit = rest >= divisor;
    quotient.significand = 2 * quotient.significand + (bit ? 1 : 0);
    rest = 2 * (bit ? rest - divisor : rest);
  }
  quotient.exponent -= kQuotientBits - 1;
  // `rest` counts halves of the last bit.
  const bool is_odd = quotient.significand % 2 != 0;
  if (rest > divisor || (rest == divisor && is_odd)) ++quotient.significand;
  if (quotient.significand == uint64_t{1} << kQuotientBits) {
    quotient.significand /= 2;
    ++quotient.exponent;
  }
  return quotient;
}

// x = f * 2^e with 0.5 <= f < 1 as M = floor(f * 2^bits + 0.5) < 2^bits and e.
struct Fixed {
  int64_t multiplier;
  int exponent;
};

Fixed RoundTo(int bits, Number x) {
  const int dropped = kQuotientBits - bits;
  const uint64_t half = uint64_t{1} << (dropped - 1);
  Fixed result = {static_cast<int64_t>((x.significand + half) >> dropped),
                  x.exponent + kQuotientBits};
  if (result.multiplier == int64_t{1} << bits) {
    result.multiplier /= 2;
    ++result.exponent;
  }
  return result;
}

Status TooLarge(int64_t count) {
  return Unsupported("the scales of an average over " + std::to_string(count) +
                     " cells are too far apart: a larger picture is needed");
}

}  // namespace

Result<AverageScale> DeriveAverageScale(float scale_input, float scale_output,
                                        int64_t count) {
  Number divisor = NumberOf(scale_output);
  divisor.significand *= static_cast<uint64_t>(count);
  const Fixed fixed = RoundTo(15, Divide(NumberOf(scale_input), divisor));
  const int shift = -fixed.exponent - kFractionBits;
  if (shift < kMinShift) return TooLarge(count);
  if (shift > kMaxShift) return AverageScale{0, 0};
  return AverageScale{static_cast<int32_t>(fixed.multiplier), shift};
}

Result<AverageScale> DeriveTfliteMeanScale(float scale_input,
                                           float scale_output, int64_t count) {
  Fixed fixed =
      RoundTo(31, Divide(NumberOf(scale_input), NumberOf(scale_output)));
  if (fixed.exponent > kTfliteMaxShift) return TooLarge(count);
  if (fixed.exponent < kTfliteMinShift) fixed = {0, 0};
  int halvings = std::bit_width(static_cast<uint64_t>(count)) - 1;
  halvings = std::min({halvings, 32, 31 + fixed.exponent});
  const int64_t multiplier = (fixed.multiplier << halvings) / count;
  // Where there was no room for the halvings.
  if (multiplier != 0 && multiplier < kTfliteMinMultiplier / 2) {
    return Unsupported("the mean of " + std::to_string(count) +
                       " cells has too small a factor");
  }
  return AverageScale{static_cast<int32_t>(multiplier),
                      fixed.exponent - halvings};
}

}  // namespace octet
