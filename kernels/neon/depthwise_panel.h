// What the depthwise kernels have in common: a panel of 16 channels, and the
// way from taps to bytes. Two products fit int16, since |weight| <= 127, so
// that taps are taken in pairs: smull, smlal, and saddw onto int32 sums.

#ifndef OCTET_KERNELS_NEON_DEPTHWISE_PANEL_H_
#define OCTET_KERNELS_NEON_DEPTHWISE_PANEL_H_

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/vector_stage.h"

namespace octet::neon {

struct DepthwisePanel {
  static constexpr size_t kNr = 16;
  static constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

  const uint8_t* begin;
  LeftShift<kNr> left;
  VectorStage stage;
  size_t channels;

  DepthwisePanel(const uint8_t* panel, const VectorStage& output, size_t rest)
      : begin(panel),
        left(panel + kLayout.shift),
        stage(output),
        channels(rest) {}

  const uint8_t* weights() const { return begin + kLayout.weights; }
};

// The sums of a pixel.
struct DepthwiseSums {
  int32x4_t sum0, sum1, sum2, sum3;

  [[gnu::always_inline]] explicit DepthwiseSums(const DepthwisePanel& p)
      : sum0(LoadSums(p.begin)),
        sum1(LoadSums(p.begin + 16)),
        sum2(LoadSums(p.begin + 32)),
        sum3(LoadSums(p.begin + 48)) {}
  [[gnu::always_inline]] DepthwiseSums(int32x4_t channels0, int32x4_t channels4,
                                       int32x4_t channels8,
                                       int32x4_t channels12)
      : sum0(channels0), sum1(channels4), sum2(channels8), sum3(channels12) {}

  [[gnu::always_inline]] void Add(int16x8_t low, int16x8_t high) {
    sum0 = AddLow(sum0, low);
    sum1 = AddHigh(sum1, low);
    sum2 = AddLow(sum2, high);
    sum3 = AddHigh(sum3, high);
  }
  [[gnu::always_inline]] void MultiplyAdd(int8x16_t tap, int8x16_t weights) {
    Add(MultiplyLow(tap, weights), MultiplyHigh(tap, weights));
  }
  // By int16 weights, which take the products to int32 at once.
  [[gnu::always_inline]] void MultiplyAdd(int8x16_t tap, int16x8_t low,
                                          int16x8_t high) {
    const int16x8_t tap_low = WidenLow(tap);
    const int16x8_t tap_high = WidenHigh(tap);
    sum0 = MultiplyAddLow(sum0, tap_low, low);
    sum1 = MultiplyAddHigh(sum1, tap_low, low);
    sum2 = MultiplyAddLow(sum2, tap_high, high);
    sum3 = MultiplyAddHigh(sum3, tap_high, high);
  }
  [[gnu::always_inline]] void MultiplyAdd2(int8x16_t tap0, int8x16_t weights0,
                                           int8x16_t tap1, int8x16_t weights1) {
    Add(MultiplyAddLow(MultiplyLow(tap0, weights0), tap1, weights1),
        MultiplyAddHigh(MultiplyHigh(tap0, weights0), tap1, weights1));
  }
};

// The output of a pixel, not clamped.
[[gnu::always_inline]] static inline int8x16_t UnclampedBytes(
    const DepthwisePanel& p, const DepthwiseSums& s) {
  const uint8_t* multiplier = p.begin + DepthwisePanel::kLayout.multiplier;
  const int16x8_t t0 = ShiftAccumulators(s.sum0, s.sum1, vld1q_s32(p.left.at),
                                         vld1q_s32(p.left.at + 4));
  const int16x8_t t1 = ShiftAccumulators(
      s.sum2, s.sum3, vld1q_s32(p.left.at + 8), vld1q_s32(p.left.at + 12));
  return DropFraction(
      ToWords(t0, LoadWords(multiplier), p.stage.zero_point),
      ToWords(t1, LoadWords(multiplier + 16), p.stage.zero_point));
}

// The same, clamped.
[[gnu::always_inline]] static inline int8x16_t OutputBytes(
    const DepthwisePanel& p, const DepthwiseSums& s) {
  const int8x16_t bytes = UnclampedBytes(p, s);
  return p.stage.clamps ? ClampBytes(bytes, p.stage) : bytes;
}

[[gnu::always_inline]] static inline void StoreChannels(const DepthwisePanel& p,
                                                        int8x16_t bytes,
                                                        uint8_t* to) {
  if (p.channels >= DepthwisePanel::kNr) [[likely]] {
    vst1q_u8(to, vreinterpretq_u8_s8(bytes));
  } else {
    StoreUpTo16(to, bytes, p.channels);
  }
}

[[gnu::always_inline]] static inline void StorePixel(const DepthwisePanel& p,
                                                     const DepthwiseSums& s,
                                                     uint8_t* to) {
  StoreChannels(p, OutputBytes(p, s), to);
}

// The sums of a pixel as they are.
[[gnu::always_inline]] static inline void StoreSums(const DepthwisePanel& p,
                                                    const DepthwiseSums& s,
                                                    uint8_t* to) {
  int32_t some[DepthwisePanel::kNr];
  const bool all = p.channels >= DepthwisePanel::kNr;
  int32_t* at = all ? reinterpret_cast<int32_t*>(to) : some;
  vst1q_s32(at, s.sum0);
  vst1q_s32(at + 4, s.sum1);
  vst1q_s32(at + 8, s.sum2);
  vst1q_s32(at + 12, s.sum3);
  if (!all) [[unlikely]]
    std::memcpy(to, some, 4 * p.channels);
}

// Calls visit(panel, first channel) for all panels.
template <typename Visit>
static inline void ForEachPanel(const DepthwiseConvArgs& args, Visit visit) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const uint8_t* begin = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.channels; c += DepthwisePanel::kNr) {
    visit(DepthwisePanel(begin, stage, args.channels - c),
          static_cast<ptrdiff_t>(c));
    begin += args.panel_bytes;
  }
}

}  // namespace octet::neon

#endif  // OCTET_KERNELS_NEON_DEPTHWISE_PANEL_H_
