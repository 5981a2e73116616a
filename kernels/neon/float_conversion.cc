// quantize and dequantize, at a model's border: float to s8 and back, with the
// portable form's IEEE operations in its order. Not in ARMv7, whose NEON has no
// division and treats denormal numbers as zero.

#if defined(__aarch64__)

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/elementwise.h"
#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/vector_stage.h"

namespace octet::neon {
namespace {

constexpr size_t kBlock = 16;

// 4 floats as steps from zero, rounded half to even; a NaN becomes 0.
static inline int32x4_t ToSteps(const float* real, float32x4_t scale) {
  float32x4_t steps = vdivq_f32(vld1q_f32(real), scale);
  // The clamps hand a NaN on, and the conversion makes it 0.
  steps = vmaxq_f32(steps, vdupq_n_f32(-1024.0f));
  return vcvtnq_s32_f32(vminq_f32(steps, vdupq_n_f32(1024.0f)));
}

// 16 floats as bytes. All sums fit int16.
static inline int8x16_t QuantizeBlock(const float* real, float32x4_t scale,
                                      int16x8_t zero_point) {
  const int16x8_t low = Narrow(ToSteps(real, scale), ToSteps(real + 4, scale));
  const int16x8_t high =
      Narrow(ToSteps(real + 8, scale), ToSteps(real + 12, scale));
  return vcombine_s8(vqmovn_s16(vaddq_s16(low, zero_point)),
                     vqmovn_s16(vaddq_s16(high, zero_point)));
}

// 8 bytes as floats.
static inline void DequantizeBlock(const uint8_t* bytes, int8x8_t zero_point,
                                   float32x4_t scale, float* to) {
  const int16x8_t difference =
      vsubl_s8(vreinterpret_s8_u8(vld1_u8(bytes)), zero_point);
  const int32x4_t low = vmovl_s16(vget_low_s16(difference));
  const int32x4_t high = vmovl_high_s16(difference);
  vst1q_f32(to, vmulq_f32(scale, vcvtq_f32_s32(low)));
  vst1q_f32(to + 4, vmulq_f32(scale, vcvtq_f32_s32(high)));
}

}  // namespace

void Quantize(const QuantizeArgs& args) {
  const float32x4_t scale = vdupq_n_f32(args.scale);
  const int16x8_t zero_point = vdupq_n_s16(args.zero_point);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  size_t i = 0;
  for (; i + kBlock <= args.n; i += kBlock) {
    StoreUpTo16(output + i, QuantizeBlock(args.input + i, scale, zero_point),
                kBlock);
  }
  if (i == args.n) return;
  float rest[kBlock] = {};
  std::memcpy(rest, args.input + i, (args.n - i) * sizeof(float));
  StoreUpTo16(output + i, QuantizeBlock(rest, scale, zero_point), args.n - i);
}

void Dequantize(const DequantizeArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  const int8x8_t zero_point = vdup_n_s8(args.zero_point);
  const float32x4_t scale = vdupq_n_f32(args.scale);
  size_t i = 0;
  for (; i + 8 <= args.n; i += 8) {
    DequantizeBlock(input + i, zero_point, scale, args.output + i);
  }
  if (i == args.n) return;
  float rest[8];
  DequantizeBlock(input + i, zero_point, scale, rest);
  std::memcpy(args.output + i, rest, (args.n - i) * sizeof(float));
}

}  // namespace octet::neon

#endif  // defined(__aarch64__)
