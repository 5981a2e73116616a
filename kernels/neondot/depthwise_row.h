// What the two 3x3 depthwise kernels share: which columns of a row are outside
// the picture, and asm statements that keep registers free.

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

// asm statements: with intrinsics g++ 12 copies sums, and keeps what is loaded
// here in registers that it then lacks elsewhere.
[[gnu::always_inline]] static inline void DotProduct(int32x4_t& sum,
                                                     int8x16_t activations,
                                                     int8x16_t weights) {
  asm("sdot %0.4s, %1.16b, %2.16b"
      : "+w"(sum)
      : "w"(activations), "w"(weights));
}

// Two vectors that lie side by side, loaded where this stands.
template <typename Vector>
[[gnu::always_inline]] static inline void LoadTwo(const void* from,
                                                  Vector& first,
                                                  Vector& second) {
  asm volatile("ldp %q0, %q1, [%2]"
               : "=w"(first), "=w"(second)
               : "r"(from), "m"(*static_cast<const uint8_t(*)[32]>(from)));
}

}  // namespace octet::neondot

#endif  // OCTET_KERNELS_NEONDOT_DEPTHWISE_ROW_H_
