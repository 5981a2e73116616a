// Groups of few channels, computed together.
//
// A gemm kernel computes 16 or more channels at a time. A group that has fewer
// leaves most of it empty, and a call for each group costs more than its
// arithmetic. Neighbouring groups are therefore merged into one, whose weights
// are 0 between outputs and inputs of different groups:
//
//            inputs of       group 0   group 1
//   outputs of group 0    [   w w        0 0   ]
//   outputs of group 1    [   0 0        w w   ]
//
// The work is the same where the panel was filled up with empty channels
// before. Depthwise convolutions with several outputs a channel are such
// groups.

#ifndef OCTET_ENGINE_OPERATORS_MERGE_GROUPS_H_
#define OCTET_ENGINE_OPERATORS_MERGE_GROUPS_H_

#include <cstdint>
#include <vector>

#include "kernels/pack.h"

namespace octet {

// How many neighbouring groups to merge: a divisor of `groups`; 1: none.
int64_t GroupsToMerge(int64_t groups, int64_t group_outputs);

// The weights [n][taps][merged * group_channels] of the merged groups, for
// `weights` [n][taps][group_channels]. Where there are none, the product is 0:
// the value is the weights' zero point.
std::vector<int8_t> MergeGroups(const LayerWeights& weights, int64_t merged,
                                int64_t group_outputs, int64_t taps,
                                int64_t group_channels);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_MERGE_GROUPS_H_
