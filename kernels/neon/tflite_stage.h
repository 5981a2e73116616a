// The arithmetic of rounding TFLITE on vectors, in the steps of
// scalar/tflite_rounding.h and in NEON's own instructions:
//
//   left                        sqshl: saturates as that header defines it
//   (a * b + 2^30) >> 31        sqrdmulh
//   right, halves away from 0   srshl has halves go up: and, ssra take 1 from
//                               negative values that are shifted before
//
// A multiplier is not negative, so that no product is INT32_MIN, from which 1
// could not be taken.

#ifndef OCTET_KERNELS_NEON_TFLITE_STAGE_H_
#define OCTET_KERNELS_NEON_TFLITE_STAGE_H_

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/vector_stage.h"
#include "kernels/tflite.h"

namespace octet::neon::tflite {

// Of four values.
struct Scales {
  int32x4_t multiplier;
  int32x4_t left;
  int32x4_t right;  // negated, as srshl wants it
};

static inline Scales MakeScales(int32x4_t multiplier, int32x4_t shift) {
  const int32x4_t zero = vdupq_n_s32(0);
  return {multiplier, vmaxq_s32(shift, zero), vminq_s32(shift, zero)};
}

static inline Scales SameScales(const TfliteScale& scale) {
  return MakeScales(vdupq_n_s32(scale.multiplier), vdupq_n_s32(scale.shift));
}

// scale(values, ...) of schema/operators.fbs.
static inline int32x4_t Scale(int32x4_t values, const Scales& s) {
  const int32x4_t product =
      vqrdmulhq_s32(vqshlq_s32(values, s.left), s.multiplier);
  return vrshlq_s32(vsraq_n_s32(product, vandq_s32(product, s.right), 31),
                    s.right);
}

struct Eight {
  int32x4_t low, high;
};

static inline Eight Scale(const Eight& values, const Scales& low,
                          const Scales& high) {
  return {Scale(values.low, low), Scale(values.high, high)};
}

struct Stage {
  int16x8_t zero_point;
  int8x8_t clamp_min, clamp_max;
};

static inline Stage MakeStage(const OutputStage& stage) {
  return {vdupq_n_s16(stage.zero_point), vdup_n_s8(stage.clamp_min),
          vdup_n_s8(stage.clamp_max)};
}

static inline int8x8_t ToBytes(const Eight& steps, const Stage& stage) {
  // What int16 cannot hold lies outside of every clamp.
  const int16x8_t q =
      vqaddq_s16(Narrow(steps.low, steps.high), stage.zero_point);
  return vmin_s8(vmax_s8(vqmovn_s16(q), stage.clamp_min), stage.clamp_max);
}

// The rare end of a row. Not inlined, to be small.
[[gnu::noinline]] static void StoreUpTo7(uint8_t* to, int8x8_t bytes,
                                         size_t n) {
  StorePartial8(to, bytes, n);
}

// Stores the first n bytes, at most 8.
static inline void StoreUpTo8(uint8_t* to, int8x8_t bytes, size_t n) {
  if (n < 8) [[unlikely]]
    return StoreUpTo7(to, bytes, n);
  vst1_u8(to, vreinterpret_u8_s8(bytes));
}

}  // namespace octet::neon::tflite

#endif  // OCTET_KERNELS_NEON_TFLITE_STAGE_H_
