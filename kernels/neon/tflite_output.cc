// The second pass of layers of rounding TFLITE: eight channels of two pixels at
// a time, all pixels of them. The last eight channels may be some of those
// before once more, and an odd pixel at the end is its own neighbour: a byte is
// stored twice, being the same.

#include <arm_neon.h>

#include <cstring>

#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/tflite_stage.h"

namespace octet::neon {
namespace {

using tflite::Eight;
using tflite::Scales;

constexpr size_t kChannels = 8;

// Four channels.
static inline Scales LoadScales(const TfliteScale* from) {
  const int32x4x2_t pairs = vld2q_s32(&from->multiplier);
  return tflite::MakeScales(pairs.val[0], pairs.val[1]);
}

static inline Eight LoadSums(const int32_t* from) {
  return {vld1q_s32(from), vld1q_s32(from + 4)};
}

// Channels c ... c + 7 of all pixels.
[[gnu::noinline]] void RunEightChannels(const TfliteOutputArgs& args,
                                        size_t c) {
  const tflite::Stage stage = tflite::MakeStage(args.stage);
  const Scales low = LoadScales(args.scales + c);
  const Scales high = LoadScales(args.scales + c + 4);
  const int32_t* from = args.accumulators + c;
  const size_t row = args.channels;
  uint8_t* to = static_cast<uint8_t*>(args.output) + c;
  const ptrdiff_t stride = args.output_stride;
  for (size_t left = args.pixels; left != 0; left -= 2) {
    const bool alone = left == 1;
    const Eight sums = LoadSums(from);
    const Eight neighbours = LoadSums(alone ? from : from + row);
    const Eight steps = tflite::Scale(sums, low, high);
    const Eight neighbours_steps = tflite::Scale(neighbours, low, high);
    vst1_s8(reinterpret_cast<int8_t*>(to), tflite::ToBytes(steps, stage));
    vst1_s8(reinterpret_cast<int8_t*>(alone ? to : to + stride),
            tflite::ToBytes(neighbours_steps, stage));
    if (alone) return;
    from += 2 * row;
    to += 2 * stride;
  }
}

// Fewer than eight channels, pixel by pixel among zeros.
[[gnu::noinline]] void RunFewChannels(const TfliteOutputArgs& args) {
  TfliteScale scales[kChannels] = {};
  int32_t sums[kChannels] = {};
  uint8_t bytes[kChannels];
  std::memcpy(scales, args.scales, args.channels * sizeof(TfliteScale));
  const int32_t* from = args.accumulators;
  uint8_t* to = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.pixels; ++i) {
    std::memcpy(sums, from, args.channels * sizeof(int32_t));
    TfliteOutput({1, kChannels, sums, scales, bytes, 0, args.stage, args.form});
    std::memcpy(to, bytes, args.channels);
    from += args.channels;
    to += args.output_stride;
  }
}

}  // namespace

void TfliteOutput(const TfliteOutputArgs& args) {
  if (args.channels < kChannels) return RunFewChannels(args);
  const size_t last = args.channels - kChannels;
  for (size_t c = 0; c < args.channels; c += kChannels) {
    RunEightChannels(args, c < last ? c : last);
  }
}

}  // namespace octet::neon
