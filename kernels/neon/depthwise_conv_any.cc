// depthwise_conv with any kernel, stride and dilation: pixel by pixel, two taps
// at a time. Behind an odd number of taps the panel's padding to 64 bytes is
// the zero weight of the last pair.
//
// With int16 weights, the same walk is accumulate_depthwise_conv.

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
// What the walk does with two taps of a pixel, and with its sums at the end.
struct BytePixel {
  static constexpr size_t kTapBytes = DepthwisePanel::kNr;
  static constexpr ptrdiff_t kValueBytes = 1;

  struct Weights {
    int8x16_t tap0, tap1;
    [[gnu::always_inline]] explicit Weights(const uint8_t* from)
        : tap0(LoadBytes(from)), tap1(LoadBytes(from + kTapBytes)) {}
  };

  DepthwiseSums sums;

  [[gnu::always_inline]] explicit BytePixel(const DepthwisePanel& p)
      : sums(p) {}

  [[gnu::always_inline]] void MultiplyAdd(const uint8_t* tap0,
                                          const uint8_t* tap1,
                                          const Weights& w) {
    sums.MultiplyAdd2(LoadBytes(tap0), w.tap0, LoadBytes(tap1), w.tap1);
  }
  [[gnu::always_inline]] void Store(const DepthwisePanel& p,
                                    uint8_t* to) const {
    StorePixel(p, sums, to);
  }
};

// The same with int16 weights; sums are stored as they are.
struct WidePixel {
  static constexpr size_t kTapBytes = 2 * DepthwisePanel::kNr;
  static constexpr ptrdiff_t kValueBytes = 4;

  struct Weights {
    int16x8_t low0, high0, low1, high1;
    [[gnu::always_inline]] explicit Weights(const uint8_t* from)
        : low0(LoadWords(from)),
          high0(LoadWords(from + 16)),
          low1(LoadWords(from + kTapBytes)),
          high1(LoadWords(from + kTapBytes + 16)) {}
  };

  DepthwiseSums sums;

  [[gnu::always_inline]] explicit WidePixel(const DepthwisePanel& p)
      : sums(p) {}

  [[gnu::always_inline]] void MultiplyAdd(const uint8_t* tap0,
                                          const uint8_t* tap1,
                                          const Weights& w) {
    sums.MultiplyAdd(LoadBytes(tap0), w.low0, w.high0);
    sums.MultiplyAdd(LoadBytes(tap1), w.low1, w.high1);
  }
  [[gnu::always_inline]] void Store(const DepthwisePanel& p,
                                    uint8_t* to) const {
    StoreSums(p, sums, to);
  }
};

// Not inlined: it would be once a walk.
[[gnu::noinline]] size_t FillTaps(TapTable& table, ptrdiff_t column,
                                  size_t begin) {
  return FillTapTable(table, column, begin, kGroup);
}

// Outputs of columns begin ... end - 1: any columns and kernels.
template <typename Pixel>
void RunEdge(TapTable& table, const DepthwisePanel& p, size_t begin, size_t end,
             uint8_t* output) {
  const DepthwiseConvArgs& args = table.args;
  const size_t taps = args.kernel_h * args.kernel_w;
  for (size_t x = begin; x < end; ++x) {
    const ptrdiff_t column =
        args.first_column + static_cast<ptrdiff_t>(x * args.stride_w);
    Pixel pixel(p);
    for (size_t tap = 0; tap < taps; tap += kTableTaps) {
      const size_t count = FillTaps(table, column, tap);
      const uint8_t* weights = p.weights() + tap * Pixel::kTapBytes;
      for (size_t i = 0; i < count; i += 2, weights += 2 * Pixel::kTapBytes) {
        pixel.MultiplyAdd(table.at[i], table.at[i + 1],
                          typename Pixel::Weights(weights));
      }
    }
    pixel.Store(p,
                output + static_cast<ptrdiff_t>(x) * args.output_pixel_stride);
  }
}

// The same without padding, of a kernel that one table holds; an even number of
// columns.
template <typename Pixel>
void RunInner(TapTable& table, const DepthwisePanel& p, size_t begin,
              size_t end, uint8_t* output) {
  if (begin == end) return;
  const DepthwiseConvArgs& args = table.args;
  const ptrdiff_t column =
      args.first_column + static_cast<ptrdiff_t>(begin * args.stride_w);
  const size_t taps = FillTaps(table, column, 0);
  const ptrdiff_t step =
      static_cast<ptrdiff_t>(args.stride_w) * args.pixel_stride;
  uint8_t* to =
      output + static_cast<ptrdiff_t>(begin) * args.output_pixel_stride;
  ptrdiff_t at = 0;
  for (size_t x = begin; x < end; x += 2) {
    Pixel pixel0(p);
    Pixel pixel1 = pixel0;
    const uint8_t* weights = p.weights();
    for (size_t i = 0; i < taps; i += 2, weights += 2 * Pixel::kTapBytes) {
      const uint8_t* tap0 = table.at[i] + at;
      const uint8_t* tap1 = table.at[i + 1] + at;
      const typename Pixel::Weights w(weights);
      pixel0.MultiplyAdd(tap0, tap1, w);
      pixel1.MultiplyAdd(tap0 + step, tap1 + step, w);
    }
    pixel0.Store(p, to);
    pixel1.Store(p, to + args.output_pixel_stride);
    to += 2 * args.output_pixel_stride;
    at += 2 * step;
  }
}

using ColumnsFunction = void (*)(TapTable& table, const DepthwisePanel& p,
                                 size_t begin, size_t end, uint8_t* output);

void Run(const DepthwiseConvArgs& args, ptrdiff_t value_bytes,
         ColumnsFunction edge, ColumnsFunction inner) {
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  InnerColumns columns = InnerColumnsOf(args);
  if (args.kernel_h * args.kernel_w > kTableTaps) columns = {0, 0};
  columns.end -= (columns.end - columns.first) % 2;
  ForEachPanel(args, [&](const DepthwisePanel& p, ptrdiff_t c) {
    for (size_t y = 0; y < args.output_rows; ++y) {
      TapTable table{args, rows + y * args.stride_h, c, {}, {}};
      InitTapTable(table);
      uint8_t* output = static_cast<uint8_t*>(args.output) + c * value_bytes +
                        static_cast<ptrdiff_t>(y) * args.output_row_stride;
      edge(table, p, 0, columns.first, output);
      inner(table, p, columns.first, columns.end, output);
      edge(table, p, columns.end, args.output_width, output);
    }
  });
}

template <typename Pixel>
void RunPixels(const DepthwiseConvArgs& args) {
  Run(args, Pixel::kValueBytes, RunEdge<Pixel>, RunInner<Pixel>);
}

}  // namespace

void DepthwiseConvAny(const DepthwiseConvArgs& args) {
  RunPixels<BytePixel>(args);
}

void AccumulateDepthwiseConv(const DepthwiseConvArgs& args) {
  RunPixels<WidePixel>(args);
}

}  // namespace octet::neon
