// What the two 3x3 depthwise kernels share: which columns of a row are outside
// the picture, and asm statements that keep registers free.

#ifndef OCTET_KERNELS_NEONDOT_DEPTHWISE_ROW_H_
#define OCTET_KERNELS_NEONDOT_DEPTHWISE_ROW_H_

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"

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

// The pointer, but the compiler does not know that it is the same: so it loads
// what is behind it when that is needed, instead of keeping it in registers.
template <typename T>
[[gnu::always_inline]] static inline const T* Reloaded(const T* pointer) {
  asm volatile("" : "+r"(pointer));
  return pointer;
}

}  // namespace octet::neondot

#endif  // OCTET_KERNELS_NEONDOT_DEPTHWISE_ROW_H_
