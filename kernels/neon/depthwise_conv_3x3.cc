// depthwise_conv 3x3, rows from left to right. Columns of three input
// bytes stay in registers: with stride 1 each serves three outputs, with stride
// 2 every other one serves two. Columns outside the picture are told apart only
// at its edges.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_columns.h"
#include "kernels/depthwise_conv.h"
#include "kernels/neon/depthwise_panel.h"
#include "kernels/neon/neon_kernels.h"

namespace octet::neon {
namespace {

struct Column {
  int8x16_t row0, row1, row2;
};

// Three input rows, read column by column.
struct Input {
  const uint8_t* row0;
  const uint8_t* row1;
  const uint8_t* row2;
  ptrdiff_t step;  // from column to column
  size_t columns;
  int8x16_t padding;

  // From input row `first_row` on.
  [[gnu::always_inline]] Input(const DepthwiseConvArgs& args, size_t first_row,
                               ptrdiff_t first_channel)
      : step(args.pixel_stride),
        columns(args.input_columns),
        padding(vdupq_n_s8(static_cast<int8_t>(args.zero_byte))) {
    const uint8_t* const* rows =
        reinterpret_cast<const uint8_t* const*>(args.input_rows) + first_row;
    row0 = rows[0] + first_channel;
    row1 = rows[1] + first_channel;
    row2 = rows[2] + first_channel;
  }

  // `at`: column * step.
  [[gnu::always_inline]] Column Load(ptrdiff_t at) const {
    return {LoadBytes(row0 + at), LoadBytes(row1 + at), LoadBytes(row2 + at)};
  }
  // One that may be outside the picture.
  [[gnu::always_inline]] Column LoadAny(ptrdiff_t column) const {
    if (static_cast<size_t>(column) < columns) return Load(column * step);
    return {padding, padding, padding};
  }
};

struct Weights {
  int8x16_t tap[9];

  [[gnu::always_inline]] explicit Weights(const uint8_t* weights) {
#pragma GCC unroll 9
    for (size_t i = 0; i < 9; ++i) tap[i] = LoadBytes(weights + 16 * i);
  }
};

// The share of an output's first two columns.
[[gnu::always_inline]] static inline DepthwiseSums FirstTwoColumns(
    const DepthwisePanel& p, const Weights& w, const Column& a,
    const Column& b) {
  DepthwiseSums sums(p);
  sums.MultiplyAdd2(a.row0, w.tap[0], b.row0, w.tap[1]);
  sums.MultiplyAdd2(a.row1, w.tap[3], b.row1, w.tap[4]);
  sums.MultiplyAdd2(a.row2, w.tap[6], b.row2, w.tap[7]);
  return sums;
}

[[gnu::always_inline]] static inline void AddLastColumn(const Weights& w,
                                                        const Column& c,
                                                        DepthwiseSums& sums) {
  sums.MultiplyAdd2(c.row0, w.tap[2], c.row1, w.tap[5]);
  sums.MultiplyAdd(c.row2, w.tap[8]);
}

[[gnu::always_inline]] static inline void Output(const DepthwisePanel& p,
                                                 const Weights& w,
                                                 const Column& a,
                                                 const Column& b,
                                                 const Column& c, uint8_t* to) {
  DepthwiseSums sums = FirstTwoColumns(p, w, a, b);
  AddLastColumn(w, c, sums);
  StorePixel(p, sums, to);
}

// Output columns of all rows of a call.
struct Span {
  size_t begin;
  size_t end;
};

// Walks along a row of columns in the picture.
struct Cursor {
  const Input in;
  ptrdiff_t at;

  [[gnu::always_inline]] Cursor(const Input& input, ptrdiff_t first)
      : in(input), at(first * input.step) {}

  [[gnu::always_inline]] Column Next() {
    const Column loaded = in.Load(at);
    at += in.step;
    return loaded;
  }
};

[[gnu::always_inline]] static inline void RunRowStride1(
    const DepthwisePanel& p, const Weights& w, Cursor columns, size_t left,
    uint8_t* to, ptrdiff_t step) {
  Column a = columns.Next();
  Column b = columns.Next();
  for (;; left -= 3) {
    const Column c = columns.Next();
    Output(p, w, a, b, c, to);
    to += step;
    if (left == 1) return;
    a = columns.Next();
    Output(p, w, b, c, a, to);
    to += step;
    if (left == 2) return;
    b = columns.Next();
    Output(p, w, c, a, b, to);
    to += step;
    if (left == 3) return;
  }
}

[[gnu::always_inline]] static inline void RunRowStride2(
    const DepthwisePanel& p, const Weights& w, Cursor columns, size_t left,
    uint8_t* to, ptrdiff_t step) {
  Column shared = columns.Next();
  for (; left != 0; --left, to += step) {
    DepthwiseSums sums = FirstTwoColumns(p, w, shared, columns.Next());
    // Not before: it takes the registers of the one that it replaces.
    shared = columns.Next();
    AddLastColumn(w, shared, sums);
    StorePixel(p, sums, to);
  }
}

// Columns of a panel from channel `c` on.
template <size_t kStride>
[[gnu::noinline]] void RunInner(const DepthwiseConvArgs& args,
                                const DepthwisePanel& panel, ptrdiff_t c,
                                Span span) {
  const DepthwisePanel p = panel;  // known to be nobody else's
  const Weights w(p.weights());
  const ptrdiff_t step = args.output_pixel_stride;
  uint8_t* to = static_cast<uint8_t*>(args.output) + c +
                static_cast<ptrdiff_t>(span.begin) * step;
  const ptrdiff_t first =
      args.first_column + static_cast<ptrdiff_t>(kStride * span.begin);
  for (size_t y = 0; y < args.output_rows; ++y, to += args.output_row_stride) {
    const Cursor columns(Input(args, y * kStride, c), first);
    if constexpr (kStride == 1) {
      RunRowStride1(p, w, columns, span.end - span.begin, to, step);
    } else {
      RunRowStride2(p, w, columns, span.end - span.begin, to, step);
    }
  }
}

// The same, of which some taps are outside the picture: few, output by output.
[[gnu::noinline]] void RunEdge(const DepthwiseConvArgs& args,
                               const DepthwisePanel& panel, ptrdiff_t c,
                               Span span) {
  const DepthwisePanel p = panel;
  const Weights w(p.weights());
  for (size_t y = 0; y < args.output_rows; ++y) {
    const Input in(args, y * args.stride_h, c);
    uint8_t* const row = static_cast<uint8_t*>(args.output) + c +
                         static_cast<ptrdiff_t>(y) * args.output_row_stride;
    for (size_t x = span.begin; x < span.end; ++x) {
      const ptrdiff_t column =
          args.first_column + static_cast<ptrdiff_t>(x * args.stride_w);
      Output(p, w, in.LoadAny(column), in.LoadAny(column + 1),
             in.LoadAny(column + 2),
             row + static_cast<ptrdiff_t>(x) * args.output_pixel_stride);
    }
  }
}

template <size_t kStride>
void Run(const DepthwiseConvArgs& args) {
  const InnerColumns inner = InnerColumnsOf(args);
  ForEachPanel(args, [&](const DepthwisePanel& p, ptrdiff_t c) {
    if (inner.first != 0) RunEdge(args, p, c, {0, inner.first});
    if (inner.first != inner.end) {
      RunInner<kStride>(args, p, c, {inner.first, inner.end});
    }
    if (inner.end != args.output_width) {
      RunEdge(args, p, c, {inner.end, args.output_width});
    }
  });
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) { Run<1>(args); }

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) { Run<2>(args); }

}  // namespace octet::neon
