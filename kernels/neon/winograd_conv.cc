// winograd_conv: 16 products of int16 matrices by smlal.
//
//   cells of all tiles ─Bt d B─► int16 [16 positions][tile][input channel]
//   for each panel of output channels:
//     for each position: tiles x weights ─► int32 [16 positions][tile][kNr]
//     for each tile: At m A ─► requantized as gemm does ─► 2x2 pixels
//
// Both arrays lie in the workspace. smlal multiplies four output channels with
// one activation, a lane of a vector of eight input channels.

#include "kernels/winograd_conv.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/gemm_panel.h"
#include "kernels/neon/neon_kernels.h"
#include "kernels/winograd_workspace.h"

namespace octet::neon {
namespace {

constexpr size_t kMr = 4;
#if defined(__aarch64__)
constexpr size_t kNr = 16;
#else
constexpr size_t kNr = 8;  // as many sums as ARMv7 has registers for
#endif
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

// Adds the products of eight output channels with one activation.
template <int kLane>
[[gnu::always_inline]] static inline void MultiplyAdd8(int32x4_t* sum,
                                                       int16x8_t weights,
                                                       int16x8_t activations) {
#if defined(__aarch64__)
  // asm statements, as in vector_stage.h; x: a lane is one of v0 to v15.
  asm("smlal %0.4s, %1.4h, %2.h[%3]"
      : "+w"(sum[0])
      : "w"(weights), "x"(activations), "i"(kLane));
  asm("smlal2 %0.4s, %1.8h, %2.h[%3]"
      : "+w"(sum[1])
      : "w"(weights), "x"(activations), "i"(kLane));
#else
  const int16x4_t half =
      kLane < 4 ? vget_low_s16(activations) : vget_high_s16(activations);
  sum[0] = vmlal_lane_s16(sum[0], vget_low_s16(weights), half, kLane % 4);
  sum[1] = vmlal_lane_s16(sum[1], vget_high_s16(weights), half, kLane % 4);
#endif
}

// One input channel: activations from lane kLane of every row.
template <int kLane, size_t kRows>
[[gnu::always_inline]] static inline void MultiplyChannel(
    const int16x8_t* activations, const uint8_t* weights,
    Tile<kRows, kVectors>& tile) {
  int16x8_t w[kVectors / 2];
  OCTET_UNROLL for (size_t v = 0; v < kVectors / 2; ++v) {
    w[v] = LoadWords(weights + 16 * v);
  }
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors / 2; ++v) {
      MultiplyAdd8<kLane>(&tile.sum[r][2 * v], w[v], activations[r]);
    }
  }
}

// What the products of a position read.
struct Operands {
  const uint8_t* start;  // of the sums: the biases, or zeros
  const uint8_t* activations;
  size_t row_bytes;
  const uint8_t* weights;
  size_t c;
};

// The products of kRows tiles at one position.
template <size_t kRows>
void MultiplyRows(const Operands& in, uint8_t* to) {
  Tile<kRows, kVectors> tile;
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    const int32x4_t start = LoadSums(in.start + 16 * v);
    OCTET_UNROLL for (auto& sum : tile.sum) sum[v] = start;
  }
  const uint8_t* weights = in.weights;
  const uint8_t* from[kRows];
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    from[r] = in.activations + r * in.row_bytes;
  }
  int16x8_t a[kRows];
  size_t left = in.c;
  for (; left >= kChannels; left -= kChannels) {
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      a[r] = LoadWords(from[r]);
      from[r] += 2 * kChannels;
    }
    MultiplyChannel<0, kRows>(a, weights, tile);
    MultiplyChannel<1, kRows>(a, weights + kWeightBytes, tile);
    MultiplyChannel<2, kRows>(a, weights + 2 * kWeightBytes, tile);
    MultiplyChannel<3, kRows>(a, weights + 3 * kWeightBytes, tile);
    MultiplyChannel<4, kRows>(a, weights + 4 * kWeightBytes, tile);
    MultiplyChannel<5, kRows>(a, weights + 5 * kWeightBytes, tile);
    MultiplyChannel<6, kRows>(a, weights + 6 * kWeightBytes, tile);
    MultiplyChannel<7, kRows>(a, weights + 7 * kWeightBytes, tile);
    weights += kChannels * kWeightBytes;
  }
  for (; left != 0; --left, weights += kWeightBytes) {
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      a[r] = vld1q_dup_s16(reinterpret_cast<const int16_t*>(from[r]));
      from[r] += 2;
    }
    MultiplyChannel<0, kRows>(a, weights, tile);
  }
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      vst1q_s32(reinterpret_cast<int32_t*>(to + r * kSumBytes + 16 * v),
                tile.sum[r][v]);
    }
  }
}

// All tiles at all positions with one panel.
void MultiplyPanel(const WinogradConvArgs& args, const WinogradWorkspace& w,
                   const uint8_t* panel) {
  Operands in = {};
  in.row_bytes = w.row_bytes;
  in.weights = panel + PanelLayoutOf(kNr).weights;
  in.c = args.c;
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
    for (; left != 0; --left, to += kSumBytes) {
      MultiplyRows<1>(in, to);
      in.activations += w.row_bytes;
    }
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
    const GemmPanel<kNr> p = {
        nullptr,   0,
        0,         nullptr,
        panel,     LeftShift<kNr>(panel + PanelLayoutOf(kNr).shift),
        stage,     residual,
        nullptr,   args.output_pixel_stride,
        args.n - c};
    if (args.adds_residual) {
      StorePanel<true>(args, w, p, c);
    } else {
      StorePanel<false>(args, w, p, c);
    }
  }
}

}  // namespace octet::neon
