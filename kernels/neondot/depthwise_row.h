// What the two 3x3 depthwise kernels share: which columns of a row are outside
// the picture, the last channels of a layer, and an asm statement that keeps
// registers free.

#ifndef OCTET_KERNELS_NEONDOT_DEPTHWISE_ROW_H_
#define OCTET_KERNELS_NEONDOT_DEPTHWISE_ROW_H_

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/vector_stage.h"

namespace octet::neondot {

// The columns outside the picture that a row of outputs reads.
struct Edges {
  bool left, right;  // the first one, the last one
  bool others;       // there are more than these two
};

static inline Edges EdgesOf(const DepthwiseConvArgs& args) {
  const ptrdiff_t left = -args.first_column;
  const ptrdiff_t last =
      args.first_column +
      static_cast<ptrdiff_t>((args.output_width - 1) * args.stride_w + 2);
  const ptrdiff_t right = last + 1 - static_cast<ptrdiff_t>(args.input_columns);
  return {left > 0, right > 0, left > 1 || right > 1};
}

// From the end of a row of outputs to the next one.
static inline ptrdiff_t RowGap(const DepthwiseConvArgs& args) {
  return args.output_row_stride -
         static_cast<ptrdiff_t>(args.output_width) * args.output_pixel_stride;
}

// Outputs of fewer channels than a panel of kNr: `run`(args, output) computes
// all of them into a buffer, some columns at a time.
template <size_t kNr, typename Run>
static inline void RunPartialPanel(const DepthwiseConvArgs& args,
                                   size_t channels, uint8_t* to, Run run) {
  constexpr size_t kColumns = 32;
  constexpr size_t kRowBytes = kColumns * kNr;
  constexpr size_t kMaxRows = 8;  // of a call
  // The last pixel is loaded as a whole vector.
  uint8_t buffer[kMaxRows * kRowBytes + sizeof(uint8x16_t)];
  DepthwiseConvArgs part = args;
  part.output_row_stride = kRowBytes;
  part.output_pixel_stride = kNr;
  for (size_t x = 0; x < args.output_width; x += kColumns) {
    const size_t rest = args.output_width - x;
    part.output_width = rest < kColumns ? rest : kColumns;
    part.first_column =
        args.first_column + static_cast<ptrdiff_t>(x * args.stride_w);
    run(part, buffer);
    for (size_t y = 0; y < args.output_rows; ++y) {
      const uint8_t* from = buffer + y * kRowBytes;
      uint8_t* pixel = to + static_cast<ptrdiff_t>(y) * args.output_row_stride;
      for (size_t i = 0; i < part.output_width; ++i, from += kNr) {
        neon::StoreUpTo16(pixel, neon::LoadBytes(from), channels);
        pixel += args.output_pixel_stride;
      }
    }
    to += static_cast<ptrdiff_t>(kColumns) * args.output_pixel_stride;
  }
}

// An asm statement: with intrinsics g++ 12 copies sums.
[[gnu::always_inline]] static inline void DotProduct(int32x4_t& sum,
                                                     int8x16_t activations,
                                                     int8x16_t weights) {
  asm("sdot %0.4s, %1.16b, %2.16b"
      : "+w"(sum)
      : "w"(activations), "w"(weights));
}

}  // namespace octet::neondot

#endif  // OCTET_KERNELS_NEONDOT_DEPTHWISE_ROW_H_
