#include "converter/calibrate/widen_ranges.h"

#include <algorithm>

namespace octet::converter {

void WidenRanges(const Graph& graph, float last, Ranges& ranges) {
  const size_t count = graph.nodes.size();
  for (size_t i = 0; i < count; ++i) {
    const Node& node = graph.nodes[i];
    const float factor = 1.0f + float(i + 1) / float(count) * (last - 1.0f);
    Range& range = ranges[size_t(node.output)];
    const Range seen = range;
    range = {seen.min * factor, seen.max * factor};
    const FloatClamp* clamp = FindClamp(node.op);
    if (clamp == nullptr) continue;
    // A range that has been seen is within the clamp but for rounding.
    range.min = std::min(std::max(range.min, clamp->min), seen.min);
    range.max = std::max(std::min(range.max, clamp->max), seen.max);
  }
}

}  // namespace octet::converter
