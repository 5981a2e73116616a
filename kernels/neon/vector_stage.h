// From int32 accumulators to stored bytes: requantize.h in NEON's own
// instructions, for ARMv7 and AArch64.
//
//   t = saturate_int16(accumulator >> shift)    sqshl by -shift, sqxtn
//   r = (t * multiplier + 2^14) >> 15           sqrdmulh
//   saturate_int16(r + 64 * zero_point + 32)    sqadd
//   saturate_int8(... >> 6)                     sqshrn
//
// sqshl shifts either way: right rounding down, left saturating. So negative
// shifts cost nothing, whatever LeftShifts says: an accumulator that leaves
// int32 on its way left leaves int16 as well.
//
// What only AArch64 has, the upper half of a vector as an operand, has an
// overload for ARMv7 here.

#ifndef OCTET_KERNELS_NEON_VECTOR_STAGE_H_
#define OCTET_KERNELS_NEON_VECTOR_STAGE_H_

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/activation_form.h"
#include "kernels/requantize.h"

namespace octet::neon {

#if defined(__aarch64__)
static inline int16x8_t MultiplyHigh(int8x16_t a, int8x16_t b) {
  return vmull_high_s8(a, b);
}
static inline int16x8_t MultiplyAddHigh(int16x8_t sum, int8x16_t a,
                                        int8x16_t b) {
  return vmlal_high_s8(sum, a, b);
}
static inline int32x4_t MultiplyAddHigh(int32x4_t sum, int16x8_t a,
                                        int16x8_t b) {
  return vmlal_high_s16(sum, a, b);
}
static inline int32x4_t AddHigh(int32x4_t sum, int16x8_t words) {
  return vaddw_high_s16(sum, words);
}
static inline int16x8_t WidenHigh(int8x16_t bytes) {
  return vmovl_high_s8(bytes);
}
static inline int16x8_t Narrow(int32x4_t low, int32x4_t high) {
  return vqmovn_high_s32(vqmovn_s32(low), high);
}
static inline int8x16_t DropFraction(int16x8_t low, int16x8_t high) {
  return vqshrn_high_n_s16(vqshrn_n_s16(low, kFractionBits), high,
                           kFractionBits);
}
#else
static inline int16x8_t MultiplyHigh(int8x16_t a, int8x16_t b) {
  return vmull_s8(vget_high_s8(a), vget_high_s8(b));
}
static inline int16x8_t MultiplyAddHigh(int16x8_t sum, int8x16_t a,
                                        int8x16_t b) {
  return vmlal_s8(sum, vget_high_s8(a), vget_high_s8(b));
}
static inline int32x4_t MultiplyAddHigh(int32x4_t sum, int16x8_t a,
                                        int16x8_t b) {
  return vmlal_s16(sum, vget_high_s16(a), vget_high_s16(b));
}
static inline int32x4_t AddHigh(int32x4_t sum, int16x8_t words) {
  return vaddw_s16(sum, vget_high_s16(words));
}
static inline int16x8_t WidenHigh(int8x16_t bytes) {
  return vmovl_s8(vget_high_s8(bytes));
}
static inline int16x8_t Narrow(int32x4_t low, int32x4_t high) {
  return vcombine_s16(vqmovn_s32(low), vqmovn_s32(high));
}
static inline int8x16_t DropFraction(int16x8_t low, int16x8_t high) {
  return vcombine_s8(vqshrn_n_s16(low, kFractionBits),
                     vqshrn_n_s16(high, kFractionBits));
}
#endif

#if defined(__aarch64__)
// asm statements: g++ 12 keeps the lower half of a vector in a register of its
// own, and has too few.
static inline int16x8_t MultiplyLow(int8x16_t a, int8x16_t b) {
  int16x8_t product;
  asm("smull %0.8h, %1.8b, %2.8b" : "=w"(product) : "w"(a), "w"(b));
  return product;
}
static inline int16x8_t MultiplyAddLow(int16x8_t sum, int8x16_t a,
                                       int8x16_t b) {
  asm("smlal %0.8h, %1.8b, %2.8b" : "+w"(sum) : "w"(a), "w"(b));
  return sum;
}
static inline int32x4_t MultiplyAddLow(int32x4_t sum, int16x8_t a,
                                       int16x8_t b) {
  asm("smlal %0.4s, %1.4h, %2.4h" : "+w"(sum) : "w"(a), "w"(b));
  return sum;
}
#else
static inline int16x8_t MultiplyLow(int8x16_t a, int8x16_t b) {
  return vmull_s8(vget_low_s8(a), vget_low_s8(b));
}
static inline int16x8_t MultiplyAddLow(int16x8_t sum, int8x16_t a,
                                       int8x16_t b) {
  return vmlal_s8(sum, vget_low_s8(a), vget_low_s8(b));
}
static inline int32x4_t MultiplyAddLow(int32x4_t sum, int16x8_t a,
                                       int16x8_t b) {
  return vmlal_s16(sum, vget_low_s16(a), vget_low_s16(b));
}
#endif
static inline int32x4_t AddLow(int32x4_t sum, int16x8_t words) {
  return vaddw_s16(sum, vget_low_s16(words));
}
static inline int16x8_t WidenLow(int8x16_t bytes) {
  return vmovl_s8(vget_low_s8(bytes));
}

static inline int8x16_t LoadBytes(const void* from) {
  return vld1q_s8(static_cast<const int8_t*>(from));
}
static inline int16x8_t LoadWords(const void* from) {
  return vld1q_s16(static_cast<const int16_t*>(from));
}
static inline int32x4_t LoadSums(const void* from) {
  return vld1q_s32(static_cast<const int32_t*>(from));
}

struct VectorStage {
  int16x8_t zero_point;  // in steps, and half a step
  int8x16_t clamp_min;
  int8x16_t clamp_max;
  bool clamps;  // to less than int8
};

// `fraction_bits` of the sums that will be rounded.
static inline VectorStage MakeVectorStage(const OutputStage& stage,
                                          int fraction_bits) {
  const int half = (1 << fraction_bits) >> 1;
  const int zero_point = stage.zero_point * (1 << fraction_bits) + half;
  return {vdupq_n_s16(static_cast<int16_t>(zero_point)),
          vdupq_n_s8(stage.clamp_min), vdupq_n_s8(stage.clamp_max),
          stage.clamp_min != INT8_MIN || stage.clamp_max != INT8_MAX};
}

// t. `left`: the shifts, negated.
static inline int16x8_t ShiftAccumulators(int32x4_t low, int32x4_t high,
                                          int32x4_t left_low,
                                          int32x4_t left_high) {
  return Narrow(vqshlq_s32(low, left_low), vqshlq_s32(high, left_high));
}

// From t to q with 6 bits of fraction.
static inline int16x8_t ToWords(int16x8_t t, int16x8_t multiplier,
                                int16x8_t zero_point) {
  return vqaddq_s16(vqrdmulhq_s16(t, multiplier), zero_point);
}

static inline int8x16_t ClampBytes(int8x16_t bytes, const VectorStage& stage) {
  return vminq_s8(vmaxq_s8(bytes, stage.clamp_min), stage.clamp_max);
}

static inline int8x16_t ToBytes(int16x8_t low, int16x8_t high,
                                const VectorStage& stage) {
  return ClampBytes(DropFraction(low, high), stage);
}

// ScaleAddend of 8 values: (q - zero_point) * 2^7 fits int16, times the
// multiplier.
static inline int16x8_t ScaleAddend(int8x8_t bytes, int8x8_t zero_point,
                                    int16x8_t multiplier) {
  const int16x8_t difference = vsubl_s8(bytes, zero_point);
  return vqrdmulhq_s16(vshlq_n_s16(difference, 7), multiplier);
}

// From a sum of two shares to q, not clamped. `zero_point`: of a stage with the
// same fraction_bits; `left`: minus those.
static inline int8x8_t SumToBytes(int16x8_t sum, int16x8_t zero_point,
                                  int16x8_t left) {
  return vqmovn_s16(vshlq_s16(vqaddq_s16(sum, zero_point), left));
}

// Stores the first n < 8 bytes and no other.
static inline void StorePartial8(uint8_t* to, int8x8_t bytes, size_t n) {
  const uint8x8_t u8 = vreinterpret_u8_s8(bytes);
  uint64_t rest = vget_lane_u64(vreinterpret_u64_u8(u8), 0);
  if (n & 4) {
    std::memcpy(to, &rest, 4);
    rest >>= 32;
    to += 4;
  }
  if (n & 2) {
    std::memcpy(to, &rest, 2);
    rest >>= 16;
    to += 2;
  }
  if (n & 1) std::memcpy(to, &rest, 1);
}

// Stores the first n bytes, at most 16.
static inline void StoreUpTo16(uint8_t* to, int8x16_t bytes, size_t n) {
  if (n >= 16) {
    vst1q_u8(to, vreinterpretq_u8_s8(bytes));
    return;
  }
  int8x8_t rest = vget_low_s8(bytes);
  if (n >= 8) {
    vst1_u8(to, vreinterpret_u8_s8(rest));
    rest = vget_high_s8(bytes);
    to += 8;
    n -= 8;
  }
  StorePartial8(to, rest, n);
}

// The shifts of a panel, negated, as sqshl wants them.
template <size_t kNr>
struct LeftShift {
  int32_t at[kNr];

  [[gnu::always_inline]] explicit LeftShift(const uint8_t* shift) {
    for (size_t i = 0; i < kNr; i += 4) {
      vst1q_s32(at + i, vnegq_s32(LoadSums(shift + 4 * i)));
    }
  }
};

}  // namespace octet::neon

#endif  // OCTET_KERNELS_NEON_VECTOR_STAGE_H_
