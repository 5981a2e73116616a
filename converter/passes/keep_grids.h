#ifndef OCTET_CONVERTER_PASSES_KEEP_GRIDS_H_
#define OCTET_CONVERTER_PASSES_KEEP_GRIDS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// Given: FakeQuantize nodes, which a quantized source put where it has int8
// tensors.
// Result: values with that grid (Value::grid) instead; clamps and pads that
// stood behind such nodes are fused. A value has one grid, and so have all that
// are the same numbers, moved: where a second one is asked for, or the grid of
// a Softmax's output, which is always the same, the FakeQuantize stays.
//
// Not in the list of passes: the graph computes without rounding afterwards,
// which is what a quantizer starts from, and not what the source computes.
Status KeepGrids(Graph& graph);

// Whether a value of the graph has a grid.
bool HasGrids(const Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_KEEP_GRIDS_H_
