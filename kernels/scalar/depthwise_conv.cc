// Portable depthwise convolution: any kernel, stride and dilation.

#include "kernels/depthwise_conv.h"

#include "kernels/requantize.h"
#include "kernels/scalar/scalar_kernels.h"

namespace octet::scalar {
namespace {

constexpr size_t kNr = 8;

// The channels of one panel, modulo 2^32.
struct Sums {
  uint32_t accumulator[kNr];
};

// One output pixel.
template <typename Weight>
Sums Accumulate(const DepthwiseConvArgs& args, const uint8_t* panel, size_t y,
                size_t x, size_t first, size_t channels) {
  Sums sums;
  for (size_t c = 0; c < kNr; ++c) {
    sums.accumulator[c] = Load<uint32_t>(panel + 4 * c);
  }
  const uint8_t* weights = panel + PanelLayoutOf(kNr).weights;
  for (size_t ky = 0; ky < args.kernel_h; ++ky) {
    const uint8_t* row = static_cast<const uint8_t*>(
        args.input_rows[y * args.stride_h + ky * args.dilation_h]);
    for (size_t kx = 0; kx < args.kernel_w;
         ++kx, weights += kNr * sizeof(Weight)) {
      const size_t column = x * args.stride_w + kx * args.dilation_w;
      const uint8_t* input =
          row + static_cast<ptrdiff_t>(column) * args.pixel_stride + first;
      for (size_t c = 0; c < channels; ++c) {
        const int32_t product = ReadInForm(input[c], args.form) *
                                Load<Weight>(weights + c * sizeof(Weight));
        sums.accumulator[c] += static_cast<uint32_t>(product);
      }
    }
  }
  return sums;
}

void Store(const DepthwiseConvArgs& args, const uint8_t* panel,
           const Sums& sums, uint8_t* output, size_t channels) {
  const PanelLayout layout = PanelLayoutOf(kNr);
  for (size_t c = 0; c < channels; ++c) {
    const int8_t q =
        RequantizeQ15(static_cast<int32_t>(sums.accumulator[c]),
                      Load<int16_t>(panel + layout.multiplier + 2 * c),
                      Load<int32_t>(panel + layout.shift + 4 * c), args.stage);
    output[c] = ToByte(q, args.form);
  }
}

// Calls store(panel, sums, pixel of the output, first channel, channels) for
// each pixel of each panel.
template <typename Weight, typename StoreSums>
void ForEachPixel(const DepthwiseConvArgs& args, StoreSums store) {
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t n = 0; n < args.channels; n += kNr, panel += args.panel_bytes) {
    const size_t channels = args.channels - n < kNr ? args.channels - n : kNr;
    for (size_t y = 0; y < args.output_rows; ++y) {
      for (size_t x = 0; x < args.output_width; ++x) {
        const Sums sums = Accumulate<Weight>(args, panel, y, x, n, channels);
        store(panel, sums,
              static_cast<uint8_t*>(args.output) +
                  static_cast<ptrdiff_t>(y) * args.output_row_stride +
                  static_cast<ptrdiff_t>(x) * args.output_pixel_stride,
              n, channels);
      }
    }
  }
}

}  // namespace

void DepthwiseConvAny(const DepthwiseConvArgs& args) {
  ForEachPixel<int8_t>(
      args, [&](const uint8_t* panel, const Sums& sums, uint8_t* pixel,
                size_t first, size_t channels) {
        Store(args, panel, sums, pixel + first, channels);
      });
}

void AccumulateDepthwiseConvAny(const DepthwiseConvArgs& args) {
  ForEachPixel<int16_t>(
      args, [&](const uint8_t*, const Sums& sums, uint8_t* pixel, size_t first,
                size_t channels) {
        std::memcpy(pixel + 4 * first, sums.accumulator, 4 * channels);
      });
}

}  // namespace octet::scalar
