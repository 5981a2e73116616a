// add, mul, requantize and lookup: 16 bytes at a time. |q - zero_point| <= 255,
// so that all fits int16.

#include "kernels/elementwise.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/vector_stage.h"

namespace octet::neon {
namespace {

constexpr size_t kBlock = 16;

struct AddConstants {
  int8x8_t zero_point_a, zero_point_b;
  int16x8_t multiplier_a, multiplier_b;
  int16x8_t left;  // by -fraction_bits
  VectorStage stage;
};

static inline int8x8_t Add8(int8x8_t a, int8x8_t b, const AddConstants& k) {
  const int16x8_t sum =
      vqaddq_s16(ScaleAddend(a, k.zero_point_a, k.multiplier_a),
                 ScaleAddend(b, k.zero_point_b, k.multiplier_b));
  return SumToBytes(sum, k.stage.zero_point, k.left);
}

struct MulConstants {
  int8x8_t zero_point_a, zero_point_b;
  int32x4_t left;  // by -shift
  int16x8_t multiplier;
  VectorStage stage;
};

static inline int16x8_t Mul8(int8x8_t a, int8x8_t b, const MulConstants& k) {
  const int16x8_t x = vsubl_s8(a, k.zero_point_a);
  const int16x8_t y = vsubl_s8(b, k.zero_point_b);
  const int16x8_t t = ShiftAccumulators(
      vmull_s16(vget_low_s16(x), vget_low_s16(y)),
      vmull_s16(vget_high_s16(x), vget_high_s16(y)), k.left, k.left);
  return ToWords(t, k.multiplier, k.stage.zero_point);
}

// q - zero_point of 8 values, shifted to t.
static inline int16x8_t ShiftDifference(int8x8_t bytes, int8x8_t zero_point,
                                        int16x8_t left) {
  return vqshlq_s16(vsubl_s8(bytes, zero_point), left);
}

}  // namespace

void Add(const AddArgs& args) {
  const AddConstants k = {
      vdup_n_s8(args.zero_point_a),
      vdup_n_s8(args.zero_point_b),
      vdupq_n_s16(args.multiplier_a),
      vdupq_n_s16(args.multiplier_b),
      vdupq_n_s16(static_cast<int16_t>(-args.fraction_bits)),
      MakeVectorStage(args.stage, args.fraction_bits)};
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    const int8x16_t a16 = LoadBytes(a + i);
    const int8x16_t b16 = LoadBytes(b + i);
    const int8x16_t sum =
        vcombine_s8(Add8(vget_low_s8(a16), vget_low_s8(b16), k),
                    Add8(vget_high_s8(a16), vget_high_s8(b16), k));
    StoreUpTo16(output + i, ClampBytes(sum, k.stage), args.n - i);
  }
}

void Mul(const MulArgs& args) {
  const MulConstants k = {
      vdup_n_s8(args.zero_point_a), vdup_n_s8(args.zero_point_b),
      vdupq_n_s32(-args.shift), vdupq_n_s16(args.multiplier),
      MakeVectorStage(args.stage, kFractionBits)};
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t row = 0; row < args.rows; ++row) {
    for (size_t i = 0; i < args.n; i += kBlock) {
      const int8x16_t x = LoadBytes(a + i);
      const int8x16_t y = LoadBytes(b + i);
      StoreUpTo16(output + i,
                  ToBytes(Mul8(vget_low_s8(x), vget_low_s8(y), k),
                          Mul8(vget_high_s8(x), vget_high_s8(y), k), k.stage),
                  args.n - i);
    }
    a += args.n;
    b += args.b_stride;
    output += args.n;
  }
}

void Requantize(const RequantizeArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const int8x8_t zero_point = vdup_n_s8(args.zero_point_input);
  const int16x8_t left = vdupq_n_s16(static_cast<int16_t>(-args.shift));
  const int16x8_t multiplier = vdupq_n_s16(args.multiplier);
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    const int8x16_t bytes = LoadBytes(input + i);
    const int16x8_t t0 = ShiftDifference(vget_low_s8(bytes), zero_point, left);
    const int16x8_t t1 = ShiftDifference(vget_high_s8(bytes), zero_point, left);
    StoreUpTo16(output + i,
                ToBytes(ToWords(t0, multiplier, stage.zero_point),
                        ToWords(t1, multiplier, stage.zero_point), stage),
                args.n - i);
  }
}

#if defined(__aarch64__)
// tbl looks up in 64 bytes and gives 0 outside, tbx leaves such lanes alone.
void Lookup(const LookupArgs& args) {
  const uint8x16x4_t table0 = vld1q_u8_x4(args.table);
  const uint8x16x4_t table1 = vld1q_u8_x4(args.table + 64);
  const uint8x16x4_t table2 = vld1q_u8_x4(args.table + 128);
  const uint8x16x4_t table3 = vld1q_u8_x4(args.table + 192);
  const uint8x16_t quarter = vdupq_n_u8(64);
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    uint8x16_t index = vld1q_u8(input + i);
    uint8x16_t found = vqtbl4q_u8(table0, index);
    index = vsubq_u8(index, quarter);
    found = vqtbx4q_u8(found, table1, index);
    index = vsubq_u8(index, quarter);
    found = vqtbx4q_u8(found, table2, index);
    index = vsubq_u8(index, quarter);
    found = vqtbx4q_u8(found, table3, index);
    StoreUpTo16(output + i, vreinterpretq_s8_u8(found), args.n - i);
  }
}
#endif

}  // namespace octet::neon
