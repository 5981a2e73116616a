// The Q15 arithmetic written from its definition, in exact integers with a
// floor that is spelled out: no shift of a negative number, no wrap-around.
// Shares nothing with kernels/.
//
//   t = saturate_int16(floor(accumulator * 2^-shift))
//   r = floor(t * multiplier / 2^15 + 1/2)
//   q = clamp(floor(saturate_int16(r + 64 * zero_point + 32) / 64),
//             clamp_min, clamp_max)

#ifndef OCTET_TESTS_REFERENCE_REFERENCE_REQUANTIZE_H_
#define OCTET_TESTS_REFERENCE_REFERENCE_REQUANTIZE_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace octet::reference {

// Where a layer's output lies.
struct OutputParams {
  int zero_point = 0;
  int clamp_min = -128;
  int clamp_max = 127;
};

// One entry a channel, or a single one for all.
struct Requantization {
  std::vector<int16_t> multiplier;
  std::vector<int8_t> shift;

  int MultiplierOf(int64_t channel) const {
    return multiplier[multiplier.size() == 1 ? 0
                                             : static_cast<size_t>(channel)];
  }
  int ShiftOf(int64_t channel) const {
    return shift[shift.size() == 1 ? 0 : static_cast<size_t>(channel)];
  }
};

// The largest integer <= value / divisor. REQUIRES: divisor > 0.
inline int64_t FloorDivide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

inline int64_t Limit(int64_t value, int64_t low, int64_t high) {
  if (value < low) return low;
  if (value > high) return high;
  return value;
}

// r of a layer: floor(t * multiplier / 2^15 + 1/2). Ends the program if
// `accumulator` leaves int32: then the test's data break the contract of the
// layer, and no result is right.
inline int64_t ScaleExactly(int64_t accumulator, int multiplier, int shift) {
  if (accumulator != Limit(accumulator, INT32_MIN, INT32_MAX)) {
    std::fprintf(stderr, "test data: an accumulator leaves int32\n");
    std::abort();
  }
  const int64_t power = int64_t{1} << std::abs(shift);
  const int64_t scaled =
      shift >= 0 ? FloorDivide(accumulator, power) : accumulator * power;
  const int64_t t = Limit(scaled, -32768, 32767);
  return FloorDivide(t * multiplier + (1 << 14), 1 << 15);
}

// An activation's share of a sum:
// round_half_up((q - zero_point) * 2^7 * multiplier / 2^15)
inline int64_t ShareExactly(int64_t q, int zero_point, int multiplier) {
  return FloorDivide((q - zero_point) * 128 * multiplier + (1 << 14), 1 << 15);
}

// q of a sum of one or two addends, which count 2^-fraction_bits of a step.
inline int8_t SumExactly(int64_t addend_a, int64_t addend_b, int fraction_bits,
                         const OutputParams& output) {
  const int64_t one = int64_t{1} << fraction_bits;
  const int64_t addends = Limit(addend_a + addend_b, -32768, 32767);
  const int64_t sum =
      Limit(addends + output.zero_point * one + one / 2, -32768, 32767);
  return static_cast<int8_t>(
      Limit(FloorDivide(sum, one), output.clamp_min, output.clamp_max));
}

inline int8_t RequantizeExactly(int64_t accumulator, int multiplier, int shift,
                                const OutputParams& output) {
  return SumExactly(ScaleExactly(accumulator, multiplier, shift), 0, 6, output);
}

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_REFERENCE_REQUANTIZE_H_
