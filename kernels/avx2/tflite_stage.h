// The arithmetic of rounding TFLITE on vectors, in the steps of
// scalar/tflite_rounding.h.

#ifndef OCTET_KERNELS_AVX2_TFLITE_STAGE_H_
#define OCTET_KERNELS_AVX2_TFLITE_STAGE_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/vector_stage.h"
#include "kernels/tflite.h"

namespace octet::avx2::tflite {

// Of eight values.
struct Scales {
  __m256i even;  // multipliers of values 0, 2, 4, 6, in 64 bits each
  __m256i odd;
  __m256i left;
  __m256i right;
  __m256i below;      // the bits that a shift to the right drops
  __m256i threshold;  // what rounds up is larger
};

static inline Scales MakeScales(__m256i multiplier, __m256i shift) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i one = _mm256_set1_epi32(1);
  Scales s;
  s.even = multiplier;
  s.odd = _mm256_srli_epi64(multiplier, 32);
  s.left = _mm256_max_epi32(shift, zero);
  s.right = _mm256_max_epi32(_mm256_sub_epi32(zero, shift), zero);
  s.below = _mm256_sub_epi32(_mm256_sllv_epi32(one, s.right), one);
  s.threshold = _mm256_srli_epi32(s.below, 1);
  return s;
}

static inline __m256i ShiftLeftSaturating(__m256i value, __m256i left) {
  const __m256i shifted = _mm256_sllv_epi32(value, left);
  const __m256i fits =
      _mm256_cmpeq_epi32(_mm256_srav_epi32(shifted, left), value);
  const __m256i bound = _mm256_xor_si256(_mm256_srai_epi32(value, 31),
                                         _mm256_set1_epi32(INT32_MAX));
  return _mm256_blendv_epi8(bound, shifted, fits);
}

// gemmlowp's SaturatingRoundingDoublingHighMul, (a * b + 2^30) >> 31: to
// nearest, halves up. A multiplier is not negative, so that nothing saturates.
static inline __m256i DoublingHighProduct(__m256i value, const Scales& s) {
  const __m256i half = _mm256_set1_epi64x(int64_t{1} << 30);
  const __m256i even = _mm256_add_epi64(_mm256_mul_epi32(value, s.even), half);
  const __m256i odd = _mm256_add_epi64(
      _mm256_mul_epi32(_mm256_srli_epi64(value, 32), s.odd), half);
  return _mm256_blend_epi32(_mm256_srli_epi64(even, 31),
                            _mm256_slli_epi64(odd, 1), 0xaa);
}

// gemmlowp's RoundingDivideByPOT: halves away from 0.
static inline __m256i DivideByPowerOfTwo(__m256i value, const Scales& s) {
  const __m256i negative = _mm256_srai_epi32(value, 31);
  const __m256i up =
      _mm256_cmpgt_epi32(_mm256_and_si256(value, s.below),
                         _mm256_sub_epi32(s.threshold, negative));
  return _mm256_sub_epi32(_mm256_srav_epi32(value, s.right), up);
}

struct Stage {
  __m128i zero_point, clamp_min, clamp_max;  // int16
};

static inline Stage MakeStage(const OutputStage& stage) {
  return {_mm_set1_epi16(stage.zero_point), _mm_set1_epi16(stage.clamp_min),
          _mm_set1_epi16(stage.clamp_max)};
}

// scale(values, ...) of schema/operators.fbs.
static inline __m256i Scale(__m256i values, const Scales& s) {
  return DivideByPowerOfTwo(
      DoublingHighProduct(ShiftLeftSaturating(values, s.left), s), s);
}

// The bytes of eight outputs, in the lower half.
static inline __m128i ToBytes(__m256i steps, const Stage& stage) {
  // What int16 cannot hold lies outside of every clamp.
  __m128i q = _mm_packs_epi32(_mm256_castsi256_si128(steps),
                              _mm256_extracti128_si256(steps, 1));
  q = _mm_adds_epi16(q, stage.zero_point);
  q = _mm_min_epi16(_mm_max_epi16(q, stage.clamp_min), stage.clamp_max);
  q = _mm_add_epi16(q, _mm_set1_epi16(128));
  return _mm_packus_epi16(q, q);
}

// The first n bytes, at most 8.
static inline void StoreUpTo8(uint8_t* to, __m128i bytes, size_t n) {
  uint8_t all[16];
  _mm_storeu_si128(reinterpret_cast<__m128i*>(all), bytes);
  if (n >= 8) {
    __builtin_memcpy(to, all, 8);
  } else {
    __builtin_memcpy(to, all, n);
  }
}

}  // namespace octet::avx2::tflite

#endif  // OCTET_KERNELS_AVX2_TFLITE_STAGE_H_
