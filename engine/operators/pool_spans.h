// PoolSpans: the windows of a pooling operator along one axis, clipped to the
// picture and grouped.

#ifndef OCTET_ENGINE_OPERATORS_POOL_SPANS_H_
#define OCTET_ENGINE_OPERATORS_POOL_SPANS_H_

#include <cstdint>
#include <vector>

#include "engine/network.h"
#include "octet/shape.h"
#include "schema/operators.h"

namespace octet {

// Neighbouring outputs whose clipped windows have the same number of cells;
// their first cells are `stride` apart.
struct PoolSpan {
  int64_t first_output;
  int64_t num_outputs;
  int64_t first_cell;  // of the first output, in the picture
  int64_t cells;       // of each window that lie in the picture
};

struct PoolAxis {
  int64_t input, output, kernel, stride, dilation, pad;
};

inline PoolAxis VerticalAxis(const Window2dParams& window, const Shape& input,
                             const Shape& output) {
  return {input[1],        output[1],         window.kernel_h,
          window.stride_h, window.dilation_h, window.pad_top};
}

inline PoolAxis HorizontalAxis(const Window2dParams& window, const Shape& input,
                               const Shape& output) {
  return {input[2],        output[2],         window.kernel_w,
          window.stride_w, window.dilation_w, window.pad_left};
}

// REQUIRES: every window covers a cell (InferPool2dShape).
std::vector<PoolSpan> FindPoolSpans(const PoolAxis& axis);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_POOL_SPANS_H_
