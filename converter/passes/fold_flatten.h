// Given:  Transpose that keeps dimension 0 -> Reshape to {n, everything else}
//         -> FullyConnected: the flattening of a picture in NCHW.
// Result: Reshape -> FullyConnected whose columns are permuted.

#ifndef OCTET_CONVERTER_PASSES_FOLD_FLATTEN_H_
#define OCTET_CONVERTER_PASSES_FOLD_FLATTEN_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status FoldFlatten(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_FOLD_FLATTEN_H_
