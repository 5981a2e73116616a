// Networks whose values have grids of their own (Value::grid): what is known of
// them without samples.

#ifndef OCTET_CONVERTER_QUANTIZE_GRID_RANGES_H_
#define OCTET_CONVERTER_QUANTIZE_GRID_RANGES_H_

#include <set>
#include <string>

#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"

namespace octet::converter {

// For each value the first and the last number of its grid; [0, 0] of values
// without one.
Ranges RangesOfGrids(const Graph& graph);

// The nodes, by name, that read or compute an activation without a grid: INT8
// would need a range of it. The output of a Softmax has one that is always the
// same.
std::set<std::string> NodesWithoutGrids(const Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_GRID_RANGES_H_
