// depthwise_conv 5x5 and 7x7, of stride 1 and 2. The input of some output
// columns of all rows is copied first, 16 channels of it, with the columns of
// padding:
//
//   row 0   | x - 2 | x - 1 |  x  | x + 1 | ...   16 bytes each
//   row 1   | x - 2 | ...
//
// so that an output's taps of a row lie side by side, whether they are in the
// picture or not, and two neighbouring outputs share them and the weights.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/depthwise_panel.h"
#include "kernels/neon/depthwise_window.h"
#include "kernels/neon/neon_kernels.h"

namespace octet::neon {
namespace {

constexpr size_t kPixelBytes = DepthwisePanel::kNr;
constexpr size_t kMaxOutputs = 32;  // columns of a window
constexpr size_t kMaxRows = 8;      // of a call
constexpr size_t kMaxKernel = 7;
constexpr size_t kMaxStride = 2;
// From a window's row to the next one.
constexpr size_t kRowBytes =
    ((kMaxOutputs - 1) * kMaxStride + kMaxKernel) * kPixelBytes;

uint8_t* FillPadding(uint8_t* to, size_t count, uint8x16_t padding) {
  for (; count != 0; --count, to += kPixelBytes) vst1q_u8(to, padding);
  return to;
}

// Copies a row of a window, from channel 0 of column 0 on.
void CopyRow(const DepthwiseConvArgs& args, const WindowColumns& columns,
             const uint8_t* row, uint8_t* to) {
  const uint8x16_t padding = vdupq_n_u8(args.zero_byte);
  const ptrdiff_t step = args.pixel_stride;
  const uint8_t* from = row + columns.FirstInside() * step;
  to = FillPadding(to, columns.before, padding);
  size_t left = columns.end - columns.before;
  for (; left >= 2; left -= 2, from += 2 * step, to += 2 * kPixelBytes) {
    const uint8x16_t pixel0 = vld1q_u8(from);
    const uint8x16_t pixel1 = vld1q_u8(from + step);
    vst1q_u8(to, pixel0);
    vst1q_u8(to + kPixelBytes, pixel1);
  }
  if (left != 0) {
    vst1q_u8(to, vld1q_u8(from));
    to += kPixelBytes;
  }
  FillPadding(to, columns.count - columns.end, padding);
}

// Copies columns of the input, of channel `c` and those behind it.
[[gnu::noinline]] void CopyWindow(const DepthwiseConvArgs& args, ptrdiff_t c,
                                  const WindowColumns& columns, uint8_t* to) {
  const uint8_t* const* row =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  const uint8_t* const* const end =
      row + (args.output_rows - 1) * args.stride_h + args.kernel_h;
  for (; row != end; ++row, to += kRowBytes) {
    CopyRow(args, columns, *row + c, to);
  }
}

// A row of `count` outputs, the first of whose taps lie at `taps`. Of an odd
// number, the last one has a neighbour that is not stored.
template <size_t kKernel, size_t kStride>
void RunRow(const DepthwisePanel& p, const uint8_t* taps, size_t count,
            uint8_t* to, ptrdiff_t step) {
  constexpr size_t kNext = kStride * kPixelBytes;
  constexpr size_t kLast = (kKernel - 1) * kPixelBytes;
  for (;;) {
    DepthwiseSums sums0(p);
    DepthwiseSums sums1(p);
    const uint8_t* weights = p.weights();
    const uint8_t* at = taps;
    for (size_t y = kKernel; y != 0; --y) {
#pragma GCC unroll 4
      for (size_t x = 0; x < kLast; x += 2 * kPixelBytes) {
        const int8x16_t weights0 = LoadBytes(weights + x);
        const int8x16_t weights1 = LoadBytes(weights + x + kPixelBytes);
        const uint8_t* const tap = at + x;
        sums0.MultiplyAdd2(LoadBytes(tap), weights0,
                           LoadBytes(tap + kPixelBytes), weights1);
        sums1.MultiplyAdd2(LoadBytes(tap + kNext), weights0,
                           LoadBytes(tap + kNext + kPixelBytes), weights1);
      }
      const int8x16_t last = LoadBytes(weights + kLast);
      sums0.MultiplyAdd(LoadBytes(at + kLast), last);
      sums1.MultiplyAdd(LoadBytes(at + kLast + kNext), last);
      at += kRowBytes;
      weights += kKernel * kPixelBytes;
    }
    StoreTwo(p, sums0, sums1, count, to, step);
    if (count <= 2) return;
    count -= 2;
    to += 2 * step;
    taps += 2 * kNext;
  }
}

using RowFunction = void (*)(const DepthwisePanel& p, const uint8_t* taps,
                             size_t count, uint8_t* to, ptrdiff_t step);

[[gnu::noinline]] void Run(const DepthwiseConvArgs& args, RowFunction run_row) {
  alignas(64)
      uint8_t window[((kMaxRows - 1) * kMaxStride + kMaxKernel) * kRowBytes];
  ForEachWindow(args, kMaxOutputs,
                [&](const DepthwisePanel& p, ptrdiff_t c,
                    const WindowColumns& columns, size_t count, uint8_t* to) {
                  CopyWindow(args, c, columns, window);
                  const uint8_t* taps = window;
                  for (size_t left = args.output_rows; left != 0; --left) {
                    run_row(p, taps, count, to, args.output_pixel_stride);
                    taps += args.stride_h * kRowBytes;
                    to += args.output_row_stride;
                  }
                });
}

}  // namespace

void DepthwiseConv5x5Stride1(const DepthwiseConvArgs& args) {
  Run(args, RunRow<5, 1>);
}
void DepthwiseConv5x5Stride2(const DepthwiseConvArgs& args) {
  Run(args, RunRow<5, 2>);
}
void DepthwiseConv7x7Stride1(const DepthwiseConvArgs& args) {
  Run(args, RunRow<7, 1>);
}
void DepthwiseConv7x7Stride2(const DepthwiseConvArgs& args) {
  Run(args, RunRow<7, 2>);
}

}  // namespace octet::neon
