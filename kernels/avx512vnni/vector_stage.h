// From int32 accumulators to stored bytes: requantize.h, 64 values at a time.
//
// The stored byte is q + 128, so the stage works on q + 128 from the start:
//   byte = clamp(saturate_int16(r + 64 * (zero_point + 128) + 32) >> 6)
// Where saturation strikes here or in requantize.h, the value lies outside
// [-128, 127] on the same side in both, and the clamps make it the same bound.

#ifndef OCTET_KERNELS_AVX512VNNI_VECTOR_STAGE_H_
#define OCTET_KERNELS_AVX512VNNI_VECTOR_STAGE_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/activation_form.h"
#include "kernels/gemm.h"
#include "kernels/requantize.h"

namespace octet::avx512vnni {

static inline __m512i Load(const void* from) {
  return _mm512_loadu_si512(from);
}

// The value, in a register. Otherwise g++ 12 takes back loads from memory and
// repeats them at every use, where registers are free.
static inline __m512i Keep(__m512i value) {
  asm("" : "+v"(value));
  return value;
}

// The first n of 64 lanes, n >= 1.
static inline __mmask64 FirstLanes(size_t n) {
  return n >= 64 ? ~uint64_t{0} : (uint64_t{1} << n) - 1;
}

struct VectorStage {
  __m512i zero_point;  // int16: (zero_point + 128) steps, and half a step
  __m512i clamp_min;   // u8
  __m512i clamp_max;
  bool clamps;  // to less than int8, which packing clamps to
};

// `fraction_bits` of the sums that will be rounded.
static inline VectorStage MakeVectorStage(const OutputStage& stage,
                                          int fraction_bits) {
  const int zero_point = ZeroPointInForm(stage.zero_point, ActivationForm::kU8);
  const int half = (1 << fraction_bits) >> 1;
  return {_mm512_set1_epi16(
              static_cast<int16_t>((zero_point << fraction_bits) + half)),
          _mm512_set1_epi8(static_cast<char>(stage.clamp_min ^ 0x80)),
          _mm512_set1_epi8(static_cast<char>(stage.clamp_max ^ 0x80)),
          stage.clamp_min != INT8_MIN || stage.clamp_max != INT8_MAX};
}

// From t to q + 128, int16, not clamped.
static inline __m512i ToWords(__m512i t, __m512i multiplier,
                              __m512i zero_point) {
  const __m512i r = _mm512_mulhrs_epi16(t, multiplier);
  return _mm512_srai_epi16(_mm512_adds_epi16(r, zero_point), kFractionBits);
}

// Bytes as int16, in the order that vpackuswb undoes.
struct Words {
  __m512i part0;  // the lower half of each 128-bit lane
  __m512i part1;
};

static inline Words Widen(__m512i bytes) {
  const __m512i zero = _mm512_setzero_si512();
  return {_mm512_unpacklo_epi8(bytes, zero), _mm512_unpackhi_epi8(bytes, zero)};
}

static inline __m512i ZeroPointWords(int8_t zero_point) {
  return _mm512_set1_epi16(
      static_cast<int16_t>(ZeroPointInForm(zero_point, ActivationForm::kU8)));
}

// ScaleAddend: (byte - zero_point) * 2^7 fits int16, times the multiplier.
static inline __m512i ScaleAddend(__m512i words, __m512i zero_point,
                                  __m512i multiplier) {
  const __m512i difference = _mm512_sub_epi16(words, zero_point);
  return _mm512_mulhrs_epi16(_mm512_slli_epi16(difference, 7), multiplier);
}

// Two shares of a sum to q + 128, int16, not clamped. `zero_point` is that of a
// stage with the same fraction_bits.
static inline __m512i SumToWords(__m512i addend_a, __m512i addend_b,
                                 __m128i fraction_bits, __m512i zero_point) {
  const __m512i sum = _mm512_adds_epi16(addend_a, addend_b);
  return _mm512_sra_epi16(_mm512_adds_epi16(sum, zero_point), fraction_bits);
}

// Within each 128-bit lane the bytes of words0, then those of words1.
static inline __m512i ToBytes(__m512i words0, __m512i words1,
                              const VectorStage& stage) {
  const __m512i bytes = _mm512_packus_epi16(words0, words1);
  if (!stage.clamps) return bytes;
  return _mm512_min_epu8(_mm512_max_epu8(bytes, stage.clamp_min),
                         stage.clamp_max);
}

// The shifts of a panel of up to 64 channels, as
//   t = clamp(accumulator, low, high) << left >> right
// with left or right 0. A channel with a left shift clamps to int16, others do
// not clamp. What is common costs one instruction a vector: right. Bounded left
// shifts cost one more, saturating ones three.
struct PanelShifts {
  const uint8_t* right;
  const uint8_t* left;  // or null
  const uint8_t* low;   // or null
  const uint8_t* high;
  alignas(64) int32_t parts[4][64];
};

// `shift`: int32[nr] in the panel, nr a multiple of 16.
static inline void SplitShifts(const uint8_t* shift, size_t nr,
                               LeftShifts left_shifts, PanelShifts& shifts) {
  shifts.right = shift;
  shifts.left = shifts.low = shifts.high = nullptr;
  if (left_shifts == LeftShifts::kNone) return;
  const __m512i zero = _mm512_setzero_si512();
  for (size_t i = 0; i < nr; i += 16) {
    const __m512i both = Load(shift + 4 * i);
    const __m512i right = _mm512_max_epi32(both, zero);
    const __mmask16 is_left = _mm512_cmplt_epi32_mask(both, zero);
    _mm512_store_si512(shifts.parts[0] + i, right);
    _mm512_store_si512(shifts.parts[1] + i, _mm512_sub_epi32(right, both));
    _mm512_store_si512(shifts.parts[2] + i,
                       _mm512_mask_set1_epi32(_mm512_set1_epi32(INT32_MIN),
                                              is_left, INT16_MIN));
    _mm512_store_si512(shifts.parts[3] + i,
                       _mm512_mask_set1_epi32(_mm512_set1_epi32(INT32_MAX),
                                              is_left, INT16_MAX));
  }
  shifts.right = reinterpret_cast<const uint8_t*>(shifts.parts[0]);
  shifts.left = reinterpret_cast<const uint8_t*>(shifts.parts[1]);
  if (left_shifts != LeftShifts::kSaturating) return;
  shifts.low = reinterpret_cast<const uint8_t*>(shifts.parts[2]);
  shifts.high = reinterpret_cast<const uint8_t*>(shifts.parts[3]);
}

// Dword j of 128-bit lane i becomes dword i of lane j. What was packed from
// four vectors, four bytes of each in every lane, comes into their order.
static inline __m512i TransposeLanes(__m512i bytes) {
  const __m512i order =
      _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, bytes);
}

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_VECTOR_STAGE_H_
