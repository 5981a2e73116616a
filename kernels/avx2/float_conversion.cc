// quantize and dequantize, at a model's border: float to u8 and back, with the
// portable form's IEEE operations in its order.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"

namespace octet::avx2 {
namespace {

struct QuantizeConstants {
  __m256 scale;
  __m256i zero_point;  // in form u8
};

// 8 floats as int32: steps from zero, rounded half to even, and the zero point.
static inline __m256i ToSteps(__m256 real, const QuantizeConstants& k) {
  __m256 steps = _mm256_div_ps(real, k.scale);
  // A NaN becomes 0 steps.
  steps = _mm256_and_ps(steps, _mm256_cmp_ps(steps, steps, _CMP_ORD_Q));
  steps = _mm256_max_ps(steps, _mm256_set1_ps(-1024.0f));
  steps = _mm256_min_ps(steps, _mm256_set1_ps(1024.0f));
  const __m256 magic = _mm256_set1_ps(12582912.0f);  // 1.5 * 2^23
  steps = _mm256_sub_ps(_mm256_add_ps(steps, magic), magic);
  return _mm256_add_epi32(_mm256_cvttps_epi32(steps), k.zero_point);
}

// 32 floats as bytes, saturated to 0 ... 255.
static inline __m256i QuantizeBlock(const float* real,
                                    const QuantizeConstants& k) {
  const __m256i steps0 = ToSteps(_mm256_loadu_ps(real), k);
  const __m256i steps1 = ToSteps(_mm256_loadu_ps(real + 8), k);
  const __m256i steps2 = ToSteps(_mm256_loadu_ps(real + 16), k);
  const __m256i steps3 = ToSteps(_mm256_loadu_ps(real + 24), k);
  const __m256i bytes = _mm256_packus_epi16(_mm256_packs_epi32(steps0, steps1),
                                            _mm256_packs_epi32(steps2, steps3));
  return UndoPackingBy4(bytes);
}

static inline __m256 DequantizeBlock(const uint8_t* bytes, __m256i zero_point,
                                     __m256 scale) {
  const __m128i eight =
      _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes));
  const __m256i difference =
      _mm256_sub_epi32(_mm256_cvtepu8_epi32(eight), zero_point);
  return _mm256_mul_ps(scale, _mm256_cvtepi32_ps(difference));
}

static inline __m256i ZeroPoint(int8_t zero_point) {
  return _mm256_set1_epi32(ZeroPointInForm(zero_point, ActivationForm::kU8));
}

}  // namespace

void Quantize(const QuantizeArgs& args) {
  const QuantizeConstants k = {_mm256_set1_ps(args.scale),
                               ZeroPoint(args.zero_point)};
  uint8_t* output = static_cast<uint8_t*>(args.output);
  size_t i = 0;
  for (; i + 32 <= args.n; i += 32) {
    Store256(output + i, QuantizeBlock(args.input + i, k));
  }
  if (i == args.n) return;
  float rest[32] = {};
  std::memcpy(rest, args.input + i, (args.n - i) * sizeof(float));
  StoreUpTo32(output + i, QuantizeBlock(rest, k), args.n - i);
}

void Dequantize(const DequantizeArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  const __m256i zero_point = ZeroPoint(args.zero_point);
  const __m256 scale = _mm256_set1_ps(args.scale);
  size_t i = 0;
  for (; i + 8 <= args.n; i += 8) {
    _mm256_storeu_ps(args.output + i,
                     DequantizeBlock(input + i, zero_point, scale));
  }
  if (i == args.n) return;
  float rest[8];
  _mm256_storeu_ps(rest, DequantizeBlock(input + i, zero_point, scale));
  std::memcpy(args.output + i, rest, (args.n - i) * sizeof(float));
}

}  // namespace octet::avx2
