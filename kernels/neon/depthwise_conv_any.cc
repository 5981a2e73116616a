// depthwise_conv with any kernel, stride and dilation: pixel by pixel, two taps
// at a time. Behind an odd number of taps of 16 bytes the panel's padding to 64
// bytes is the zero weight of the last pair.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_columns.h"
#include "kernels/depthwise_conv.h"
#include "kernels/neon/depthwise_panel.h"
#include "kernels/neon/neon_kernels.h"

namespace octet::neon {
namespace {

constexpr size_t kGroup = 2;  // taps
constexpr size_t kTapBytes = DepthwisePanel::kNr;

// Outputs of columns begin ... end - 1: any columns and kernels.
[[gnu::noinline]] void RunEdge(TapTable& table, const DepthwisePanel& p,
                               size_t begin, size_t end, uint8_t* output) {
  const DepthwiseConvArgs& args = table.args;
  const size_t taps = args.kernel_h * args.kernel_w;
  for (size_t x = begin; x < end; ++x) {
    const ptrdiff_t column =
        args.first_column + static_cast<ptrdiff_t>(x * args.stride_w);
    DepthwiseSums sums(p);
    for (size_t tap = 0; tap < taps; tap += kTableTaps) {
      const size_t count = FillTapTable(table, column, tap, kGroup);
      const uint8_t* weights = p.weights() + tap * kTapBytes;
      for (size_t i = 0; i < count; i += 2, weights += 2 * kTapBytes) {
        sums.MultiplyAdd2(LoadBytes(table.at[i]), LoadBytes(weights),
                          LoadBytes(table.at[i + 1]),
                          LoadBytes(weights + kTapBytes));
      }
    }
    StorePixel(p, sums,
               output + static_cast<ptrdiff_t>(x) * args.output_pixel_stride);
  }
}

// The same without padding, of a kernel that one table holds; an even number of
// columns.
[[gnu::noinline]] void RunInner(TapTable& table, const DepthwisePanel& p,
                                size_t begin, size_t end, uint8_t* output) {
  if (begin == end) return;
  const DepthwiseConvArgs& args = table.args;
  const ptrdiff_t column =
      args.first_column + static_cast<ptrdiff_t>(begin * args.stride_w);
  const size_t taps = FillTapTable(table, column, 0, kGroup);
  const ptrdiff_t step =
      static_cast<ptrdiff_t>(args.stride_w) * args.pixel_stride;
  uint8_t* to =
      output + static_cast<ptrdiff_t>(begin) * args.output_pixel_stride;
  ptrdiff_t at = 0;
  for (size_t x = begin; x < end; x += 2) {
    DepthwiseSums sums0(p);
    DepthwiseSums sums1 = sums0;
    const uint8_t* weights = p.weights();
    for (size_t i = 0; i < taps; i += 2, weights += 2 * kTapBytes) {
      const uint8_t* tap0 = table.at[i] + at;
      const uint8_t* tap1 = table.at[i + 1] + at;
      const int8x16_t weights0 = LoadBytes(weights);
      const int8x16_t weights1 = LoadBytes(weights + kTapBytes);
      sums0.MultiplyAdd2(LoadBytes(tap0), weights0, LoadBytes(tap1), weights1);
      sums1.MultiplyAdd2(LoadBytes(tap0 + step), weights0,
                         LoadBytes(tap1 + step), weights1);
    }
    StorePixel(p, sums0, to);
    StorePixel(p, sums1, to + args.output_pixel_stride);
    to += 2 * args.output_pixel_stride;
    at += 2 * step;
  }
}

}  // namespace

void DepthwiseConvAny(const DepthwiseConvArgs& args) {
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  InnerColumns inner = InnerColumnsOf(args);
  if (args.kernel_h * args.kernel_w > kTableTaps) inner = {0, 0};
  inner.end -= (inner.end - inner.first) % 2;
  ForEachPanel(args, [&](const DepthwisePanel& p, ptrdiff_t c) {
    for (size_t y = 0; y < args.output_rows; ++y) {
      TapTable table{args, rows + y * args.stride_h, c, {}, {}};
      InitTapTable(table);
      uint8_t* output = static_cast<uint8_t*>(args.output) + c +
                        static_cast<ptrdiff_t>(y) * args.output_row_stride;
      RunEdge(table, p, 0, inner.first, output);
      RunInner(table, p, inner.first, inner.end, output);
      RunEdge(table, p, inner.end, args.output_width, output);
    }
  });
}

}  // namespace octet::neon
