// winograd_conv: 16 products of matrices by the inner loop of gemm_6x16.
//
//   cells of all tiles ─Bt d B─► int16 [16 positions][tile][input channel]
//   for each panel of 16 output channels:
//     for each position: tiles x weights ─► int32 [16 positions][tile][16]
//     for each tile: At m A ─► requantized ─► 2x2 pixels
//
// Both arrays lie in the workspace. The products of a panel stay in L1; those
// of a position read 6 tiles and a block of weights from there too.

#include "kernels/winograd_conv.h"

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/tile_6x16.h"
#include "kernels/avx2/vector_stage.h"
#include "kernels/gemm.h"
#include "kernels/winograd_workspace.h"

namespace octet::avx2 {
namespace {

constexpr size_t kMr = 6;
constexpr size_t kNr = 16;
constexpr size_t kKr = 2;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);
// Input channels that are transformed at a time.
constexpr size_t kChannels = 16;
// Of the sums of a tile at one position.
constexpr size_t kSumBytes = kNr * 4;

constexpr int32_t kZeros[kNr] = {};

// Four values along a row or a column.
struct Four {
  __m256i at0, at1, at2, at3;
};

// A column of cells, from channel `at` on.
static inline Four LoadColumn(const void* const* cells, size_t at) {
  const auto load = [&](size_t row) {
    const uint8_t* cell = static_cast<const uint8_t*>(cells[4 * row]);
    return _mm256_cvtepu8_epi16(Load128(cell + at));
  };
  return {load(0), load(1), load(2), load(3)};
}

static inline Four TransformInput(const Four& d) {
  return {_mm256_sub_epi16(d.at0, d.at2), _mm256_add_epi16(d.at1, d.at2),
          _mm256_sub_epi16(d.at2, d.at1), _mm256_sub_epi16(d.at1, d.at3)};
}

static inline void StoreFour(const Four& values, uint8_t* to, size_t stride) {
  Store256(to, values.at0);
  Store256(to + stride, values.at1);
  Store256(to + 2 * stride, values.at2);
  Store256(to + 3 * stride, values.at3);
}

void TransformTile(const WinogradTile& tile, size_t c, size_t position_bytes,
                   uint8_t* to) {
  for (size_t at = 0; at < c; at += kChannels, to += 2 * kChannels) {
    const Four t0 = TransformInput(LoadColumn(tile.cells, at));
    const Four t1 = TransformInput(LoadColumn(tile.cells + 1, at));
    const Four t2 = TransformInput(LoadColumn(tile.cells + 2, at));
    const Four t3 = TransformInput(LoadColumn(tile.cells + 3, at));
    const size_t row = 4 * position_bytes;
    StoreFour(TransformInput({t0.at0, t1.at0, t2.at0, t3.at0}), to,
              position_bytes);
    StoreFour(TransformInput({t0.at1, t1.at1, t2.at1, t3.at1}), to + row,
              position_bytes);
    StoreFour(TransformInput({t0.at2, t1.at2, t2.at2, t3.at2}), to + 2 * row,
              position_bytes);
    StoreFour(TransformInput({t0.at3, t1.at3, t2.at3, t3.at3}), to + 3 * row,
              position_bytes);
  }
}

static inline void StoreRow(const TileRow& row, uint8_t* to) {
  Store256(to, row.sum0);
  Store256(to + 32, row.sum1);
}

// The products of kM tiles at one position.
template <size_t kM>
void MultiplyRows(const TileOperands& in, uint8_t* to) {
  const Tile t = Accumulate<kM, kNr>(in);
  StoreRow(t.row0, to);
  if (kM > 1) StoreRow(t.row1, to + kSumBytes);
  if (kM > 2) StoreRow(t.row2, to + 2 * kSumBytes);
  if (kM > 3) StoreRow(t.row3, to + 3 * kSumBytes);
  if (kM > 4) StoreRow(t.row4, to + 4 * kSumBytes);
  if (kM > 5) StoreRow(t.row5, to + 5 * kSumBytes);
}

void MultiplyRest(size_t tiles, const TileOperands& in, uint8_t* to) {
  switch (tiles) {
    case 1:
      return MultiplyRows<1>(in, to);
    case 2:
      return MultiplyRows<2>(in, to);
    case 3:
      return MultiplyRows<3>(in, to);
    case 4:
      return MultiplyRows<4>(in, to);
    default:
      return MultiplyRows<5>(in, to);
  }
}

// All tiles at all positions with one panel.
void MultiplyPanel(const WinogradConvArgs& args, const WinogradWorkspace& w,
                   const uint8_t* panel) {
  TileOperands in = {};
  in.row_bytes = w.row_bytes;
  in.k_bytes = (args.c + kKr - 1) / kKr * kKr * 2;
  in.weights = panel + kLayout.weights;
  for (size_t p = 0; p < kWinogradPositions; ++p) {
    in.start = p == kWinogradBiasPosition
                   ? panel
                   : reinterpret_cast<const uint8_t*>(kZeros);
    in.activations = w.inputs + p * w.position_bytes;
    uint8_t* to = w.sums + p * w.sum_position_bytes;
    size_t left = args.num_tiles;
    for (; left >= kMr; left -= kMr, to += kMr * kSumBytes) {
      MultiplyRows<kMr>(in, to);
      in.activations += kMr * w.row_bytes;
    }
    if (left > 0) MultiplyRest(left, in, to);
    in.weights += in.k_bytes * kNr;
  }
}

// What a column of four sums gives to the upper and the lower pixels.
struct Two {
  __m256i upper, lower;
};

static inline Two TransformColumn(const uint8_t* sums, size_t row_bytes) {
  const __m256i m1 = Load256(sums + row_bytes);
  const __m256i m2 = Load256(sums + 2 * row_bytes);
  return {_mm256_add_epi32(_mm256_add_epi32(Load256(sums), m1), m2),
          _mm256_sub_epi32(_mm256_sub_epi32(m1, m2),
                           Load256(sums + 3 * row_bytes))};
}

// The sums of a tile's four pixels, 8 channels.
struct Pixels {
  __m256i sum00, sum01, sum10, sum11;
};

static inline Pixels TransformSums(const uint8_t* sums, size_t position_bytes) {
  const size_t row_bytes = 4 * position_bytes;
  const Two s0 = TransformColumn(sums, row_bytes);
  const Two s1 = TransformColumn(sums + position_bytes, row_bytes);
  const Two s2 = TransformColumn(sums + 2 * position_bytes, row_bytes);
  const Two s3 = TransformColumn(sums + 3 * position_bytes, row_bytes);
  const auto left = [](__m256i a, __m256i b, __m256i c) {
    return _mm256_add_epi32(_mm256_add_epi32(a, b), c);
  };
  const auto right = [](__m256i b, __m256i c, __m256i d) {
    return _mm256_sub_epi32(_mm256_sub_epi32(b, c), d);
  };
  return {
      left(s0.upper, s1.upper, s2.upper), right(s1.upper, s2.upper, s3.upper),
      left(s0.lower, s1.lower, s2.lower), right(s1.lower, s2.lower, s3.lower)};
}

// What is the same for all tiles of a panel.
struct PanelOutput {
  const uint8_t* panel;
  size_t first;     // channel
  size_t channels;  // written a pixel, at most 16
  ptrdiff_t pixel_stride;
  VectorStage stage;
  VectorResidual residual;
};

// One or two neighbouring pixels. `addend`: the first one's residual.
template <bool kResidual>
static inline void StorePair(const TileRow& pixel0, const TileRow& pixel1,
                             const PanelOutput& out, size_t pixels,
                             const uint8_t* addend, uint8_t* to) {
  const __m256i words0 = RowToWords<false, kResidual>(
      pixel0, out.panel, out.stage, out.residual, addend);
  if (kResidual && pixels == 2) addend += out.pixel_stride;
  const __m256i words1 = RowToWords<false, kResidual>(
      pixel1, out.panel, out.stage, out.residual, addend);
  const __m256i bytes = UndoPackingBy4(ToBytes(words0, words1, out.stage));
  StoreUpTo16(to, _mm256_castsi256_si128(bytes), out.channels);
  if (pixels < 2) return;
  StoreUpTo16(to + out.pixel_stride, _mm256_extracti128_si256(bytes, 1),
              out.channels);
}

template <bool kResidual>
void StorePanel(const WinogradConvArgs& args, const WinogradWorkspace& w,
                const PanelOutput& out) {
  for (size_t i = 0; i < args.num_tiles; ++i) {
    const WinogradTile& tile = args.tiles[i];
    const uint8_t* sums = w.sums + i * kSumBytes;
    const Pixels low = TransformSums(sums, w.sum_position_bytes);
    const Pixels high = TransformSums(sums + 32, w.sum_position_bytes);
    uint8_t* to = static_cast<uint8_t*>(tile.output) + out.first;
    const uint8_t* addend =
        kResidual ? static_cast<const uint8_t*>(tile.residual) + out.first
                  : nullptr;
    StorePair<kResidual>({low.sum00, high.sum00}, {low.sum01, high.sum01}, out,
                         tile.output_columns, addend, to);
    if (tile.output_rows < 2) continue;
    if (kResidual) addend += args.output_row_stride;
    StorePair<kResidual>({low.sum10, high.sum10}, {low.sum11, high.sum11}, out,
                         tile.output_columns, addend,
                         to + args.output_row_stride);
  }
}

}  // namespace

void WinogradConv6x16(const WinogradConvArgs& args) {
  const WinogradWorkspace w = LayOutWinogradWorkspace(args, kChannels, kNr);
  for (size_t i = 0; i < args.num_tiles; ++i) {
    TransformTile(args.tiles[i], args.c, w.position_bytes,
                  w.inputs + i * w.row_bytes);
  }
  PanelOutput out = {
      static_cast<const uint8_t*>(args.packed_weights),
      0,
      kNr,
      args.output_pixel_stride,
      MakeVectorStage(args.stage, args.adds_residual
                                      ? args.residual.fraction_bits
                                      : kFractionBits),
      MakeVectorResidual(args.residual)};
  for (; out.first < args.n; out.first += kNr, out.panel += args.panel_bytes) {
    MultiplyPanel(args, w, out.panel);
    if (args.n - out.first < kNr) out.channels = args.n - out.first;
    if (args.adds_residual) {
      StorePanel<true>(args, w, out);
    } else {
      StorePanel<false>(args, w, out);
    }
  }
}

}  // namespace octet::avx2
