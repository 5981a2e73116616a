// gemm on a tile of 6 pixels x 16 channels: 12 accumulators, 2 registers of
// weights, 1 of activations and 1 product fill the 16 registers.
//
// vpmaddwd multiplies pairs of int16 exactly: weights lie in the panel widened,
// activations are widened into the workspace once a call and serve all panels.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"
#include "kernels/avx2/widen.h"

namespace octet::avx2 {
namespace {

constexpr size_t kMr = 6;
constexpr size_t kNr = 16;
constexpr size_t kKr = 2;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

// Rows of widened activations, and a panel.
struct TileInput {
  const uint8_t* activations;
  size_t row_bytes;  // from pixel to pixel: all runs, a multiple of 4
  const uint8_t* panel;
};

// The sums of one pixel.
struct Row {
  __m256i sum0;  // channels 0-7
  __m256i sum1;  // channels 8-15
};

// The sums of a tile. Named members rather than an array: compilers keep them
// in registers with and without loop unrolling.
struct Tile {
  Row row0, row1, row2, row3, row4, row5;
};

// kChannels: 16, or 8 in a last panel that has no more; sum1 stays what it is.
template <size_t kChannels>
static inline void MultiplyAdd(const uint8_t* pair, __m256i weights0,
                               __m256i weights1, Row& row) {
  const __m256i activations = BroadcastPair(pair);
  row.sum0 =
      _mm256_add_epi32(row.sum0, _mm256_madd_epi16(activations, weights0));
  if (kChannels == 8) return;
  row.sum1 =
      _mm256_add_epi32(row.sum1, _mm256_madd_epi16(activations, weights1));
}

template <size_t kM, size_t kChannels>
static inline Tile Accumulate(const TileInput& in) {
  const Row bias = {Load256(in.panel), Load256(in.panel + 32)};
  Tile t = {bias, bias, bias, bias, bias, bias};
  const uint8_t* weights = in.panel + kLayout.weights;
  const size_t stride = in.row_bytes;
  // Two pointers and a stride reach six rows: few registers, short addresses.
  const uint8_t* a = in.activations;
  const uint8_t* b = in.activations + 3 * stride;
  const uint8_t* const end = a + stride;
  for (; a != end; a += 4, b += 4, weights += 64) {
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

// Where a tile goes and how it gets there.
struct TileOutput {
  uint8_t* bytes;
  ptrdiff_t stride;
  size_t channels;  // written a pixel, at most 16
  VectorStage stage;
  VectorResidual residual;
};

template <bool kLeft, bool kResidual>
static inline __m256i RowToWords(const Row& row, const uint8_t* panel,
                                 const TileOutput& out, size_t pixel) {
  const __m256i r = ScaleSums<kLeft>(
      row.sum0, row.sum1, Load256(panel + kLayout.shift),
      Load256(panel + kLayout.shift + 32), Load256(panel + kLayout.multiplier));
  if constexpr (!kResidual) return RoundToWords(r, out.stage);
  const VectorResidual& residual = out.residual;
  const uint8_t* from =
      residual.bytes + static_cast<ptrdiff_t>(pixel) * residual.stride;
  // In the order of r, which vpackssdw made.
  const __m128i bytes =
      _mm_shuffle_epi32(Load128(from), _MM_SHUFFLE(3, 1, 2, 0));
  return AddResidual(r, _mm256_cvtepu8_epi16(bytes), residual, out.stage);
}

// Pixels `first` and, if it is below kM, first + 1.
template <bool kLeft, bool kResidual, size_t kM, size_t kFirst>
static inline void StoreRows(const Row& row0, const Row& row1,
                             const uint8_t* panel, const TileOutput& out) {
  if constexpr (kFirst >= kM) return;
  constexpr bool kBoth = kFirst + 1 < kM;
  const __m256i words0 = RowToWords<kLeft, kResidual>(row0, panel, out, kFirst);
  const __m256i words1 =
      kBoth ? RowToWords<kLeft, kResidual>(row1, panel, out, kFirst + 1)
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

// Inlined wherever it is used, so that the tile stays in registers.
template <bool kLeft, size_t kM>
[[gnu::always_inline]] static inline void StoreTile(const Tile& t,
                                                    const uint8_t* panel,
                                                    const TileOutput& out) {
  if (out.residual.bytes == nullptr) {
    StoreAllRows<kLeft, false, kM>(t, panel, out);
  } else {
    StoreAllRows<kLeft, true, kM>(t, panel, out);
  }
}

// Out of line, so that storing with left shifts, which is rare and needs many
// registers, costs the loop none.
template <size_t kM>
[[gnu::noinline]] void AccumulateTo(const TileInput& in, Tile* t) {
  *t = Accumulate<kM, kNr>(in);
}

template <bool kLeft, size_t kM>
static inline void FullPanel(const TileInput& in, const TileOutput& out) {
  if constexpr (kLeft) {
    Tile t;
    AccumulateTo<kM>(in, &t);
    StoreTile<true, kM>(t, in.panel, out);
  } else {
    StoreTile<false, kM>(Accumulate<kM, kNr>(in), in.panel, out);
  }
}

// The last panel, of at most 8 channels.
template <bool kLeft, size_t kM>
[[gnu::noinline]] void HalfPanel(const TileInput& in, const TileOutput& out) {
  StoreTile<kLeft, kM>(Accumulate<kM, kNr / 2>(in), in.panel, out);
}

template <bool kLeft, size_t kM>
void Panels(const GemmArgs& args, size_t padded_k) {
  TileInput in = {static_cast<const uint8_t*>(args.workspace), 2 * padded_k,
                  static_cast<const uint8_t*>(args.packed_weights)};
  TileOutput out = {static_cast<uint8_t*>(args.output), args.output_stride, kNr,
                    MakeVectorStage(args), MakeVectorResidual(args.residual)};
  size_t left = args.n;
  for (; left > kNr / 2; left -= out.channels) {
    out.channels = left < kNr ? left : kNr;
    FullPanel<kLeft, kM>(in, out);
    in.panel += args.panel_bytes;
    out.bytes += kNr;
    if (out.residual.bytes != nullptr) out.residual.bytes += kNr;
  }
  out.channels = left;
  if (left != 0) HalfPanel<kLeft, kM>(in, out);
}

template <size_t kM>
void Rows(const GemmArgs& args, size_t padded_k) {
  if (AnyLeftShift(args.left_shifts)) {
    Panels<true, kM>(args, padded_k);
  } else {
    Panels<false, kM>(args, padded_k);
  }
}

}  // namespace

void Gemm6x16(const GemmArgs& args) {
  const size_t padded_k = WidenRuns(args, kKr);
  static_assert(kMr == 6);
  switch (args.m) {
    case 1:
      return Rows<1>(args, padded_k);
    case 2:
      return Rows<2>(args, padded_k);
    case 3:
      return Rows<3>(args, padded_k);
    case 4:
      return Rows<4>(args, padded_k);
    case 5:
      return Rows<5>(args, padded_k);
    default:
      return Rows<6>(args, padded_k);
  }
}

}  // namespace octet::avx2
