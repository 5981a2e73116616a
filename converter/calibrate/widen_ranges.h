// Ranges for values that calibration has not seen.

#ifndef OCTET_CONVERTER_CALIBRATE_WIDEN_RANGES_H_
#define OCTET_CONVERTER_CALIBRATE_WIDEN_RANGES_H_

#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"

namespace octet::converter {

// Multiplies both ends of the range of node i of n (i = 1 ... n) by
// 1 + i / n * (last - 1), last >= 1, but not beyond the bounds of the node's
// clamp: what made-up samples miss grows with the depth. The graph's inputs
// keep their ranges.
void WidenRanges(const Graph& graph, float last, Ranges& ranges);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_WIDEN_RANGES_H_
