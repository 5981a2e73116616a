// add, mul and requantize: 32 bytes at a time. |q - zero_point| <= 255, so that
// all fits int16.

#include "kernels/elementwise.h"

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"

namespace octet::avx2 {
namespace {

constexpr size_t kBlock = 32;

struct AddConstants {
  __m256i zero_point_a, multiplier_a;
  __m256i zero_point_b, multiplier_b;
  __m128i fraction_bits;
  VectorStage stage;
};

static inline __m256i AddWords(__m256i a, __m256i b, const AddConstants& k) {
  return SumToWords(ScaleAddend(a, k.zero_point_a, k.multiplier_a),
                    ScaleAddend(b, k.zero_point_b, k.multiplier_b),
                    k.fraction_bits, k.stage);
}

static inline __m256i AddBlock(__m256i a, __m256i b, const AddConstants& k) {
  const Words wide_a = Widen(a);
  const Words wide_b = Widen(b);
  return ToBytes(AddWords(wide_a.part0, wide_b.part0, k),
                 AddWords(wide_a.part1, wide_b.part1, k), k.stage);
}

struct MulConstants {
  __m256i zero_point_a, zero_point_b, multiplier;
  __m128i left, right;  // the one of a sign that is not negative
  VectorStage stage;
};

// ShiftAccumulator of products, but for the saturation, which packing does.
template <bool kLeft>
static inline __m256i ShiftProducts(__m256i products, const MulConstants& k) {
  if constexpr (!kLeft) return _mm256_sra_epi32(products, k.right);
  products = _mm256_max_epi32(products, _mm256_set1_epi32(INT16_MIN));
  products = _mm256_min_epi32(products, _mm256_set1_epi32(INT16_MAX));
  return _mm256_sll_epi32(products, k.left);
}

template <bool kLeft>
static inline __m256i MulWords(__m256i a, __m256i b, const MulConstants& k) {
  const __m256i x = _mm256_sub_epi16(a, k.zero_point_a);
  const __m256i y = _mm256_sub_epi16(b, k.zero_point_b);
  const __m256i low = _mm256_mullo_epi16(x, y);
  const __m256i high = _mm256_mulhi_epi16(x, y);
  const __m256i t = _mm256_packs_epi32(
      ShiftProducts<kLeft>(_mm256_unpacklo_epi16(low, high), k),
      ShiftProducts<kLeft>(_mm256_unpackhi_epi16(low, high), k));
  return RoundToWords(_mm256_mulhrs_epi16(t, k.multiplier), k.stage);
}

template <bool kLeft>
static inline void MulRows(const MulArgs& args, const MulConstants& k) {
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t row = 0; row < args.rows; ++row) {
    for (size_t i = 0; i < args.n; i += kBlock) {
      const Words x = Widen(Load256(a + i));
      const Words y = Widen(Load256(b + i));
      const __m256i bytes =
          ToBytes(MulWords<kLeft>(x.part0, y.part0, k),
                  MulWords<kLeft>(x.part1, y.part1, k), k.stage);
      StoreUpTo32(output + i, bytes, args.n - i);
    }
    a += args.n;
    b += args.b_stride;
    output += args.n;
  }
}

// How q - zero_point becomes t: exact on |q - zero_point| <= 255.
struct ScaleConstants {
  __m256i zero_point, multiplier;
  __m128i left, right;  // one of them is 0
  int doublings;        // the part of a left shift that may saturate
  VectorStage stage;
};

static inline ScaleConstants MakeScaleConstants(const RequantizeArgs& args) {
  const int left = args.shift < 0 ? -args.shift : 0;
  // A left shift by 7 cannot overflow, and a right shift by 15 leaves the sign.
  const int exact_left = left < 7 ? left : 7;
  const int right = Clamp(args.shift, 0, 15);
  return {ZeroPointWords(args.zero_point_input),
          _mm256_set1_epi16(args.multiplier),
          _mm_cvtsi32_si128(exact_left),
          _mm_cvtsi32_si128(right),
          left - exact_left,
          MakeVectorStage(args.stage, kFractionBits)};
}

static inline __m256i ScaleWords(__m256i words, const ScaleConstants& k) {
  __m256i t = _mm256_sub_epi16(words, k.zero_point);
  t = _mm256_sra_epi16(_mm256_sll_epi16(t, k.left), k.right);
  for (int i = 0; i < k.doublings; ++i) t = _mm256_adds_epi16(t, t);
  return RoundToWords(_mm256_mulhrs_epi16(t, k.multiplier), k.stage);
}

static inline __m256i ScaleBlock(__m256i bytes, const ScaleConstants& k) {
  const Words words = Widen(bytes);
  return ToBytes(ScaleWords(words.part0, k), ScaleWords(words.part1, k),
                 k.stage);
}

}  // namespace

void Add(const AddArgs& args) {
  const AddConstants k = {ZeroPointWords(args.zero_point_a),
                          _mm256_set1_epi16(args.multiplier_a),
                          ZeroPointWords(args.zero_point_b),
                          _mm256_set1_epi16(args.multiplier_b),
                          _mm_cvtsi32_si128(args.fraction_bits),
                          MakeVectorStage(args.stage, args.fraction_bits)};
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    const __m256i sum = AddBlock(Load256(a + i), Load256(b + i), k);
    StoreUpTo32(output + i, sum, args.n - i);
  }
}

void Mul(const MulArgs& args) {
  const MulConstants k = {ZeroPointWords(args.zero_point_a),
                          ZeroPointWords(args.zero_point_b),
                          _mm256_set1_epi16(args.multiplier),
                          _mm_cvtsi32_si128(-args.shift),
                          _mm_cvtsi32_si128(args.shift),
                          MakeVectorStage(args.stage, kFractionBits)};
  if (args.shift < 0) {
    MulRows<true>(args, k);
  } else {
    MulRows<false>(args, k);
  }
}

void Requantize(const RequantizeArgs& args) {
  const ScaleConstants k = MakeScaleConstants(args);
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    StoreUpTo32(output + i, ScaleBlock(Load256(input + i), k), args.n - i);
  }
}

}  // namespace octet::avx2
