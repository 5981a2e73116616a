// depthwise_conv 3x3, two output rows at a time, from left to right. Stride 1:
// a column of four input rows is interleaved once and serves three outputs of
// two rows:
//
//            column x  x + 1  x + 2
//   row y       a        a      a       one vpdpbusd takes four rows of a
//   y + 1      a b      a b    a b      column: with weights (w0, w1, w2, 0)
//   y + 2      a b      a b    a b      for output row a and (0, w0, w1, w2)
//   y + 3        b        b      b      for output row b
//
// Stride 2: five input rows y ... y + 4 are interleaved as the columns
// (y, y + 1, y + 2, y + 3) for a and (y + 2, y + 3, y + 4, y + 4) for b, which
// have bytes in common; both take the weights (w0, w1, w2, 0). The last column
// of an output is the first of the next.
//
// kTapOrder3x3Stride1 and 2 in table.cc lay the weights out so.

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/depthwise_input.h"
#include "kernels/avx512vnni/depthwise_panel.h"
#include "kernels/depthwise_conv.h"

namespace octet::avx512vnni {
namespace {

constexpr size_t kGroup = DepthwisePanel::kGroupBytes;

// Of the first output row, and of the second one, if there is one.
struct RowPair {
  Quad row0, row1;
};

template <size_t kStrips>
[[gnu::always_inline]] inline Quad LoadStride1(const Input<kStrips, 4>& in,
                                               ptrdiff_t column) {
  __m512i values[4];
  LoadColumn(in, column, values);
  return Interleave(values[0], values[1], values[2], values[3]);
}

// kPixels neighbouring outputs of each row, from kPixels + 2 columns.
template <size_t kStrips, size_t kRows, bool kLeft, size_t kPixels>
[[gnu::always_inline]] inline void PixelsStride1(
    const DepthwisePanel& p, const Requantization& q, const Quad& column0,
    const Quad& column1, const Quad& column2, const Quad& column3,
    const Output<kStrips>& output, ptrdiff_t pixel_stride,
    ptrdiff_t row_stride) {
#pragma GCC unroll 2
  for (size_t row = 0; row < kRows; ++row) {
    const ptrdiff_t at = static_cast<ptrdiff_t>(row) * row_stride;
    const uint8_t* weights = p.weights + row * kGroup;
    Quad sum0 = Bias<kStrips>(p);
    Quad sum1 = sum0;
    if constexpr (kPixels == 2) {
      MultiplyAdd2<kStrips>(sum0, column0, sum1, column1, weights);
      MultiplyAdd2<kStrips>(sum0, column1, sum1, column2, weights + 2 * kGroup);
      MultiplyAdd2<kStrips>(sum0, column2, sum1, column3, weights + 4 * kGroup);
      Store<kStrips, kLeft>(p, q, sum1, output, at + pixel_stride);
    } else {
      MultiplyAdd<kStrips>(sum0, column0, weights);
      MultiplyAdd<kStrips>(sum0, column1, weights + 2 * kGroup);
      MultiplyAdd<kStrips>(sum0, column2, weights + 4 * kGroup);
    }
    Store<kStrips, kLeft>(p, q, sum0, output, at);
  }
}

template <size_t kStrips, size_t kRows, bool kLeft>
[[gnu::noinline]] void RunStride1(const DepthwiseConvArgs& args,
                                  const DepthwisePanel& p,
                                  const Input<kStrips, 4>& in, size_t width,
                                  Output<kStrips> output) {
  const ptrdiff_t pixel_stride = args.output_pixel_stride;
  const ptrdiff_t row_stride = args.output_row_stride;
  const Requantization q = LoadRequantization<kStrips>(p);
  ptrdiff_t column = 0;
  Quad column0 = LoadStride1(in, column);
  Quad column1 = LoadStride1(in, column + 1);
  for (size_t left = width;; left -= 2) {
    column += 2;
    const Quad column2 = LoadStride1(in, column);
    if (left == 1) {
      PixelsStride1<kStrips, kRows, kLeft, 1>(p, q, column0, column1, column2,
                                              column2, output, pixel_stride,
                                              row_stride);
      return;
    }
    const Quad column3 = LoadStride1(in, column + 1);
    PixelsStride1<kStrips, kRows, kLeft, 2>(p, q, column0, column1, column2,
                                            column3, output, pixel_stride,
                                            row_stride);
    if (left == 2) return;
    column0 = column2;
    column1 = column3;
    output.pixel += 2 * pixel_stride;
  }
}

template <size_t kStrips, size_t kRows>
[[gnu::always_inline]] inline RowPair LoadStride2(
    const Input<kStrips, 2 * kRows + 1>& in, ptrdiff_t column) {
  __m512i values[2 * kRows + 1];
  LoadColumn(in, column, values);
  const BytePairs rows01 = InterleaveBytes(values[0], values[1]);
  if constexpr (kRows == 1) {
    return {InterleaveWords(rows01, InterleaveBytes(values[2], values[2])), {}};
  } else {
    const BytePairs rows23 = InterleaveBytes(values[2], values[3]);
    const BytePairs rows44 = InterleaveBytes(values[4], values[4]);
    return {InterleaveWords(rows01, rows23), InterleaveWords(rows23, rows44)};
  }
}

template <size_t kStrips, size_t kRows>
[[gnu::always_inline]] inline void MultiplyAddRows(RowPair& sum,
                                                   const RowPair& taps,
                                                   const uint8_t* weights) {
  if constexpr (kRows == 1) {
    MultiplyAdd<kStrips>(sum.row0, taps.row0, weights);
  } else {
    MultiplyAdd2<kStrips>(sum.row0, taps.row0, sum.row1, taps.row1, weights);
  }
}

template <size_t kStrips, size_t kRows, bool kLeft>
[[gnu::noinline]] void RunStride2(const DepthwiseConvArgs& args,
                                  const DepthwisePanel& p,
                                  const Input<kStrips, 2 * kRows + 1>& in,
                                  size_t width, Output<kStrips> output) {
  const Requantization q = LoadRequantization<kStrips>(p);
  RowPair next = LoadStride2<kStrips, kRows>(in, 0);
  for (ptrdiff_t column = 0; width != 0; --width, column += 2) {
    const Quad bias = Bias<kStrips>(p);
    RowPair sum = {bias, bias};
    MultiplyAddRows<kStrips, kRows>(sum, next, p.weights);
    const RowPair odd = LoadStride2<kStrips, kRows>(in, column + 1);
    MultiplyAddRows<kStrips, kRows>(sum, odd, p.weights + kGroup);
    next = LoadStride2<kStrips, kRows>(in, column + 2);
    MultiplyAddRows<kStrips, kRows>(sum, next, p.weights + 2 * kGroup);
    Store<kStrips, kLeft>(p, q, sum.row0, output, 0);
    if constexpr (kRows == 2) {
      Store<kStrips, kLeft>(p, q, sum.row1, output, args.output_row_stride);
    }
    output.pixel += args.output_pixel_stride;
  }
}

// One row or two rows of a panel, from `row` on.
template <size_t kStrips, size_t kRows, size_t kStride>
void RunRows(const DepthwiseConvArgs& args, const DepthwisePanel& p,
             ptrdiff_t channel, size_t row) {
  constexpr size_t kInputRows = kStride == 1 ? 4 : 2 * kRows + 1;
  const Strips<kStrips> strips = DivideIntoStrips<kStrips>(args.output_width);
  Input<kStrips, kInputRows> in;
  PrepareInput(args, strips, in);
  SetRows(args, row * kStride, (kRows - 1) * kStride + 3, channel, in);
  const Output<kStrips> output = OutputAt(args, strips, row, channel);
  const bool left = kRows == 1 || args.left_shifts != LeftShifts::kNone;
  if constexpr (kStride == 1) {
    const auto run = left ? RunStride1<kStrips, kRows, true>
                          : RunStride1<kStrips, kRows, kRows == 1>;
    run(args, p, in, strips.width, output);
  } else {
    const auto run = left ? RunStride2<kStrips, kRows, true>
                          : RunStride2<kStrips, kRows, kRows == 1>;
    run(args, p, in, strips.width, output);
  }
}

template <size_t kStride>
void Run(const DepthwiseConvArgs& args) {
  ForEachPanel(args, [&](auto strips, const DepthwisePanel& p, ptrdiff_t c) {
    constexpr size_t kStrips = decltype(strips)::value;
    size_t row = 0;
    for (; row + 2 <= args.output_rows; row += 2) {
      RunRows<kStrips, 2, kStride>(args, p, c, row);
    }
    if (row < args.output_rows) RunRows<kStrips, 1, kStride>(args, p, c, row);
  });
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) { Run<1>(args); }

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) { Run<2>(args); }

}  // namespace octet::avx512vnni
