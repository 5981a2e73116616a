// Given:  Gather by one constant index, or by constant indices at equal
//         distances.
// Result: Slice, and a Reshape where the index drops the axis. A Slice has an
//         int8 form, and is often a view; a Gather looks up every block.

#ifndef OCTET_CONVERTER_PASSES_SLICE_GATHERS_H_
#define OCTET_CONVERTER_PASSES_SLICE_GATHERS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status SliceGathers(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_SLICE_GATHERS_H_
