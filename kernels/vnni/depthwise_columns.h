// depthwise_conv K x K for both instruction sets that have vpdpbusd, in two
// steps. First columns of kWindow input rows are interleaved into a buffer,
// four rows of a channel side by side:
//
//   rows 0-3: a quad of vectors    |a0 b0 c0 d0|a1 b1 c1 d1| ...
//   rows 4-7: another, if K > 3    |e0 f0 g0 h0|e1 f1 g1 h1| ...
//
// Then each output multiplies K neighbouring columns. All output rows that lie
// in the window share its columns: output row o takes the window's rows
// o * stride ... + K - 1, and its weights have zeros for the other rows. For
// K = 5 and stride 1 there are four: 40 products an output where 25 taps need
// at least 28, but 4 shuffles rather than 56.
//
// Vectors tells how a folder does it:
//   Register, kBytes, kRows (output rows at once, as registers allow)
//   Panel, ForEachPanel(args, visit(panel, first channel))
//   Load, Splat, Interleave (four rows to a Quad), Bias, MultiplyAdd,
//   StorePixel

#ifndef OCTET_KERNELS_VNNI_DEPTHWISE_COLUMNS_H_
#define OCTET_KERNELS_VNNI_DEPTHWISE_COLUMNS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"

namespace octet::vnni {

// How a window of input rows is divided.
template <size_t kKernel, size_t kStride>
struct ColumnShape {
  static constexpr size_t kWindow = kKernel <= 3 ? 4 : 8;  // input rows
  static constexpr size_t kQuads = kWindow / 4;
  static constexpr size_t kOutputs = (kWindow - kKernel) / kStride + 1;  // rows
  static constexpr size_t kGroups = kKernel * kQuads;  // of 4 taps, an output
  static constexpr size_t kPositions = kOutputs * kGroups * 4;
};

template <size_t kPositions>
struct TapOrder {
  uint8_t at[kPositions];
};

// Output row by output row, column by column, the window's rows.
template <size_t kKernel, size_t kStride>
constexpr auto MakeColumnTapOrder() {
  using Shape = ColumnShape<kKernel, kStride>;
  TapOrder<Shape::kPositions> order = {};
  size_t position = 0;
  for (size_t output = 0; output < Shape::kOutputs; ++output) {
    const size_t first = output * kStride;
    for (size_t kx = 0; kx < kKernel; ++kx) {
      for (size_t row = 0; row < Shape::kWindow; ++row) {
        const bool inside = row >= first && row < first + kKernel;
        order.at[position++] =
            inside ? static_cast<uint8_t>((row - first) * kKernel + kx)
                   : kNoTap;
      }
    }
  }
  return order;
}

// `base` for any stride and dilation, made into that of one kernel.
template <size_t kKernel, size_t kStride>
constexpr DepthwiseConvDescriptor ColumnDescriptor(
    DepthwiseConvDescriptor base, const char* name,
    const TapOrder<ColumnShape<kKernel, kStride>::kPositions>& order) {
  base.name = name;
  base.max_rows = ColumnShape<kKernel, kStride>::kOutputs;
  base.kernel_h = base.kernel_w = kKernel;
  base.stride_h = base.stride_w = kStride;
  base.dilation_h = base.dilation_w = 1;
  base.tap_order = order.at;
  base.tap_positions = ColumnShape<kKernel, kStride>::kPositions;
  return base;
}

// What is common to the pixels of a panel.
template <typename Vectors>
struct ColumnCall {
  const DepthwiseConvArgs& args;
  const typename Vectors::Panel& panel;
  ptrdiff_t channel;  // the panel's first one
  const uint8_t* rows[8];
  const uint8_t* zeros;  // a column outside
};

// Columns `first` ... of the input, interleaved.
template <typename Vectors, size_t kQuads>
static inline void FillColumns(const ColumnCall<Vectors>& call, ptrdiff_t first,
                               size_t columns, typename Vectors::Quad* to) {
  for (size_t i = 0; i < columns; ++i) {
    const ptrdiff_t x = first + static_cast<ptrdiff_t>(i);
    const bool inside = static_cast<size_t>(x) < call.args.input_columns;
    const ptrdiff_t at = inside ? x * call.args.pixel_stride : 0;
#pragma GCC unroll 2
    for (size_t q = 0; q < kQuads; ++q, ++to) {
      const uint8_t* const* rows = call.rows + 4 * q;
      *to = Vectors::Interleave(
          Vectors::Load((inside ? rows[0] : call.zeros) + at),
          Vectors::Load((inside ? rows[1] : call.zeros) + at),
          Vectors::Load((inside ? rows[2] : call.zeros) + at),
          Vectors::Load((inside ? rows[3] : call.zeros) + at));
    }
  }
}

// Two neighbouring pixels of one or two output rows.
template <typename Vectors>
struct ColumnTile {
  typename Vectors::Quad row0_pixel0, row0_pixel1, row1_pixel0, row1_pixel1;
};

template <typename Vectors, size_t kRows, size_t kGroups>
[[gnu::always_inline]] static inline void AccumulateColumns(
    const uint8_t* taps0, const uint8_t* taps1, const uint8_t* weights,
    ColumnTile<Vectors>& tile) {
  constexpr size_t kQuadBytes = 4 * Vectors::kBytes;
  for (size_t group = kGroups; group != 0; --group) {
#pragma GCC unroll 4
    for (size_t v = 0; v < 4; ++v) {
      const size_t at = v * Vectors::kBytes;
      const auto pixel0 = Vectors::LoadHere(taps0 + at);
      const auto pixel1 = Vectors::LoadHere(taps1 + at);
      const auto w0 = Vectors::LoadHere(weights + at);
      Vectors::MultiplyAdd(tile.row0_pixel0.at[v], pixel0, w0);
      Vectors::MultiplyAdd(tile.row0_pixel1.at[v], pixel1, w0);
      if constexpr (kRows == 2) {
        const auto w1 = Vectors::LoadHere(weights + kGroups * kQuadBytes + at);
        Vectors::MultiplyAdd(tile.row1_pixel0.at[v], pixel0, w1);
        Vectors::MultiplyAdd(tile.row1_pixel1.at[v], pixel1, w1);
      }
    }
    taps0 += kQuadBytes;
    taps1 += kQuadBytes;
    weights += kQuadBytes;
  }
}

// Where a stretch of pixels goes.
struct ColumnOutput {
  uint8_t* to;
  size_t rows;  // those of the tile that exist
};

// `pixels` outputs of kRows rows, the first of which takes the weights at
// `weights`.
template <typename Vectors, size_t kKernel, size_t kStride, size_t kRows,
          bool kLeft>
[[gnu::noinline]] void RunPixels(const ColumnCall<Vectors>& call,
                                 const typename Vectors::Quad* columns,
                                 const uint8_t* weights, size_t pixels,
                                 ColumnOutput output) {
  using Shape = ColumnShape<kKernel, kStride>;
  constexpr size_t kStep = kStride * Shape::kQuads * 4 * Vectors::kBytes;
  const ptrdiff_t pixel_stride = call.args.output_pixel_stride;
  const ptrdiff_t row_stride = call.args.output_row_stride;
  const uint8_t* taps = reinterpret_cast<const uint8_t*>(columns);
  for (size_t x = 0; x < pixels; x += 2) {
    const auto bias = Vectors::Bias(call.panel);
    ColumnTile<Vectors> tile = {bias, bias, bias, bias};
    AccumulateColumns<Vectors, kRows, Shape::kGroups>(taps, taps + kStep,
                                                      weights, tile);
    const bool both = x + 1 < pixels;
    Vectors::template StorePixel<kLeft>(call.panel, tile.row0_pixel0,
                                        output.to);
    if (both) {
      Vectors::template StorePixel<kLeft>(call.panel, tile.row0_pixel1,
                                          output.to + pixel_stride);
    }
    if (kRows == 2 && output.rows > 1) {
      uint8_t* to = output.to + row_stride;
      Vectors::template StorePixel<kLeft>(call.panel, tile.row1_pixel0, to);
      if (both) {
        Vectors::template StorePixel<kLeft>(call.panel, tile.row1_pixel1,
                                            to + pixel_stride);
      }
    }
    taps += 2 * kStep;
    output.to += 2 * pixel_stride;
  }
}

// All output rows of a panel, a stretch of columns at a time.
template <typename Vectors, size_t kKernel, size_t kStride, bool kLeft>
[[gnu::noinline]] void RunPanel(const ColumnCall<Vectors>& call) {
  using Shape = ColumnShape<kKernel, kStride>;
  constexpr size_t kPixels = kStride == 1 ? 16 : 8;
  constexpr size_t kColumns = (kPixels - 1) * kStride + kKernel;
  constexpr size_t kRows =
      Shape::kOutputs < Vectors::kRows ? Shape::kOutputs : Vectors::kRows;
  const DepthwiseConvArgs& args = call.args;
  typename Vectors::Quad columns[kColumns * Shape::kQuads];
  for (size_t x = 0; x < args.output_width; x += kPixels) {
    const size_t left = args.output_width - x;
    const size_t pixels = left < kPixels ? left : kPixels;
    // Of an even number of pixels, since two are computed at a time.
    const size_t filled = (pixels + pixels % 2 - 1) * kStride + kKernel;
    FillColumns<Vectors, Shape::kQuads>(
        call, args.first_column + static_cast<ptrdiff_t>(x * kStride), filled,
        columns);
    uint8_t* to = static_cast<uint8_t*>(args.output) + call.channel +
                  static_cast<ptrdiff_t>(x) * args.output_pixel_stride;
    for (size_t row = 0; row < args.output_rows; row += kRows) {
      const uint8_t* weights =
          call.panel.weights + row * Shape::kGroups * 4 * Vectors::kBytes;
      RunPixels<Vectors, kKernel, kStride, kRows, kLeft>(
          call, columns, weights, pixels, {to, args.output_rows - row});
      to += static_cast<ptrdiff_t>(kRows) * args.output_row_stride;
    }
  }
}

template <typename Vectors, size_t kKernel, size_t kStride>
static inline void RunColumns(const DepthwiseConvArgs& args) {
  using Shape = ColumnShape<kKernel, kStride>;
  alignas(64) uint8_t zeros[Vectors::kBytes];
  __builtin_memset(zeros, args.zero_byte, sizeof(zeros));
  const size_t last_row = (args.output_rows - 1) * kStride + kKernel - 1;
  const auto run = args.left_shifts == LeftShifts::kNone
                       ? RunPanel<Vectors, kKernel, kStride, false>
                       : RunPanel<Vectors, kKernel, kStride, true>;
  Vectors::ForEachPanel(args, [&](const auto& panel, ptrdiff_t channel) {
    ColumnCall<Vectors> call = {args, panel, channel, {}, zeros};
    // Rows that no output takes repeat the last one: their weights are 0.
    for (size_t i = 0; i < Shape::kWindow; ++i) {
      const size_t row = i < last_row ? i : last_row;
      call.rows[i] =
          static_cast<const uint8_t*>(args.input_rows[row]) + channel;
    }
    run(call);
  });
}

}  // namespace octet::vnni

#endif  // OCTET_KERNELS_VNNI_DEPTHWISE_COLUMNS_H_
