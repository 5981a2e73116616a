// Sums of a tile of 6 pixels x 16 channels, and where they go; the inner loop
// of gemm_6x16 and winograd_conv: 12 accumulators, 2 registers of weights, 1 of
// activations and 1 product fill the 16 registers.
//
// vpmaddwd multiplies pairs of int16 exactly.

#ifndef OCTET_KERNELS_AVX2_TILE_6X16_H_
#define OCTET_KERNELS_AVX2_TILE_6X16_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/vector_stage.h"
#include "kernels/avx2/widen.h"
#include "kernels/gemm.h"

namespace octet::avx2 {

// Rows of int16 activations, and a block of weights [k / 2][16][2].
struct TileOperands {
  const uint8_t* activations;
  size_t row_bytes;      // from row to row
  size_t k_bytes;        // of each row, a multiple of 4
  const uint8_t* start;  // int32[16]: what the sums begin with
  const uint8_t* weights;
};

// The sums of one row.
struct TileRow {
  __m256i sum0;  // channels 0-7
  __m256i sum1;  // channels 8-15
};

// The sums of a tile. Named members rather than an array: compilers keep them
// in registers with and without loop unrolling.
struct Tile {
  TileRow row0, row1, row2, row3, row4, row5;
};

// kChannels: 16, or 8 in a last panel that has no more; sum1 stays what it is.
template <size_t kChannels>
static inline void MultiplyAdd(const uint8_t* pair, __m256i weights0,
                               __m256i weights1, TileRow& row) {
  const __m256i activations = BroadcastPair(pair);
  row.sum0 =
      _mm256_add_epi32(row.sum0, _mm256_madd_epi16(activations, weights0));
  if (kChannels == 8) return;
  row.sum1 =
      _mm256_add_epi32(row.sum1, _mm256_madd_epi16(activations, weights1));
}

// How far ahead weights are fetched, in bytes: beyond what the hardware does by
// itself, for those that lie behind the L2 cache.
constexpr size_t kWeightsAhead = 4096;

// The first kM rows; the others keep what they begin with. Inlined, since a
// function of its own would keep the sums where it returns them.
template <size_t kM, size_t kChannels>
[[gnu::always_inline]] static inline Tile Accumulate(const TileOperands& in) {
  const TileRow start = {Load256(in.start), Load256(in.start + 32)};
  Tile t = {start, start, start, start, start, start};
  const uint8_t* weights = in.weights;
  const size_t stride = in.row_bytes;
  // Two pointers and a stride reach six rows: few registers, short addresses.
  const uint8_t* a = in.activations;
  const uint8_t* b = in.activations + 3 * stride;
  const uint8_t* const end = a + in.k_bytes;
  for (; a != end; a += 4, b += 4, weights += 64) {
    _mm_prefetch(reinterpret_cast<const char*>(weights) + kWeightsAhead,
                 _MM_HINT_T0);
    const __m256i w0 = Load256(weights);
    const __m256i w1 = Load256(weights + 32);
    MultiplyAdd<kChannels>(a, w0, w1, t.row0);
    if (kM > 1) MultiplyAdd<kChannels>(a + stride, w0, w1, t.row1);
    if (kM > 2) MultiplyAdd<kChannels>(a + 2 * stride, w0, w1, t.row2);
    if (kM > 3) MultiplyAdd<kChannels>(b, w0, w1, t.row3);
    if (kM > 4) MultiplyAdd<kChannels>(b + stride, w0, w1, t.row4);
    if (kM > 5) MultiplyAdd<kChannels>(b + 2 * stride, w0, w1, t.row5);
  }
  return t;
}

// From the sums of a row, of a panel of 16 channels, to q + 128, int16, not
// clamped, in the order that vpackssdw left. `addend`: the residual's bytes for
// these channels, if kResidual.
template <bool kLeft, bool kResidual>
static inline __m256i RowToWords(const TileRow& row, const uint8_t* panel,
                                 const VectorStage& stage,
                                 const VectorResidual& residual,
                                 const uint8_t* addend) {
  constexpr PanelLayout kLayout = PanelLayoutOf(16);
  const __m256i r = ScaleSums<kLeft>(
      row.sum0, row.sum1, Load256(panel + kLayout.shift),
      Load256(panel + kLayout.shift + 32), Load256(panel + kLayout.multiplier));
  if constexpr (!kResidual) return RoundToWords(r, stage);
  const __m128i bytes =
      _mm_shuffle_epi32(Load128(addend), _MM_SHUFFLE(3, 1, 2, 0));
  return AddResidual(r, _mm256_cvtepu8_epi16(bytes), residual, stage);
}

// Where a tile goes and how it gets there.
struct TileOutput {
  uint8_t* bytes;
  ptrdiff_t stride;
  size_t channels;  // written a pixel, at most 16
  VectorStage stage;
  VectorResidual residual;
};

// Pixels kFirst and, if it is below kM, kFirst + 1. Inlined, here and below: a
// function that takes the address of sums would keep them in memory.
template <bool kLeft, bool kResidual, size_t kM, size_t kFirst>
[[gnu::always_inline]] static inline void StoreRows(const TileRow& row0,
                                                    const TileRow& row1,
                                                    const uint8_t* panel,
                                                    const TileOutput& out) {
  if constexpr (kFirst >= kM) return;
  constexpr bool kBoth = kFirst + 1 < kM;
  const uint8_t* addend =
      kResidual ? out.residual.bytes +
                      static_cast<ptrdiff_t>(kFirst) * out.residual.stride
                : nullptr;
  const __m256i words0 = RowToWords<kLeft, kResidual>(row0, panel, out.stage,
                                                      out.residual, addend);
  if constexpr (kResidual) addend += out.residual.stride;
  const __m256i words1 = kBoth
                             ? RowToWords<kLeft, kResidual>(
                                   row1, panel, out.stage, out.residual, addend)
                             : words0;
  const __m256i bytes = UndoPackingBy4(ToBytes(words0, words1, out.stage));
  uint8_t* to = out.bytes + static_cast<ptrdiff_t>(kFirst) * out.stride;
  StoreUpTo16(to, _mm256_castsi256_si128(bytes), out.channels);
  if constexpr (kBoth) {
    StoreUpTo16(to + out.stride, _mm256_extracti128_si256(bytes, 1),
                out.channels);
  }
}

template <bool kLeft, bool kResidual, size_t kM>
[[gnu::always_inline]] static inline void StoreAllRows(const Tile& t,
                                                       const uint8_t* panel,
                                                       const TileOutput& out) {
  StoreRows<kLeft, kResidual, kM, 0>(t.row0, t.row1, panel, out);
  StoreRows<kLeft, kResidual, kM, 2>(t.row2, t.row3, panel, out);
  StoreRows<kLeft, kResidual, kM, 4>(t.row4, t.row5, panel, out);
}

}  // namespace octet::avx2

#endif  // OCTET_KERNELS_AVX2_TILE_6X16_H_
