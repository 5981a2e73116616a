// winograd_conv: 16 products of int16 matrices by smlal.
//
//   cells of all tiles ─Bt d B─► int16 [16 positions][tile][input channel]
//   for each panel of output channels:
//     for each position: tiles x weights ─► int32 [16 positions][tile][kNr]
//     for each tile: At m A ─► requantized as gemm does ─► 2x2 pixels
//
// Both arrays lie in the workspace. The products are wide_products.h's, of
// eight input channels at a time.

#include "kernels/winograd_conv.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/gemm_panel.h"
#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/wide_products.h"
#include "kernels/winograd_workspace.h"

namespace octet::neon {
namespace {

constexpr size_t kNr = kWideNr;
constexpr size_t kVectors = kNr / 4;
// Input channels that are transformed, and multiplied, at a time.
constexpr size_t kChannels = 8;
// Of the sums of a tile at one position.
constexpr size_t kSumBytes = kNr * 4;
constexpr size_t kWeightBytes = kNr * 2;  // of an input channel

constexpr int32_t kZeros[kNr] = {};

// Four values along a row or a column.
struct Four {
  int16x8_t at0, at1, at2, at3;
};

// A column of cells, from channel `at` on.
[[gnu::always_inline]] static inline Four LoadColumn(const void* const* cells,
                                                     size_t at) {
  const auto load = [&](size_t row) {
    return vmovl_s8(vld1_s8(static_cast<const int8_t*>(cells[4 * row]) + at));
  };
  return {load(0), load(1), load(2), load(3)};
}

[[gnu::always_inline]] static inline Four TransformInput(const Four& d) {
  return {vsubq_s16(d.at0, d.at2), vaddq_s16(d.at1, d.at2),
          vsubq_s16(d.at2, d.at1), vsubq_s16(d.at1, d.at3)};
}

[[gnu::always_inline]] static inline void StoreFour(const Four& values,
                                                    uint8_t* to,
                                                    size_t stride) {
  const auto store = [](uint8_t* at, int16x8_t value) {
    vst1q_s16(reinterpret_cast<int16_t*>(at), value);
  };
  store(to, values.at0);
  store(to + stride, values.at1);
  store(to + 2 * stride, values.at2);
  store(to + 3 * stride, values.at3);
}

void TransformTile(const WinogradTile& tile, size_t c, size_t position_bytes,
                   uint8_t* to) {
  const size_t row = 4 * position_bytes;
  for (size_t at = 0; at < c; at += kChannels, to += 2 * kChannels) {
    const Four t0 = TransformInput(LoadColumn(tile.cells, at));
    const Four t1 = TransformInput(LoadColumn(tile.cells + 1, at));
    const Four t2 = TransformInput(LoadColumn(tile.cells + 2, at));
    const Four t3 = TransformInput(LoadColumn(tile.cells + 3, at));
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

// All tiles at all positions with one panel.
void MultiplyPanel(const WinogradConvArgs& args, const WinogradWorkspace& w,
                   const uint8_t* panel) {
  WideOperands in = {};
  in.row_bytes = w.row_bytes;
  in.weights = panel + PanelLayoutOf(kNr).weights;
  in.k = args.c;
  for (size_t p = 0; p < kWinogradPositions; ++p) {
    in.start = p == kWinogradBiasPosition
                   ? panel
                   : reinterpret_cast<const uint8_t*>(kZeros);
    in.activations = w.inputs + p * w.position_bytes;
    MultiplyWide(in, args.num_tiles, w.sums + p * w.sum_position_bytes,
                 kSumBytes);
    in.weights += args.c * kWeightBytes;
  }
}

// What a column of four sums gives to the upper and the lower pixels.
struct Two {
  int32x4_t upper, lower;
};

[[gnu::always_inline]] static inline Two TransformColumn(const uint8_t* sums,
                                                         size_t row_bytes) {
  const int32x4_t m1 = LoadSums(sums + row_bytes);
  const int32x4_t m2 = LoadSums(sums + 2 * row_bytes);
  return {vaddq_s32(vaddq_s32(LoadSums(sums), m1), m2),
          vsubq_s32(vsubq_s32(m1, m2), LoadSums(sums + 3 * row_bytes))};
}

// A tile's pixels, two by two.
struct Pixels {
  Tile<2, kVectors> upper, lower;
};

[[gnu::always_inline]] static inline Pixels TransformSums(
    const uint8_t* sums, size_t position_bytes) {
  const size_t row_bytes = 4 * position_bytes;
  Pixels pixels;
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v, sums += 16) {
    const Two s0 = TransformColumn(sums, row_bytes);
    const Two s1 = TransformColumn(sums + position_bytes, row_bytes);
    const Two s2 = TransformColumn(sums + 2 * position_bytes, row_bytes);
    const Two s3 = TransformColumn(sums + 3 * position_bytes, row_bytes);
    pixels.upper.sum[0][v] = vaddq_s32(vaddq_s32(s0.upper, s1.upper), s2.upper);
    pixels.upper.sum[1][v] = vsubq_s32(vsubq_s32(s1.upper, s2.upper), s3.upper);
    pixels.lower.sum[0][v] = vaddq_s32(vaddq_s32(s0.lower, s1.lower), s2.lower);
    pixels.lower.sum[1][v] = vsubq_s32(vsubq_s32(s1.lower, s2.lower), s3.lower);
  }
  return pixels;
}

// One or two neighbouring pixels. `addend`: the first one's residual.
template <bool kResidual>
[[gnu::always_inline]] static inline void StorePixels(
    const GemmPanel<kNr>& p, const Tile<2, kVectors>& pixels, size_t columns,
    const uint8_t* addend, uint8_t* to) {
  if (columns == 2) {
    StoreTile<kResidual>(p, pixels, addend, to);
    return;
  }
  Tile<1, kVectors> first;
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    first.sum[0][v] = pixels.sum[0][v];
  }
  StoreTile<kResidual>(p, first, addend, to);
}

template <bool kResidual>
void StorePanel(const WinogradConvArgs& args, const WinogradWorkspace& w,
                const GemmPanel<kNr>& p, size_t first_channel) {
  for (size_t i = 0; i < args.num_tiles; ++i) {
    const WinogradTile& tile = args.tiles[i];
    const Pixels pixels =
        TransformSums(w.sums + i * kSumBytes, w.sum_position_bytes);
    uint8_t* to = static_cast<uint8_t*>(tile.output) + first_channel;
    const uint8_t* addend =
        kResidual ? static_cast<const uint8_t*>(tile.residual) + first_channel
                  : nullptr;
    StorePixels<kResidual>(p, pixels.upper, tile.output_columns, addend, to);
    if (tile.output_rows < 2) continue;
    if (kResidual) addend += args.output_row_stride;
    StorePixels<kResidual>(p, pixels.lower, tile.output_columns, addend,
                           to + args.output_row_stride);
  }
}

}  // namespace

void WinogradConv(const WinogradConvArgs& args) {
  const WinogradWorkspace w = LayOutWinogradWorkspace(args, kChannels, kNr);
  for (size_t i = 0; i < args.num_tiles; ++i) {
    TransformTile(args.tiles[i], args.c, w.position_bytes,
                  w.inputs + i * w.row_bytes);
  }
  const int fraction_bits =
      args.adds_residual ? args.residual.fraction_bits : kFractionBits;
  const VectorStage stage = MakeVectorStage(args.stage, fraction_bits);
  const Residual residual = {nullptr, args.output_pixel_stride,
                             vdup_n_s8(args.residual.zero_point),
                             vdupq_n_s16(args.residual.multiplier),
                             vdupq_n_s16(static_cast<int16_t>(-fraction_bits))};
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    MultiplyPanel(args, w, panel);
    const GemmPanel<kNr> p = {nullptr,
                              0,
                              0,
                              nullptr,
                              panel,
                              LeftShift<kNr>(panel + PanelLayoutOf(kNr).shift),
                              stage,
                              residual,
                              Family::kGemm,
                              nullptr,
                              args.output_pixel_stride,
                              args.n - c};
    if (args.adds_residual) {
      StorePanel<true>(args, w, p, c);
    } else {
      StorePanel<false>(args, w, p, c);
    }
  }
}

}  // namespace octet::neon
