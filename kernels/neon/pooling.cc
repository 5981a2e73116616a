// max_pool and average_pool: 16 channels at a time over the cells of a window.

#include "kernels/pooling.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/tflite_stage.h"
#include "kernels/neon/vector_stage.h"

namespace octet::neon {
namespace {

constexpr size_t kBlock = 16;

// Calls visit(input of the block's first cell, output, channels) for each
// window and block of channels.
template <typename Visit>
static inline void ForEachBlock(const PoolArgs& args, Visit visit) {
  const uint8_t* window = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t x = 0; x < args.output_width; ++x) {
    for (size_t c = 0; c < args.channels; c += kBlock) {
      visit(window + c, output + c, args.channels - c);
    }
    window += args.output_step;
    output += args.output_stride;
  }
}

template <typename Visit>
static inline void ForEachCell(const PoolArgs& args, const uint8_t* window,
                               Visit visit) {
  for (size_t ky = 0; ky < args.window_h; ++ky, window += args.cell_stride_h) {
    const uint8_t* cell = window;
    for (size_t kx = 0; kx < args.window_w; ++kx, cell += args.cell_stride_w) {
      visit(LoadBytes(cell));
    }
  }
}

// Cells that an int16 sum holds before it joins the int32 sums.
constexpr size_t kCellsAtOnce = 256;

struct Sums {
  int32x4_t sum0, sum1, sum2, sum3;

  void Add(int16x8_t low, int16x8_t high) {
    sum0 = AddLow(sum0, low);
    sum1 = AddHigh(sum1, low);
    sum2 = AddLow(sum2, high);
    sum3 = AddHigh(sum3, high);
  }
};

[[gnu::noinline]] static Sums SumOfWindow(const PoolArgs& args,
                                          const uint8_t* window) {
  const int32x4_t bias = vdupq_n_s32(args.bias);
  Sums sums = {bias, bias, bias, bias};
  int16x8_t low = vdupq_n_s16(0);
  int16x8_t high = low;
  size_t room = kCellsAtOnce;
  ForEachCell(args, window, [&](int8x16_t cell) {
    low = vaddw_s8(low, vget_low_s8(cell));
    high = vaddw_s8(high, vget_high_s8(cell));
    if (--room != 0) return;
    sums.Add(low, high);
    low = high = vdupq_n_s16(0);
    room = kCellsAtOnce;
  });
  sums.Add(low, high);
  return sums;
}

}  // namespace

void MaxPool(const PoolArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  ForEachBlock(args, [&](const uint8_t* window, uint8_t* to, size_t channels) {
    int8x16_t largest = stage.clamp_min;
    ForEachCell(args, window,
                [&](int8x16_t cell) { largest = vmaxq_s8(largest, cell); });
    StoreUpTo16(to, vminq_s8(largest, stage.clamp_max), channels);
  });
}

void AveragePool(const PoolArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const int32x4_t left = vdupq_n_s32(-args.shift);
  const int16x8_t multiplier = vdupq_n_s16(args.multiplier);
  ForEachBlock(args, [&](const uint8_t* window, uint8_t* to, size_t channels) {
    const Sums s = SumOfWindow(args, window);
    const int16x8_t t0 = ShiftAccumulators(s.sum0, s.sum1, left, left);
    const int16x8_t t1 = ShiftAccumulators(s.sum2, s.sum3, left, left);
    const int8x16_t bytes =
        ToBytes(ToWords(t0, multiplier, stage.zero_point),
                ToWords(t1, multiplier, stage.zero_point), stage);
    StoreUpTo16(to, bytes, channels);
  });
}

void TfliteAveragePool(const PoolArgs& args) {
  const int32_t count = static_cast<int32_t>(args.window_h * args.window_w);
  const OutputStage& stage = args.stage;
  ForEachBlock(args, [&](const uint8_t* window, uint8_t* to, size_t channels) {
    const Sums s = SumOfWindow(args, window);
    int32_t sums[kBlock];
    vst1q_s32(sums, s.sum0);
    vst1q_s32(sums + 4, s.sum1);
    vst1q_s32(sums + 8, s.sum2);
    vst1q_s32(sums + 12, s.sum3);
    // Vectors have no division.
    for (size_t c = 0; c < kBlock && c < channels; ++c) {
      const int32_t q = AverageTflite(sums[c], count, args.halves_up);
      to[c] = static_cast<uint8_t>(Clamp(q, stage.clamp_min, stage.clamp_max));
    }
  });
}

void TfliteMean(const PoolArgs& args) {
  const tflite::Scales scale =
      tflite::SameScales({args.multiplier_q31, args.shift});
  const tflite::Stage stage = tflite::MakeStage(args.stage);
  ForEachBlock(args, [&](const uint8_t* window, uint8_t* to, size_t channels) {
    const Sums s = SumOfWindow(args, window);
    const int8x8_t low =
        tflite::ToBytes(tflite::Scale({s.sum0, s.sum1}, scale, scale), stage);
    const int8x8_t high =
        tflite::ToBytes(tflite::Scale({s.sum2, s.sum3}, scale, scale), stage);
    StoreUpTo16(to, vcombine_s8(low, high), channels);
  });
}

}  // namespace octet::neon
