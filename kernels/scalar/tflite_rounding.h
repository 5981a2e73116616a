// THE arithmetic of rounding TFLITE, in gemmlowp's fixed-point functions; the
// formulas are in schema/operators.fbs. Where those leave a result undefined
// (an overflow to the left, a shift by more than a word), this defines it as
// the exact value, saturated.

#ifndef OCTET_KERNELS_SCALAR_TFLITE_ROUNDING_H_
#define OCTET_KERNELS_SCALAR_TFLITE_ROUNDING_H_

#include <fixedpoint/fixedpoint.h>

#include <cstdint>

#include "kernels/requantize.h"
#include "kernels/tflite.h"

namespace octet::scalar {

static inline int32_t ShiftLeftSaturating(int32_t value, int shift) {
  const int64_t exact = int64_t{value} * (int64_t{1} << shift);
  if (exact > INT32_MAX) return INT32_MAX;
  if (exact < INT32_MIN) return INT32_MIN;
  return static_cast<int32_t>(exact);
}

// scale(value, multiplier, shift).
static inline int32_t ScaleTflite(int32_t value, const TfliteScale& scale) {
  const int left = scale.shift > 0 ? scale.shift : 0;
  const int right = scale.shift > 0 ? 0 : -scale.shift;
  return gemmlowp::RoundingDivideByPOT(
      gemmlowp::SaturatingRoundingDoublingHighMul(
          ShiftLeftSaturating(value, left), scale.multiplier),
      right);
}

// clamp(zero_point + steps).
static inline int8_t OutputTflite(int32_t steps, const OutputStage& stage) {
  // Beyond 255 steps from the zero point there is no q: no sum overflows.
  const int32_t q = Clamp(steps, -256, 256) + stage.zero_point;
  return static_cast<int8_t>(Clamp(q, stage.clamp_min, stage.clamp_max));
}

}  // namespace octet::scalar

#endif  // OCTET_KERNELS_SCALAR_TFLITE_ROUNDING_H_
