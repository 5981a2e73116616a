// From int32 accumulators to stored bytes: requantize.h, 16 channels at a time.
//
// The stored byte is q + 128, so the stage works on q + 128 from the start:
//   byte = clamp_u8(saturate_int16(r + 64 * (zero_point + 128) + 32) >> 6)
// Where saturation strikes here or in requantize.h, the value lies outside
// [-128, 127] on the same side in both, and the clamps make it the same bound.

#ifndef OCTET_KERNELS_AVX2_VECTOR_STAGE_H_
#define OCTET_KERNELS_AVX2_VECTOR_STAGE_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/activation_form.h"
#include "kernels/gemm.h"
#include "kernels/requantize.h"

namespace octet::avx2 {

struct VectorStage {
  __m256i zero_point;  // int16: (zero_point + 128) steps, and half a step
  __m256i clamp_min;   // u8
  __m256i clamp_max;
};

// `fraction_bits` of the sums that will be rounded.
static inline VectorStage MakeVectorStage(const OutputStage& stage,
                                          int fraction_bits) {
  const int zero_point = ZeroPointInForm(stage.zero_point, ActivationForm::kU8);
  const int half = (1 << fraction_bits) >> 1;
  return {_mm256_set1_epi16(
              static_cast<int16_t>((zero_point << fraction_bits) + half)),
          _mm256_set1_epi8(static_cast<char>(stage.clamp_min ^ 0x80)),
          _mm256_set1_epi8(static_cast<char>(stage.clamp_max ^ 0x80))};
}

static inline __m256i Load256(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

static inline __m128i Load128(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

static inline void Store256(void* to, __m256i value) {
  _mm256_storeu_si256(static_cast<__m256i*>(to), value);
}

static inline void Store128(void* to, __m128i value) {
  _mm_storeu_si128(static_cast<__m128i*>(to), value);
}

static inline bool AnyLeftShift(LeftShifts shifts) {
  return shifts != LeftShifts::kNone;
}

// ShiftAccumulator, but for the saturation, which packing does. kLeft: some
// shift is negative.
template <bool kLeft>
static inline __m256i Shift(__m256i accumulator, __m256i shift) {
  if constexpr (!kLeft) return _mm256_srav_epi32(accumulator, shift);
  const __m256i zero = _mm256_setzero_si256();
  const __m256i right = _mm256_max_epi32(shift, zero);
  const __m256i left = _mm256_max_epi32(_mm256_sub_epi32(zero, shift), zero);
  // Lanes that are shifted right are clamped here rather than by packing.
  __m256i t = _mm256_srav_epi32(accumulator, right);
  t = _mm256_max_epi32(t, _mm256_set1_epi32(INT16_MIN));
  t = _mm256_min_epi32(t, _mm256_set1_epi32(INT16_MAX));
  return _mm256_sllv_epi32(t, left);
}

// From r to q + 128, still int16 and not clamped.
static inline __m256i RoundToWords(__m256i r, const VectorStage& stage) {
  return _mm256_srai_epi16(_mm256_adds_epi16(r, stage.zero_point),
                           kFractionBits);
}

// From accumulators to r, int16.
template <bool kLeft>
static inline __m256i ScaleSums(__m256i accumulator0, __m256i accumulator1,
                                __m256i shift0, __m256i shift1,
                                __m256i multiplier) {
  const __m256i t = _mm256_packs_epi32(Shift<kLeft>(accumulator0, shift0),
                                       Shift<kLeft>(accumulator1, shift1));
  return _mm256_mulhrs_epi16(t, multiplier);
}

// From accumulators to q + 128, int16, not clamped.
template <bool kLeft>
static inline __m256i ToWords(__m256i accumulator0, __m256i accumulator1,
                              __m256i shift0, __m256i shift1,
                              __m256i multiplier, const VectorStage& stage) {
  return RoundToWords(
      ScaleSums<kLeft>(accumulator0, accumulator1, shift0, shift1, multiplier),
      stage);
}

// Bytes as int16, in the order that vpackuswb undoes.
struct Words {
  __m256i part0;  // bytes 0-7, 16-23
  __m256i part1;  // bytes 8-15, 24-31
};

static inline Words Widen(__m256i bytes) {
  const __m256i zero = _mm256_setzero_si256();
  return {_mm256_unpacklo_epi8(bytes, zero), _mm256_unpackhi_epi8(bytes, zero)};
}

static inline __m256i ZeroPointWords(int8_t zero_point) {
  return _mm256_set1_epi16(
      static_cast<int16_t>(ZeroPointInForm(zero_point, ActivationForm::kU8)));
}

// ScaleAddend: (byte - zero_point) * 2^7 fits int16, times the multiplier.
static inline __m256i ScaleAddend(__m256i words, __m256i zero_point,
                                  __m256i multiplier) {
  const __m256i difference = _mm256_sub_epi16(words, zero_point);
  return _mm256_mulhrs_epi16(_mm256_slli_epi16(difference, 7), multiplier);
}

// Two shares of a sum to q + 128, int16, not clamped. `stage` has the same
// fraction_bits.
static inline __m256i SumToWords(__m256i addend_a, __m256i addend_b,
                                 __m128i fraction_bits,
                                 const VectorStage& stage) {
  const __m256i sum = _mm256_adds_epi16(addend_a, addend_b);
  return _mm256_sra_epi16(_mm256_adds_epi16(sum, stage.zero_point),
                          fraction_bits);
}

// What a layer adds to its output.
struct VectorResidual {
  const uint8_t* bytes;  // the pixel 0 of a panel; null: none
  ptrdiff_t stride;
  __m256i zero_point;
  __m256i multiplier;
  __m128i fraction_bits;
};

static inline VectorResidual MakeVectorResidual(const GemmResidual& residual) {
  return {static_cast<const uint8_t*>(residual.base), residual.pixel_stride,
          ZeroPointWords(residual.zero_point),
          _mm256_set1_epi16(residual.multiplier),
          _mm_cvtsi32_si128(residual.fraction_bits)};
}

// The stage of a gemm call: its sums have the residual's fraction_bits.
static inline VectorStage MakeVectorStage(const GemmArgs& args) {
  return MakeVectorStage(args.stage, args.residual.base == nullptr
                                         ? kFractionBits
                                         : args.residual.fraction_bits);
}

// From r and the residual's bytes, as words, to q + 128, int16, not clamped.
static inline __m256i AddResidual(__m256i r, __m256i words,
                                  const VectorResidual& residual,
                                  const VectorStage& stage) {
  return SumToWords(
      r, ScaleAddend(words, residual.zero_point, residual.multiplier),
      residual.fraction_bits, stage);
}

static inline __m256i ClampBytes(__m256i bytes, const VectorStage& stage) {
  return _mm256_min_epu8(_mm256_max_epu8(bytes, stage.clamp_min),
                         stage.clamp_max);
}

// Bytes from two vectors of words; within each 128-bit lane first those of
// words0, then those of words1.
static inline __m256i ToBytes(__m256i words0, __m256i words1,
                              const VectorStage& stage) {
  return ClampBytes(_mm256_packus_epi16(words0, words1), stage);
}

// As ToBytes, with the 16 bytes of words0 in the lower half and those of
// words1 in the upper half.
static inline __m256i ToBytesInOrder(__m256i words0, __m256i words1,
                                     const VectorStage& stage) {
  return _mm256_permute4x64_epi64(ToBytes(words0, words1, stage),
                                  _MM_SHUFFLE(3, 1, 2, 0));
}

// The order of bytes that two packings of four vectors of int32 (vpackssdw,
// vpackuswb) left, undone: groups of 4 lie in the order 0 2 4 6 1 3 5 7.
static inline __m256i UndoPackingBy4(__m256i bytes) {
  return _mm256_permutevar8x32_epi32(bytes,
                                     _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// Stores the first n < 16 bytes and no other.
static inline void StorePartial128(uint8_t* to, __m128i bytes, size_t n) {
  if (n & 8) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), bytes);
    bytes = _mm_unpackhi_epi64(bytes, bytes);
    to += 8;
  }
  if (n & 4) {
    const int32_t word = _mm_cvtsi128_si32(bytes);
    std::memcpy(to, &word, 4);
    bytes = _mm_srli_si128(bytes, 4);
    to += 4;
  }
  if (n & 2) {
    const int32_t word = _mm_cvtsi128_si32(bytes);
    std::memcpy(to, &word, 2);
    bytes = _mm_srli_si128(bytes, 2);
    to += 2;
  }
  if (n & 1) *to = static_cast<uint8_t>(_mm_cvtsi128_si32(bytes));
}

// Stores the first n bytes, at most 16.
static inline void StoreUpTo16(uint8_t* to, __m128i bytes, size_t n) {
  if (n >= 16) {
    Store128(to, bytes);
  } else {
    StorePartial128(to, bytes, n);
  }
}

// Stores the first n int32, at most 8.
static inline void StoreUpTo8Sums(uint8_t* to, __m256i sums, size_t n) {
  if (n >= 8) {
    Store256(to, sums);
    return;
  }
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i wanted =
      _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), lane);
  _mm256_maskstore_epi32(reinterpret_cast<int*>(to), wanted, sums);
}

// Stores the first n bytes, at most 32.
static inline void StoreUpTo32(uint8_t* to, __m256i bytes, size_t n) {
  if (n >= 32) {
    Store256(to, bytes);
    return;
  }
  __m128i rest = _mm256_castsi256_si128(bytes);
  if (n >= 16) {
    Store128(to, rest);
    rest = _mm256_extracti128_si256(bytes, 1);
    to += 16;
    n -= 16;
  }
  StorePartial128(to, rest, n);
}

}  // namespace octet::avx2

#endif  // OCTET_KERNELS_AVX2_VECTOR_STAGE_H_
