// Given:  a node that moves, adds, multiplies, clamps or normalizes constants.
// Result: a constant in place of its output.

#ifndef OCTET_CONVERTER_PASSES_FOLD_CONSTANTS_H_
#define OCTET_CONVERTER_PASSES_FOLD_CONSTANTS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status FoldConstants(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_FOLD_CONSTANTS_H_
