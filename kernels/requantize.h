// THE arithmetic of Octet: how an int32 accumulator becomes int8. Every kernel
// of every instruction set gives the same bits as these functions; see
// README.md for the derivation and tests/golden for vectors.
//
//   t = saturate_int16(floor(accumulator * 2^-shift))
//   r = (t * multiplier + 2^14) >> 15
//   q = clamp(saturate_int16(r + 64 * zero_point + 32) >> 6,
//             clamp_min, clamp_max)
//
// with scale_input * scale_weights / scale_output
//        = multiplier * 2^-15 * 2^-(shift + 6).
//
// The one multiplication is an instruction of every instruction set: pmulhrsw
// (x86), sqrdmulh (ARM). All functions have internal linkage, so that a file
// compiled for a newer CPU cannot lend its copy to an older one.

#ifndef OCTET_KERNELS_REQUANTIZE_H_
#define OCTET_KERNELS_REQUANTIZE_H_

#include <cstdint>

#include "kernels/activation_form.h"

namespace octet {

// The multiplier is in [kMinMultiplier, 2^15), or 0: a constant output.
inline constexpr int kMinMultiplier = 1 << 14;
inline constexpr int kMinShift = -15;
inline constexpr int kMaxShift = 31;
// r and t count in units of 1/64 of an output step.
inline constexpr int kFractionBits = 6;

static inline int32_t Clamp(int32_t value, int32_t low, int32_t high) {
  return value < low ? low : (value > high ? high : value);
}

static inline int32_t SaturateInt16(int32_t value) {
  return Clamp(value, INT16_MIN, INT16_MAX);
}

// t: the accumulator in units of 2^shift, rounded toward minus infinity. A
// negative shift multiplies; the accumulator is clamped first, which cannot
// change the saturated result.
static inline int32_t ShiftAccumulator(int32_t accumulator, int shift) {
  if (shift >= 0) return SaturateInt16(accumulator >> shift);
  return SaturateInt16(SaturateInt16(accumulator) * (int32_t{1} << -shift));
}

// r: t times multiplier / 2^15, rounded half up. |result| <= 32767.
static inline int32_t MultiplyRounded(int32_t t, int32_t multiplier) {
  return (t * multiplier + (1 << 14)) >> 15;
}

// q from r, which counts 2^-fraction_bits of an output step.
static inline int8_t RoundToOutput(int32_t r, int fraction_bits,
                                   const OutputStage& stage) {
  const int32_t zero_point = int32_t{stage.zero_point} * (1 << fraction_bits);
  const int32_t half = (1 << fraction_bits) >> 1;
  const int32_t sum = SaturateInt16(r + zero_point + half);
  return static_cast<int8_t>(
      Clamp(sum >> fraction_bits, stage.clamp_min, stage.clamp_max));
}

// The whole way. REQUIRES: multiplier and shift in their ranges.
static inline int8_t RequantizeQ15(int32_t accumulator, int32_t multiplier,
                                   int shift, const OutputStage& stage) {
  const int32_t t = ShiftAccumulator(accumulator, shift);
  return RoundToOutput(MultiplyRounded(t, multiplier), kFractionBits, stage);
}

// One input's share of a sum of two activations, in units of
// 2^-fraction_bits of an output step. difference = q - zero_point.
static inline int32_t ScaleAddend(int32_t difference, int32_t multiplier) {
  return MultiplyRounded(difference * (1 << 7), multiplier);
}

// The sum of two activations from their shares.
static inline int8_t AddQ15(int32_t addend_a, int32_t addend_b,
                            int fraction_bits, const OutputStage& stage) {
  return RoundToOutput(SaturateInt16(addend_a + addend_b), fraction_bits,
                       stage);
}

// The sum of a layer's output and an activation: the layer's r is an addend,
// without being rounded to int8 first. Here
//   scale_input * scale_weights / scale_output
//     = multiplier * 2^-15 * 2^-(shift + fraction_bits)
// and saturation of t can be seen: it bounds the layer's share at about
// 256 * 2^(6 - fraction_bits) steps.
static inline int8_t RequantizeAddQ15(int32_t accumulator, int32_t multiplier,
                                      int shift, int32_t addend,
                                      int fraction_bits,
                                      const OutputStage& stage) {
  const int32_t t = ShiftAccumulator(accumulator, shift);
  return AddQ15(MultiplyRounded(t, multiplier), addend, fraction_bits, stage);
}

}  // namespace octet

#endif  // OCTET_KERNELS_REQUANTIZE_H_
