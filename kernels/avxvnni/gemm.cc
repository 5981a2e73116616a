// gemm by vpdpbusd: four activations of a pixel, broadcast, times four weights
// of 8 channels. Twelve sums, which is what covers the latency, leave room for
// the operands in 16 registers:
//
//     3x32   3 pixels x 4 vectors: 3 activations, 1 vector of weights
//     6x16   6 pixels x 2 vectors: 1 activation, 2 vectors of weights
//
// A call walks all tiles of a panel before the next one; rows are divided
// evenly. The orders of channels in table.cc make packing end in order.

#include "kernels/gemm.h"

#include "kernels/avxvnni/avxvnni_kernels.h"
#include "kernels/avxvnni/gemm_tile.h"
#include "kernels/vnni/tile_rows.h"

namespace octet::avxvnni {
namespace {

using avx2::Load128;
using avx2::Load256;

// The channels of a panel, and how their sums become bytes.
struct Panel : PanelProducts {
  const uint8_t* shift;
  const uint8_t* multiplier;
  size_t channels;
  avx2::VectorStage stage;
  avx2::VectorResidual residual;
  uint8_t* output;
  ptrdiff_t output_stride;
};

// From two vectors of sums, the first of them vector `v` of the panel, to
// q + 128. `residual`: what is added, as words in the same order.
template <bool kLeft, bool kResidual>
[[gnu::always_inline]] inline __m256i ToWords(const Panel& p, __m256i sum0,
                                              __m256i sum1, size_t v,
                                              __m256i residual) {
  const __m256i r =
      avx2::ScaleSums<kLeft>(sum0, sum1, Load256(p.shift + v * kVectorBytes),
                             Load256(p.shift + (v + 1) * kVectorBytes),
                             Load256(p.multiplier + v / 2 * kVectorBytes));
  if constexpr (!kResidual) return avx2::RoundToWords(r, p.stage);
  return avx2::AddResidual(r, residual, p.residual, p.stage);
}

template <bool kLeft, bool kResidual, size_t kRows>
[[gnu::always_inline]] inline void Store(const Panel& p,
                                         const Tile<kRows, 4>& tile,
                                         ptrdiff_t pixel) {
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r, ++pixel) {
    const auto& sum = tile.sum[r];
    avx2::Words residual = {};
    if constexpr (kResidual) {
      residual =
          avx2::Widen(Load256(p.residual.bytes + pixel * p.residual.stride));
    }
    const __m256i words0 =
        ToWords<kLeft, kResidual>(p, sum[0], sum[1], 0, residual.part0);
    const __m256i words1 =
        ToWords<kLeft, kResidual>(p, sum[2], sum[3], 2, residual.part1);
    avx2::StoreUpTo32(p.output + pixel * p.output_stride,
                      avx2::ToBytes(words0, words1, p.stage), p.channels);
  }
}

template <bool kLeft, bool kResidual, size_t kRows>
[[gnu::always_inline]] inline __m256i RowToWords(const Panel& p,
                                                 const Tile<kRows, 2>& tile,
                                                 size_t row, ptrdiff_t pixel) {
  __m256i residual = {};
  if constexpr (kResidual) {
    const uint8_t* from = p.residual.bytes + pixel * p.residual.stride;
    residual = _mm256_cvtepu8_epi16(Load128(from));
  }
  return ToWords<kLeft, kResidual>(p, tile.sum[row][0], tile.sum[row][1], 0,
                                   residual);
}

// Rows `row` and `next`, which may be the same one.
template <bool kLeft, bool kResidual, size_t kRows>
[[gnu::always_inline]] inline void Store(const Panel& p,
                                         const Tile<kRows, 2>& tile,
                                         ptrdiff_t pixel) {
  OCTET_UNROLL for (size_t row = 0; row < kRows; row += 2, pixel += 2) {
    const size_t next = row + 1 < kRows ? row + 1 : row;
    const ptrdiff_t next_pixel = pixel + static_cast<ptrdiff_t>(next - row);
    const __m256i words0 = RowToWords<kLeft, kResidual>(p, tile, row, pixel);
    const __m256i words1 =
        RowToWords<kLeft, kResidual>(p, tile, next, next_pixel);
    const __m256i bytes = avx2::ToBytesInOrder(words0, words1, p.stage);
    avx2::StoreUpTo16(p.output + pixel * p.output_stride,
                      _mm256_castsi256_si128(bytes), p.channels);
    if (next == row) break;
    avx2::StoreUpTo16(p.output + next_pixel * p.output_stride,
                      _mm256_extracti128_si256(bytes, 1), p.channels);
  }
}

// `count` tiles from pixel `pixel` on.
template <size_t kRows, size_t kVectors, bool kLeft, bool kResidual>
void RunTiles(const Panel& p, ptrdiff_t pixel, size_t count) {
  for (; count != 0; --count, pixel += kRows) {
    Tile<kRows, kVectors> tile;
    Accumulate(p, pixel, tile);
    Store<kLeft, kResidual>(p, tile, pixel);
  }
}

using TilesFunction = void (*)(const Panel& p, ptrdiff_t pixel, size_t count);

// [rows - 1] of a kernel, and its variants.
template <size_t kVectors, bool kLeft, bool kResidual>
TilesFunction TilesOf(size_t rows) {
  constexpr TilesFunction kLow[] = {RunTiles<1, kVectors, kLeft, kResidual>,
                                    RunTiles<2, kVectors, kLeft, kResidual>,
                                    RunTiles<3, kVectors, kLeft, kResidual>};
  if constexpr (kVectors == 4) {
    return kLow[rows - 1];
  } else {
    constexpr TilesFunction kHigh[] = {RunTiles<4, kVectors, kLeft, kResidual>,
                                       RunTiles<5, kVectors, kLeft, kResidual>,
                                       RunTiles<6, kVectors, kLeft, kResidual>};
    return rows <= 3 ? kLow[rows - 1] : kHigh[rows - 4];
  }
}

template <size_t kVectors>
TilesFunction TilesFor(const GemmArgs& args, size_t rows) {
  const bool left = args.left_shifts != LeftShifts::kNone;
  if (args.residual.base == nullptr) {
    return left ? TilesOf<kVectors, true, false>(rows)
                : TilesOf<kVectors, false, false>(rows);
  }
  return left ? TilesOf<kVectors, true, true>(rows)
              : TilesOf<kVectors, false, true>(rows);
}

template <size_t kMr, size_t kVectors>
void RunPanels(const GemmArgs& args) {
  constexpr size_t kNr = 8 * kVectors;
  constexpr PanelLayout kLayout = PanelLayoutOf(kNr);
  const vnni::TileRows t = vnni::DivideRows(args.m, kMr);
  const TilesFunction run = TilesFor<kVectors>(args, t.rows);
  const TilesFunction run_taller =
      t.taller == 0 ? run : TilesFor<kVectors>(args, t.rows + 1);
  Panel p;
  static_cast<PanelProducts&>(p) = ProductsOf(args);
  p.stage = avx2::MakeVectorStage(args);
  p.residual = avx2::MakeVectorResidual(args.residual);
  p.output = static_cast<uint8_t*>(args.output);
  p.output_stride = args.output_stride;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    p.channels = args.n - c < kNr ? args.n - c : kNr;
    p.bias = panel;
    p.shift = panel + kLayout.shift;
    p.multiplier = panel + kLayout.multiplier;
    p.weights = panel + kLayout.weights;
    run_taller(p, 0, t.taller);
    run(p, static_cast<ptrdiff_t>(t.taller * (t.rows + 1)), t.tiles - t.taller);
    p.output += kNr;
    if (p.residual.bytes != nullptr) p.residual.bytes += kNr;
  }
}

}  // namespace

void Gemm3x32(const GemmArgs& args) { RunPanels<3, 4>(args); }
void Gemm6x16(const GemmArgs& args) { RunPanels<6, 2>(args); }

}  // namespace octet::avxvnni
