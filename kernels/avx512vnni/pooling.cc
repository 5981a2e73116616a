// max_pool and average_pool: 64 channels at a time over the cells of a window.

#include "kernels/pooling.h"

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/vector_stage.h"

namespace octet::avx512vnni {
namespace {

constexpr size_t kBlock = 64;

// Calls visit(input of the block's first cell, output, channels) for each
// window and block of channels.
template <typename Visit>
static inline void ForEachBlock(const PoolArgs& args, Visit visit) {
  const uint8_t* window = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t x = 0; x < args.output_width; ++x) {
    for (size_t c = 0; c < args.channels; c += kBlock) {
      visit(window + c, output + c, FirstLanes(args.channels - c));
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
      visit(Load(cell));
    }
  }
}

// Sums of 64 channels, in the order that packing undoes.
struct Sums {
  __m512i sum0, sum1, sum2, sum3;
};

// Cells in int16 sums, which hold 257 of them, before they join int32 sums.
constexpr size_t kCellsAtOnce = 256;

static inline void Flush(__m512i& low, __m512i& high, Sums& sums) {
  const __m512i zero = _mm512_setzero_si512();
  sums.sum0 = _mm512_add_epi32(sums.sum0, _mm512_unpacklo_epi16(low, zero));
  sums.sum1 = _mm512_add_epi32(sums.sum1, _mm512_unpackhi_epi16(low, zero));
  sums.sum2 = _mm512_add_epi32(sums.sum2, _mm512_unpacklo_epi16(high, zero));
  sums.sum3 = _mm512_add_epi32(sums.sum3, _mm512_unpackhi_epi16(high, zero));
  low = high = zero;
}

static inline Sums SumOfWindow(const PoolArgs& args, const uint8_t* window) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i bias = _mm512_set1_epi32(args.bias);
  Sums sums = {bias, bias, bias, bias};
  __m512i low = zero;
  __m512i high = zero;
  size_t room = kCellsAtOnce;
  ForEachCell(args, window, [&](__m512i cell) {
    low = _mm512_add_epi16(low, _mm512_unpacklo_epi8(cell, zero));
    high = _mm512_add_epi16(high, _mm512_unpackhi_epi8(cell, zero));
    if (--room != 0) return;
    Flush(low, high, sums);
    room = kCellsAtOnce;
  });
  Flush(low, high, sums);
  return sums;
}

// ShiftAccumulator with a shift that may be negative, but for the saturation of
// right shifts, which packing does.
static inline __m512i ShiftEitherWay(__m512i accumulator, __m512i shift) {
  const __m512i zero = _mm512_setzero_si512();
  const __mmask16 left = _mm512_cmplt_epi32_mask(shift, zero);
  const __m512i clamped = _mm512_min_epi32(
      _mm512_max_epi32(accumulator, _mm512_set1_epi32(INT16_MIN)),
      _mm512_set1_epi32(INT16_MAX));
  return _mm512_mask_sllv_epi32(_mm512_srav_epi32(accumulator, shift), left,
                                clamped, _mm512_sub_epi32(zero, shift));
}

static inline __m512i Pack(__m512i sum0, __m512i sum1, __m512i shift) {
  return _mm512_packs_epi32(ShiftEitherWay(sum0, shift),
                            ShiftEitherWay(sum1, shift));
}

}  // namespace

void MaxPool(const PoolArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  ForEachBlock(args, [&](const uint8_t* window, uint8_t* to, __mmask64 mask) {
    __m512i largest = stage.clamp_min;
    ForEachCell(args, window, [&](__m512i cell) {
      largest = _mm512_max_epu8(largest, cell);
    });
    _mm512_mask_storeu_epi8(to, mask,
                            _mm512_min_epu8(largest, stage.clamp_max));
  });
}

void AveragePool(const PoolArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const __m512i shift = _mm512_set1_epi32(args.shift);
  const __m512i multiplier = _mm512_set1_epi16(args.multiplier);
  ForEachBlock(args, [&](const uint8_t* window, uint8_t* to, __mmask64 mask) {
    const Sums s = SumOfWindow(args, window);
    const __m512i words0 =
        ToWords(Pack(s.sum0, s.sum1, shift), multiplier, stage.zero_point);
    const __m512i words1 =
        ToWords(Pack(s.sum2, s.sum3, shift), multiplier, stage.zero_point);
    _mm512_mask_storeu_epi8(to, mask, ToBytes(words0, words1, stage));
  });
}

}  // namespace octet::avx512vnni
