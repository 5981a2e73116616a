// What the depthwise kernels for 5x5 and 7x7 have in common, those with dot
// products included: they copy the input of some output columns first, with the
// columns of padding, and compute two neighbouring outputs at a time.

#ifndef OCTET_KERNELS_NEON_DEPTHWISE_WINDOW_H_
#define OCTET_KERNELS_NEON_DEPTHWISE_WINDOW_H_

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/depthwise_panel.h"

namespace octet::neon {

// Columns of the input, from `first` on: before ... end - 1 of `count` are in
// the picture.
struct WindowColumns {
  ptrdiff_t first;
  size_t before, end, count;

  ptrdiff_t FirstInside() const {
    return first + static_cast<ptrdiff_t>(before);
  }
};

static inline WindowColumns WindowColumnsOf(const DepthwiseConvArgs& args,
                                            ptrdiff_t first, size_t count) {
  const auto clamp = [&](ptrdiff_t column) {
    if (column < 0) return size_t{0};
    const size_t limited = static_cast<size_t>(column);
    return limited < count ? limited : count;
  };
  const size_t before = clamp(-first);
  const size_t end = clamp(static_cast<ptrdiff_t>(args.input_columns) - first);
  return {first, before, end < before ? before : end, count};
}

// Calls visit(panel, first channel, columns, outputs, first output) for all
// panels and, of each, for all columns of outputs, at most `max_outputs` at a
// time.
template <typename Visit>
static inline void ForEachWindow(const DepthwiseConvArgs& args,
                                 size_t max_outputs, Visit visit) {
  ForEachPanel(args, [&](const DepthwisePanel& p, ptrdiff_t c) {
    for (size_t x = 0; x < args.output_width; x += max_outputs) {
      const size_t rest = args.output_width - x;
      const size_t outputs = rest < max_outputs ? rest : max_outputs;
      const WindowColumns columns = WindowColumnsOf(
          args, args.first_column + static_cast<ptrdiff_t>(x * args.stride_w),
          (outputs - 1) * args.stride_w + args.kernel_w);
      visit(p, c, columns, outputs,
            static_cast<uint8_t*>(args.output) + c +
                static_cast<ptrdiff_t>(x) * args.output_pixel_stride);
    }
  });
}

// Sums are passed in registers, as members of a struct they would not be.
[[gnu::noinline]] static void StoreOutputs(
    int32x4_t a0, int32x4_t a1, int32x4_t a2, int32x4_t a3, int32x4_t b0,
    int32x4_t b1, int32x4_t b2, int32x4_t b3, const DepthwisePanel& p,
    size_t count, uint8_t* to, ptrdiff_t step) {
  const int8x16_t bytes0 = OutputBytes(p, {a0, a1, a2, a3});
  const int8x16_t bytes1 = OutputBytes(p, {b0, b1, b2, b3});
  StoreChannels(p, bytes0, to);
  if (count != 1) StoreChannels(p, bytes1, to + step);
}

// Stores two outputs, or the first, if `count` is 1. A call, because it is long
// and follows each of several loops.
[[gnu::always_inline]] static inline void StoreTwo(const DepthwisePanel& p,
                                                   const DepthwiseSums& a,
                                                   const DepthwiseSums& b,
                                                   size_t count, uint8_t* to,
                                                   ptrdiff_t step) {
  StoreOutputs(a.sum0, a.sum1, a.sum2, a.sum3, b.sum0, b.sum1, b.sum2, b.sum3,
               p, count, to, step);
}

}  // namespace octet::neon

#endif  // OCTET_KERNELS_NEON_DEPTHWISE_WINDOW_H_
