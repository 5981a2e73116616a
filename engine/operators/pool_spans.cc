#include "engine/operators/pool_spans.h"

#include <algorithm>

namespace octet {

std::vector<PoolSpan> FindPoolSpans(const PoolAxis& axis) {
  std::vector<PoolSpan> spans;
  for (int64_t i = 0; i < axis.output; ++i) {
    const int64_t start = i * axis.stride - axis.pad;
    const int64_t first_tap =
        start >= 0 ? 0 : (-start + axis.dilation - 1) / axis.dilation;
    const int64_t end_tap =
        std::min(axis.kernel, (axis.input - 1 - start) / axis.dilation + 1);
    const int64_t cell = start + first_tap * axis.dilation;
    const int64_t cells = end_tap - first_tap;
    if (!spans.empty()) {
      PoolSpan& span = spans.back();
      if (span.cells == cells &&
          span.first_cell + span.num_outputs * axis.stride == cell) {
        ++span.num_outputs;
        continue;
      }
    }
    spans.push_back({i, 1, cell, cells});
  }
  return spans;
}

}  // namespace octet
