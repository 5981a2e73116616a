#include "engine/operators/merge_groups.h"

#include <cstring>

namespace octet {
namespace {

// The channels of a panel of most gemm kernels.
constexpr int64_t kEnoughOutputs = 16;

}  // namespace

int64_t GroupsToMerge(int64_t groups, int64_t group_outputs) {
  int64_t merged = 1;
  for (int64_t count = 1; count <= groups; ++count) {
    if (groups % count != 0) continue;
    // The fewest that fill a panel; with all of them it may stay unfilled, but
    // much more than a panel is work for nothing.
    if (count * group_outputs > 2 * kEnoughOutputs) break;
    merged = count;
    if (count * group_outputs >= kEnoughOutputs) break;
  }
  return merged;
}

std::vector<int8_t> MergeGroups(const LayerWeights& weights, int64_t merged,
                                int64_t group_outputs, int64_t taps,
                                int64_t group_channels) {
  const int64_t n = static_cast<int64_t>(weights.n);
  std::vector<int8_t> result(
      static_cast<size_t>(n * taps * merged * group_channels),
      static_cast<int8_t>(weights.weight_zero_point));
  for (int64_t c = 0; c < n; ++c) {
    const int64_t place = c / group_outputs % merged;
    for (int64_t tap = 0; tap < taps; ++tap) {
      std::memcpy(
          result.data() + ((c * taps + tap) * merged + place) * group_channels,
          weights.weights + c * static_cast<int64_t>(weights.channel_stride) +
              tap * group_channels,
          static_cast<size_t>(group_channels));
    }
  }
  return result;
}

}  // namespace octet
