// Elementwise operators of rounding TFLITE, eight values at a time.

#include <arm_neon.h>

#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/tflite_stage.h"

namespace octet::neon {
namespace {

using tflite::Eight;
using tflite::Scales;

constexpr size_t kValues = 8;

// Eight values minus their zero point.
static inline Eight Differences(const uint8_t* from, int8x8_t zero_point) {
  const int16x8_t words =
      vsubl_s8(vreinterpret_s8_u8(vld1_u8(from)), zero_point);
  return {vmovl_s16(vget_low_s16(words)), vmovl_s16(vget_high_s16(words))};
}

// Differences that are at most 255 in magnitude, and a shift that is not to the
// left: what shifts by kTfliteAddLeftShift first.
static inline Scales AddendScales(const TfliteScale& scale) {
  Scales scales = tflite::SameScales(scale);
  scales.left = vdupq_n_s32(kTfliteAddLeftShift);
  return scales;
}

}  // namespace

void TfliteAdd(const TfliteAddArgs& args) {
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  const int8x8_t zero_point_a = vdup_n_s8(args.zero_point_a);
  const int8x8_t zero_point_b = vdup_n_s8(args.zero_point_b);
  const Scales scale_a = AddendScales(args.scale_a);
  const Scales scale_b = AddendScales(args.scale_b);
  const Scales scale_output = tflite::SameScales(args.scale_output);
  const tflite::Stage stage = tflite::MakeStage(args.stage);
  for (size_t i = 0; i < args.n; i += kValues) {
    const Eight part_a =
        tflite::Scale(Differences(a + i, zero_point_a), scale_a, scale_a);
    const Eight part_b =
        tflite::Scale(Differences(b + i, zero_point_b), scale_b, scale_b);
    const Eight sum = {vaddq_s32(part_a.low, part_b.low),
                       vaddq_s32(part_a.high, part_b.high)};
    const Eight steps = tflite::Scale(sum, scale_output, scale_output);
    tflite::StoreUpTo8(output + i, tflite::ToBytes(steps, stage), args.n - i);
  }
}

void TfliteRequantize(const TfliteRequantizeArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  const int8x8_t zero_point = vdup_n_s8(args.zero_point_input);
  const Scales scale = tflite::SameScales(args.scale);
  const tflite::Stage stage = tflite::MakeStage(args.stage);
  for (size_t i = 0; i < args.n; i += kValues) {
    const Eight steps =
        tflite::Scale(Differences(input + i, zero_point), scale, scale);
    tflite::StoreUpTo8(output + i, tflite::ToBytes(steps, stage), args.n - i);
  }
}

}  // namespace octet::neon
