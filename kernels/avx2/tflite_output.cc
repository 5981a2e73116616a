// The second pass of layers of rounding TFLITE: eight channels at a time, all
// pixels of them.

#include <cstring>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/tflite_stage.h"

namespace octet::avx2 {
namespace {

using tflite::MakeScales;
using tflite::Scales;

constexpr size_t kChannels = 8;

// count: 1 ... 8; the scales of other channels are 0.
static inline Scales LoadScales(const TfliteScale* from, size_t count) {
  TfliteScale scales[kChannels] = {};
  std::memcpy(scales, from, count * sizeof(TfliteScale));
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(scales);
  const __m256 low = _mm256_castsi256_ps(Load256(bytes));
  const __m256 high = _mm256_castsi256_ps(Load256(bytes + 32));
  // In order are pairs of channels 0 1 4 5 2 3 6 7.
  const __m256i multiplier = _mm256_permute4x64_epi64(
      _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0x88)), 0xd8);
  const __m256i shift = _mm256_permute4x64_epi64(
      _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0xdd)), 0xd8);
  return MakeScales(multiplier, shift);
}

static inline __m256i LoadSums(const int32_t* from, size_t count) {
  if (count == kChannels) {
    return Load256(reinterpret_cast<const uint8_t*>(from));
  }
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_maskload_epi32(
      from,
      _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane));
}

}  // namespace

void TfliteOutput(const TfliteOutputArgs& args) {
  const tflite::Stage stage = tflite::MakeStage(args.stage);
  for (size_t c = 0; c < args.channels; c += kChannels) {
    const size_t left = args.channels - c;
    const size_t count = left < kChannels ? left : kChannels;
    const Scales scales = LoadScales(args.scales + c, count);
    const int32_t* from = args.accumulators + c;
    uint8_t* to = static_cast<uint8_t*>(args.output) + c;
    for (size_t i = 0; i < args.pixels; ++i) {
      const __m256i steps = tflite::Scale(LoadSums(from, count), scales);
      tflite::StoreUpTo8(to, tflite::ToBytes(steps, stage), count);
      from += args.channels;
      to += args.output_stride;
    }
  }
}

}  // namespace octet::avx2
