// Elementwise operators of rounding TFLITE, eight values at a time.

#include <cstring>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/tflite_stage.h"

namespace octet::avx2 {
namespace {

using tflite::Scales;

constexpr size_t kValues = 8;

static inline Scales SameScales(const TfliteScale& scale) {
  return tflite::MakeScales(_mm256_set1_epi32(scale.multiplier),
                            _mm256_set1_epi32(scale.shift));
}

// An input's differences from its zero point.
struct Input {
  Input(const void* first, int8_t zero_point)
      : bytes(static_cast<const uint8_t*>(first)),
        zero(_mm256_set1_epi32(zero_point + 128)) {}

  // Of values i ... i + 7, of which `count` are there.
  __m256i Load(size_t i, size_t count) const {
    uint64_t eight = 0;
    if (count == kValues) {
      std::memcpy(&eight, bytes + i, kValues);
    } else {
      std::memcpy(&eight, bytes + i, count);
    }
    const __m128i values = _mm_cvtsi64_si128(static_cast<int64_t>(eight));
    return _mm256_sub_epi32(_mm256_cvtepu8_epi32(values), zero);
  }

  const uint8_t* bytes;
  __m256i zero;
};

// Calls steps(i, count) for each group of values and stores its outputs.
template <typename Steps>
static inline void ForEachGroup(size_t n, void* output,
                                const OutputStage& output_stage, Steps steps) {
  const tflite::Stage stage = tflite::MakeStage(output_stage);
  uint8_t* to = static_cast<uint8_t*>(output);
  for (size_t i = 0; i < n; i += kValues) {
    const size_t count = n - i < kValues ? n - i : kValues;
    tflite::StoreUpTo8(to + i, tflite::ToBytes(steps(i, count), stage), count);
  }
}

}  // namespace

void TfliteAdd(const TfliteAddArgs& args) {
  const Input a(args.a, args.zero_point_a);
  const Input b(args.b, args.zero_point_b);
  const Scales scale_a = SameScales(args.scale_a);
  const Scales scale_b = SameScales(args.scale_b);
  const Scales scale_output = SameScales(args.scale_output);
  ForEachGroup(args.n, args.output, args.stage, [&](size_t i, size_t count) {
    const __m256i part_a = tflite::Scale(
        _mm256_slli_epi32(a.Load(i, count), kTfliteAddLeftShift), scale_a);
    const __m256i part_b = tflite::Scale(
        _mm256_slli_epi32(b.Load(i, count), kTfliteAddLeftShift), scale_b);
    return tflite::Scale(_mm256_add_epi32(part_a, part_b), scale_output);
  });
}

void TfliteRequantize(const TfliteRequantizeArgs& args) {
  const Input input(args.input, args.zero_point_input);
  const Scales scale = SameScales(args.scale);
  ForEachGroup(args.n, args.output, args.stage, [&](size_t i, size_t count) {
    return tflite::Scale(input.Load(i, count), scale);
  });
}

}  // namespace octet::avx2
