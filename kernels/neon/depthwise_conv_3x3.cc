// depthwise_conv 3x3, one output row from left to right. Columns of three input
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

  Input(const DepthwiseConvArgs& args, ptrdiff_t first_channel)
      : step(args.pixel_stride),
        columns(args.input_columns),
        padding(vdupq_n_s8(static_cast<int8_t>(args.zero_byte))) {
    const uint8_t* const* rows =
        reinterpret_cast<const uint8_t* const*>(args.input_rows);
    row0 = rows[0] + first_channel;
    row1 = rows[1] + first_channel;
    row2 = rows[2] + first_channel;
  }

  // kEdge: the column may be outside the picture. `at`: column * step.
  template <bool kEdge>
  [[gnu::always_inline]] Column Load(ptrdiff_t column, ptrdiff_t at) const {
    if (kEdge && static_cast<size_t>(column) >= columns) {
      return {padding, padding, padding};
    }
    return {LoadBytes(row0 + at), LoadBytes(row1 + at), LoadBytes(row2 + at)};
  }
};

struct Weights {
  int8x16_t tap[9];

  explicit Weights(const uint8_t* weights) {
#pragma GCC unroll 9
    for (size_t i = 0; i < 9; ++i) tap[i] = LoadBytes(weights + 16 * i);
  }
};

[[gnu::always_inline]] static inline void Output(const DepthwisePanel& p,
                                                 const Weights& w,
                                                 const Column& a,
                                                 const Column& b,
                                                 const Column& c, uint8_t* to) {
  DepthwiseSums sums(p);
  sums.MultiplyAdd2(a.row0, w.tap[0], b.row0, w.tap[1]);
  sums.MultiplyAdd2(a.row1, w.tap[3], b.row1, w.tap[4]);
  sums.MultiplyAdd2(a.row2, w.tap[6], b.row2, w.tap[7]);
  sums.MultiplyAdd2(c.row0, w.tap[2], c.row1, w.tap[5]);
  sums.MultiplyAdd(c.row2, w.tap[8]);
  StorePixel(p, sums, to);
}

// Outputs begin ... end - 1 of a row.
template <bool kEdge>
[[gnu::noinline]] void RunStride1(const DepthwiseConvArgs& args,
                                  const DepthwisePanel& p, const Input& in,
                                  size_t begin, size_t end, uint8_t* to) {
  if (begin >= end) return;
  const Weights w(p.weights());
  ptrdiff_t column = args.first_column + static_cast<ptrdiff_t>(begin);
  ptrdiff_t at = column * in.step;
  const ptrdiff_t to_step = args.output_pixel_stride;
  to += static_cast<ptrdiff_t>(begin) * to_step;
  const auto next = [&] {
    const Column loaded = in.Load<kEdge>(column, at);
    ++column;
    at += in.step;
    return loaded;
  };
  Column a = next();
  Column b = next();
  for (size_t left = end - begin;; left -= 3) {
    const Column c = next();
    Output(p, w, a, b, c, to);
    to += to_step;
    if (left == 1) return;
    a = next();
    Output(p, w, b, c, a, to);
    to += to_step;
    if (left == 2) return;
    b = next();
    Output(p, w, c, a, b, to);
    to += to_step;
    if (left == 3) return;
  }
}

template <bool kEdge>
[[gnu::noinline]] void RunStride2(const DepthwiseConvArgs& args,
                                  const DepthwisePanel& p, const Input& in,
                                  size_t begin, size_t end, uint8_t* to) {
  if (begin >= end) return;
  const Weights w(p.weights());
  ptrdiff_t column = args.first_column + static_cast<ptrdiff_t>(2 * begin);
  ptrdiff_t at = column * in.step;
  const ptrdiff_t to_step = args.output_pixel_stride;
  to += static_cast<ptrdiff_t>(begin) * to_step;
  const auto next = [&] {
    const Column loaded = in.Load<kEdge>(column, at);
    ++column;
    at += in.step;
    return loaded;
  };
  Column a = next();
  for (size_t left = end - begin; left != 0; --left, to += to_step) {
    const Column b = next();
    const Column c = next();
    Output(p, w, a, b, c, to);
    a = c;
  }
}

using RunFunction = void (*)(const DepthwiseConvArgs& args,
                             const DepthwisePanel& p, const Input& in,
                             size_t begin, size_t end, uint8_t* to);

void Run(const DepthwiseConvArgs& args, RunFunction edge, RunFunction inside) {
  const InnerColumns inner = InnerColumnsOf(args);
  ForEachPanel(args, [&](const DepthwisePanel& p, ptrdiff_t c) {
    const Input in(args, c);
    uint8_t* to = static_cast<uint8_t*>(args.output) + c;
    edge(args, p, in, 0, inner.first, to);
    inside(args, p, in, inner.first, inner.end, to);
    edge(args, p, in, inner.end, args.output_width, to);
  });
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  Run(args, RunStride1<true>, RunStride1<false>);
}

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) {
  Run(args, RunStride2<true>, RunStride2<false>);
}

}  // namespace octet::neon
