// add, mul, requantize and lookup: 64 bytes at a time. |q - zero_point| <= 255,
// so that all fits int16.

#include "kernels/elementwise.h"

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/vector_stage.h"

namespace octet::avx512vnni {
namespace {

constexpr size_t kBlock = 64;

static inline void StoreBlock(uint8_t* to, __m512i bytes, size_t n) {
  _mm512_mask_storeu_epi8(to, FirstLanes(n), bytes);
}

struct AddConstants {
  __m512i zero_point_a, multiplier_a;
  __m512i zero_point_b, multiplier_b;
  __m128i fraction_bits;
  VectorStage stage;
};

static inline __m512i AddWords(__m512i a, __m512i b, const AddConstants& k) {
  return SumToWords(ScaleAddend(a, k.zero_point_a, k.multiplier_a),
                    ScaleAddend(b, k.zero_point_b, k.multiplier_b),
                    k.fraction_bits, k.stage.zero_point);
}

struct MulConstants {
  __m512i zero_point_a, zero_point_b, multiplier;
  __m128i left, right;  // the one of a sign that is not negative
  VectorStage stage;
};

// ShiftAccumulator of products, but for the saturation, which packing does.
template <bool kLeft>
static inline __m512i ShiftProducts(__m512i products, const MulConstants& k) {
  if constexpr (!kLeft) return _mm512_sra_epi32(products, k.right);
  products = _mm512_max_epi32(products, _mm512_set1_epi32(INT16_MIN));
  products = _mm512_min_epi32(products, _mm512_set1_epi32(INT16_MAX));
  return _mm512_sll_epi32(products, k.left);
}

template <bool kLeft>
static inline __m512i MulWords(__m512i a, __m512i b, const MulConstants& k) {
  const __m512i x = _mm512_sub_epi16(a, k.zero_point_a);
  const __m512i y = _mm512_sub_epi16(b, k.zero_point_b);
  const __m512i low = _mm512_mullo_epi16(x, y);
  const __m512i high = _mm512_mulhi_epi16(x, y);
  const __m512i t = _mm512_packs_epi32(
      ShiftProducts<kLeft>(_mm512_unpacklo_epi16(low, high), k),
      ShiftProducts<kLeft>(_mm512_unpackhi_epi16(low, high), k));
  return ToWords(t, k.multiplier, k.stage.zero_point);
}

template <bool kLeft>
static inline void MulRows(const MulArgs& args, const MulConstants& k) {
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t row = 0; row < args.rows; ++row) {
    for (size_t i = 0; i < args.n; i += kBlock) {
      const Words x = Widen(Load(a + i));
      const Words y = Widen(Load(b + i));
      const __m512i bytes =
          ToBytes(MulWords<kLeft>(x.part0, y.part0, k),
                  MulWords<kLeft>(x.part1, y.part1, k), k.stage);
      StoreBlock(output + i, bytes, args.n - i);
    }
    a += args.n;
    b += args.b_stride;
    output += args.n;
  }
}

// How q - zero_point becomes t: exact on |q - zero_point| <= 255.
struct ScaleConstants {
  __m512i zero_point, multiplier;
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
          _mm512_set1_epi16(args.multiplier),
          _mm_cvtsi32_si128(exact_left),
          _mm_cvtsi32_si128(right),
          left - exact_left,
          MakeVectorStage(args.stage, kFractionBits)};
}

static inline __m512i ScaleWords(__m512i words, const ScaleConstants& k) {
  __m512i t = _mm512_sub_epi16(words, k.zero_point);
  t = _mm512_sra_epi16(_mm512_sll_epi16(t, k.left), k.right);
  for (int i = 0; i < k.doublings; ++i) t = _mm512_adds_epi16(t, t);
  return ToWords(t, k.multiplier, k.stage.zero_point);
}

// A table of 256 bytes as 128 words: vpermi2w picks from 64 of them.
struct Table {
  __m512i words0, words1;  // bytes 0-63, 64-127
  __m512i words2, words3;
};

// table[index] of each word; indices are 0 ... 255.
static inline __m512i LookUp(__m512i index, const Table& table) {
  const __m512i word = _mm512_srli_epi16(index, 1);
  const __mmask32 upper =
      _mm512_test_epi16_mask(index, _mm512_set1_epi16(0x80));
  const __m512i pairs = _mm512_mask_blend_epi16(
      upper, _mm512_permutex2var_epi16(table.words0, word, table.words1),
      _mm512_permutex2var_epi16(table.words2, word, table.words3));
  // The odd byte of a pair comes down from bit 8.
  const __m512i odd = _mm512_and_si512(index, _mm512_set1_epi16(1));
  return _mm512_srlv_epi16(pairs, _mm512_slli_epi16(odd, 3));
}

}  // namespace

void Add(const AddArgs& args) {
  const AddConstants k = {ZeroPointWords(args.zero_point_a),
                          _mm512_set1_epi16(args.multiplier_a),
                          ZeroPointWords(args.zero_point_b),
                          _mm512_set1_epi16(args.multiplier_b),
                          _mm_cvtsi32_si128(args.fraction_bits),
                          MakeVectorStage(args.stage, args.fraction_bits)};
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    const Words wide_a = Widen(Load(a + i));
    const Words wide_b = Widen(Load(b + i));
    const __m512i bytes =
        ToBytes(AddWords(wide_a.part0, wide_b.part0, k),
                AddWords(wide_a.part1, wide_b.part1, k), k.stage);
    StoreBlock(output + i, bytes, args.n - i);
  }
}

void Mul(const MulArgs& args) {
  const MulConstants k = {ZeroPointWords(args.zero_point_a),
                          ZeroPointWords(args.zero_point_b),
                          _mm512_set1_epi16(args.multiplier),
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
    const Words words = Widen(Load(input + i));
    const __m512i bytes = ToBytes(ScaleWords(words.part0, k),
                                  ScaleWords(words.part1, k), k.stage);
    StoreBlock(output + i, bytes, args.n - i);
  }
}

void Lookup(const LookupArgs& args) {
  const Table table = {Load(args.table), Load(args.table + 64),
                       Load(args.table + 128), Load(args.table + 192)};
  const __m512i low_bytes = _mm512_set1_epi16(0xFF);
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    const __m512i bytes = Load(input + i);
    const __m512i even = LookUp(_mm512_and_si512(bytes, low_bytes), table);
    const __m512i odd = LookUp(_mm512_srli_epi16(bytes, 8), table);
    const __m512i merged = _mm512_mask_blend_epi8(0xAAAAAAAAAAAAAAAA, even,
                                                  _mm512_slli_epi16(odd, 8));
    StoreBlock(output + i, merged, args.n - i);
  }
}

}  // namespace octet::avx512vnni
