// depthwise_conv 5x5 and 7x7, of stride 1 and 2: the form of
// kernels/vnni/depthwise_columns.h, whose tap orders table.cc takes, 16
// channels at a time. Columns of eight input rows are interleaved first, which
// st4 does on the way to memory:
//
//   column x     rows 0-3 |a0 b0 c0 d0|a1 b1 c1 d1| ... |a15 b15 c15 d15|
//                rows 4-7 |e0 f0 g0 h0| ...
//   column x + 1 ...
//
// Then an output multiplies neighbouring columns by sdot, four rows at a time.
// All output rows that lie in these eight share the columns; their weights have
// zeros for the rows that they do not take. Nothing but these weights and the
// distance of neighbours depends on size and stride: one loop serves all.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/depthwise_panel.h"
#include "kernels/neon/depthwise_window.h"
#include "kernels/neondot/depthwise_row.h"
#include "kernels/neondot/neondot_kernels.h"

namespace octet::neondot {
namespace {

using neon::DepthwisePanel;
using neon::DepthwiseSums;
using neon::WindowColumns;

constexpr size_t kRows = 8;                              // of a column
constexpr size_t kGroupBytes = 4 * DepthwisePanel::kNr;  // four of its rows
constexpr size_t kColumnBytes = kRows / 4 * kGroupBytes;
constexpr size_t kMaxOutputs = 32;  // a row, even
constexpr size_t kMaxColumns = (kMaxOutputs - 1) * 2 + 7;

uint8_t* FillPadding(uint8_t* to, size_t columns, uint8x16_t padding) {
  for (size_t vectors = columns * (kColumnBytes / 16); vectors != 0;
       --vectors, to += 16) {
    vst1q_u8(to, padding);
  }
  return to;
}

// Columns of the input, of channel `c` and those behind it.
[[gnu::noinline]] void FillColumns(const DepthwiseConvArgs& args, ptrdiff_t c,
                                   const WindowColumns& columns, uint8_t* to) {
  const uint8x16_t padding = vdupq_n_u8(args.zero_byte);
  const size_t last_row =
      (args.output_rows - 1) * args.stride_h + args.kernel_h - 1;
  const ptrdiff_t first = columns.FirstInside() * args.pixel_stride + c;
  // Rows that no output takes repeat the last one: their weights are 0.
  const uint8_t* rows[kRows];
  for (size_t i = 0; i < kRows; ++i) {
    const size_t row = i < last_row ? i : last_row;
    rows[i] = static_cast<const uint8_t*>(args.input_rows[row]) + first;
  }
  to = FillPadding(to, columns.before, padding);
  ptrdiff_t at = 0;
  for (size_t left = columns.end - columns.before; left != 0; --left) {
#pragma GCC unroll 2
    for (size_t i = 0; i < kRows; i += 4) {
      const uint8x16x4_t group = {
          {vld1q_u8(rows[i] + at), vld1q_u8(rows[i + 1] + at),
           vld1q_u8(rows[i + 2] + at), vld1q_u8(rows[i + 3] + at)}};
      vst4q_u8(to, group);
      to += kGroupBytes;
    }
    at += args.pixel_stride;
  }
  FillPadding(to, columns.count - columns.end, padding);
}

[[gnu::always_inline]] static inline void MultiplyAdd(DepthwiseSums& sums,
                                                      const int8x16x4_t& taps,
                                                      const int8x16x4_t& w) {
  DotProduct(sums.sum0, taps.val[0], w.val[0]);
  DotProduct(sums.sum1, taps.val[1], w.val[1]);
  DotProduct(sums.sum2, taps.val[2], w.val[2]);
  DotProduct(sums.sum3, taps.val[3], w.val[3]);
}

[[gnu::always_inline]] static inline int8x16x4_t LoadGroup(
    const uint8_t* from) {
  return {{neon::LoadBytes(from), neon::LoadBytes(from + 16),
           neon::LoadBytes(from + 32), neon::LoadBytes(from + 48)}};
}

// `count` outputs of a row, or (kBoth) of two, two neighbours at a time.
template <bool kBoth>
[[gnu::noinline]] void RunRows(const DepthwiseConvArgs& args,
                               const DepthwisePanel& p, const uint8_t* taps,
                               const uint8_t* weights, size_t count,
                               uint8_t* to) {
  const size_t groups = 2 * args.kernel_w;
  const size_t next = args.stride_w * kColumnBytes;
  const ptrdiff_t step = args.output_pixel_stride;
  for (;;) {
    DepthwiseSums a0(p), a1(p), b0(p), b1(p);
    const uint8_t* w = weights;
    const uint8_t* w_b = weights + groups * kGroupBytes;
    const uint8_t* taps0 = taps;
    const uint8_t* taps1 = taps + next;
    for (size_t left = args.kernel_w; left != 0; --left) {
#pragma GCC unroll 2
      for (size_t at = 0; at < kColumnBytes; at += kGroupBytes) {
        const int8x16x4_t group0 = LoadGroup(taps0 + at);
        const int8x16x4_t group1 = LoadGroup(taps1 + at);
        const int8x16x4_t weights_a = LoadGroup(w + at);
        MultiplyAdd(a0, group0, weights_a);
        MultiplyAdd(a1, group1, weights_a);
        if (kBoth) {
          const int8x16x4_t weights_b = LoadGroup(w_b + at);
          MultiplyAdd(b0, group0, weights_b);
          MultiplyAdd(b1, group1, weights_b);
        }
      }
      taps0 += kColumnBytes;
      taps1 += kColumnBytes;
      w += kColumnBytes;
      w_b += kColumnBytes;
    }
    neon::StoreTwo(p, a0, a1, count, to, step);
    if (kBoth)
      neon::StoreTwo(p, b0, b1, count, to + args.output_row_stride, step);
    if (count <= 2) return;
    count -= 2;
    to += 2 * step;
    taps += 2 * next;
  }
}

}  // namespace

void DepthwiseConvWindow(const DepthwiseConvArgs& args) {
  alignas(64) uint8_t columns[kMaxColumns * kColumnBytes];
  const size_t weights_bytes = 2 * args.kernel_w * kGroupBytes;  // of a row
  neon::ForEachWindow(
      args, kMaxOutputs,
      [&](const DepthwisePanel& p, ptrdiff_t c, const WindowColumns& window,
          size_t count, uint8_t* to) {
        FillColumns(args, c, window, columns);
        const uint8_t* weights = p.weights();
        size_t left = args.output_rows;
        for (; left >= 2; left -= 2) {
          RunRows<true>(args, p, columns, weights, count, to);
          weights += 2 * weights_bytes;
          to += 2 * args.output_row_stride;
        }
        if (left != 0) RunRows<false>(args, p, columns, weights, count, to);
      });
}

}  // namespace octet::neondot
