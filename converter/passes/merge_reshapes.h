// Given:  Reshape -> Reshape.
// Result: one Reshape, or none where the shape comes out unchanged.

#ifndef OCTET_CONVERTER_PASSES_MERGE_RESHAPES_H_
#define OCTET_CONVERTER_PASSES_MERGE_RESHAPES_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status MergeReshapes(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_MERGE_RESHAPES_H_
