// depthwise_conv 3x3. Stride 1: two output rows at a time, from left to right.
// A column of four input rows is interleaved once and serves three outputs of
// two rows:
//
//            column x  x + 1  x + 2
//   row y       a        a      a       one vpdpbusd takes four rows of a
//   y + 1      a b      a b    a b      column: with weights (w0, w1, w2, 0)
//   y + 2      a b      a b    a b      for output row a and (0, w0, w1, w2)
//   y + 3        b        b      b      for output row b
//
// Stride 2: one output row; a column of three input rows, the last one twice,
// is interleaved; the last column of an output is the first of the next.
//
// kTapOrder3x3Stride1 and 2 in table.cc lay the weights out so.

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/depthwise_panel.h"
#include "kernels/depthwise_conv.h"

namespace octet::avx512vnni {
namespace {

struct Input {
  const uint8_t* rows[4];
  ptrdiff_t step;  // from column to column
  size_t columns;
  alignas(64) uint8_t padding[64];
};

template <typename Lanes>
[[gnu::always_inline]] static inline Quad<Lanes> LoadColumn(const Input& in,
                                                            ptrdiff_t column) {
  const bool inside = static_cast<size_t>(column) < in.columns;
  const ptrdiff_t at = column * in.step;
  return Interleave<Lanes>(Lanes::Load(inside ? in.rows[0] + at : in.padding),
                           Lanes::Load(inside ? in.rows[1] + at : in.padding),
                           Lanes::Load(inside ? in.rows[2] + at : in.padding),
                           Lanes::Load(inside ? in.rows[3] + at : in.padding));
}

// Of the channels from `first` on.
static inline Input InputAt(const DepthwiseConvArgs& args, size_t row3,
                            ptrdiff_t first) {
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  Input in;
  for (size_t i = 0; i < 4; ++i) in.rows[i] = rows[i < 3 ? i : row3] + first;
  in.step = args.pixel_stride;
  in.columns = args.input_columns;
  _mm512_store_si512(in.padding,
                     _mm512_set1_epi8(static_cast<char>(args.zero_byte)));
  return in;
}

// kPixels neighbouring outputs of each row, from kPixels + 2 columns.
template <typename Lanes, bool kBoth, bool kLeft, size_t kPixels>
[[gnu::always_inline]] static inline void Pixels(
    const DepthwisePanel& p, const Requantization<Lanes>& q,
    const Quad<Lanes>& column0, const Quad<Lanes>& column1,
    const Quad<Lanes>& column2, const Quad<Lanes>& column3, uint8_t* to,
    ptrdiff_t pixel_stride, ptrdiff_t row_stride) {
  constexpr size_t kGroup = DepthwisePanel::kGroupBytes;
#pragma GCC unroll 2
  for (size_t row = 0; row < (kBoth ? 2 : 1); ++row, to += row_stride) {
    const uint8_t* weights = p.weights + row * kGroup;
    Quad<Lanes> sum0 = Bias<Lanes>(p);
    Quad<Lanes> sum1 = sum0;
    if constexpr (kPixels == 2) {
      MultiplyAdd2<Lanes>(sum0, column0, sum1, column1, weights);
      MultiplyAdd2<Lanes>(sum0, column1, sum1, column2, weights + 2 * kGroup);
      MultiplyAdd2<Lanes>(sum0, column2, sum1, column3, weights + 4 * kGroup);
      Store<Lanes, kLeft>(p, q, sum1, to + pixel_stride);
    } else {
      MultiplyAdd<Lanes>(sum0, column0, weights);
      MultiplyAdd<Lanes>(sum0, column1, weights + 2 * kGroup);
      MultiplyAdd<Lanes>(sum0, column2, weights + 4 * kGroup);
    }
    Store<Lanes, kLeft>(p, q, sum0, to);
  }
}

template <typename Lanes, bool kBoth, bool kLeft>
[[gnu::noinline]] void RunRows(const DepthwiseConvArgs& args,
                               const DepthwisePanel& p, const Input& in,
                               uint8_t* to) {
  const ptrdiff_t pixel_stride = args.output_pixel_stride;
  const ptrdiff_t row_stride = args.output_row_stride;
  const Requantization<Lanes> q = LoadRequantization<Lanes>(p);
  ptrdiff_t column = args.first_column;
  Quad<Lanes> column0 = LoadColumn<Lanes>(in, column);
  Quad<Lanes> column1 = LoadColumn<Lanes>(in, column + 1);
  for (size_t left = args.output_width;; left -= 2) {
    column += 2;
    const Quad<Lanes> column2 = LoadColumn<Lanes>(in, column);
    if (left == 1) {
      Pixels<Lanes, kBoth, kLeft, 1>(p, q, column0, column1, column2, column2,
                                     to, pixel_stride, row_stride);
      return;
    }
    const Quad<Lanes> column3 = LoadColumn<Lanes>(in, column + 1);
    Pixels<Lanes, kBoth, kLeft, 2>(p, q, column0, column1, column2, column3, to,
                                   pixel_stride, row_stride);
    if (left == 2) return;
    column0 = column2;
    column1 = column3;
    to += 2 * pixel_stride;
  }
}

template <typename Lanes, bool kLeft>
[[gnu::noinline]] void RunRowStride2(const DepthwiseConvArgs& args,
                                     const DepthwisePanel& p, const Input& in,
                                     uint8_t* to) {
  constexpr size_t kGroup = DepthwisePanel::kGroupBytes;
  const Requantization<Lanes> q = LoadRequantization<Lanes>(p);
  ptrdiff_t column = args.first_column;
  Quad<Lanes> column0 = LoadColumn<Lanes>(in, column);
  size_t left = args.output_width;
  for (; left >= 2; left -= 2, to += 2 * args.output_pixel_stride) {
    Quad<Lanes> sum0 = Bias<Lanes>(p);
    Quad<Lanes> sum1 = sum0;
    const Quad<Lanes> column2 = LoadColumn<Lanes>(in, column + 2);
    MultiplyAdd2<Lanes>(sum0, column0, sum1, column2, p.weights);
    const Quad<Lanes> column1 = LoadColumn<Lanes>(in, column + 1);
    const Quad<Lanes> column3 = LoadColumn<Lanes>(in, column + 3);
    MultiplyAdd2<Lanes>(sum0, column1, sum1, column3, p.weights + kGroup);
    column0 = LoadColumn<Lanes>(in, column += 4);
    MultiplyAdd2<Lanes>(sum0, column2, sum1, column0, p.weights + 2 * kGroup);
    Store<Lanes, kLeft>(p, q, sum0, to);
    Store<Lanes, kLeft>(p, q, sum1, to + args.output_pixel_stride);
  }
  if (left == 0) return;
  Quad<Lanes> sum = Bias<Lanes>(p);
  MultiplyAdd<Lanes>(sum, column0, p.weights);
  MultiplyAdd<Lanes>(sum, LoadColumn<Lanes>(in, column + 1),
                     p.weights + kGroup);
  MultiplyAdd<Lanes>(sum, LoadColumn<Lanes>(in, column + 2),
                     p.weights + 2 * kGroup);
  Store<Lanes, kLeft>(p, q, sum, to);
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  const bool both = args.output_rows == 2;
  ForEachPanel(args, [&](auto lanes, const DepthwisePanel& p, ptrdiff_t c) {
    using Lanes = decltype(lanes);
    const Input in = InputAt(args, both ? 3 : 2, c);
    uint8_t* to = static_cast<uint8_t*>(args.output) + c;
    if (!both) {
      RunRows<Lanes, false, true>(args, p, in, to);
    } else if (args.left_shifts == LeftShifts::kNone) {
      RunRows<Lanes, true, false>(args, p, in, to);
    } else {
      RunRows<Lanes, true, true>(args, p, in, to);
    }
  });
}

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) {
  ForEachPanel(args, [&](auto lanes, const DepthwisePanel& p, ptrdiff_t c) {
    using Lanes = decltype(lanes);
    const Input in = InputAt(args, 2, c);
    uint8_t* to = static_cast<uint8_t*>(args.output) + c;
    if (args.left_shifts == LeftShifts::kNone) {
      RunRowStride2<Lanes, false>(args, p, in, to);
    } else {
      RunRowStride2<Lanes, true>(args, p, in, to);
    }
  });
}

}  // namespace octet::avx512vnni
