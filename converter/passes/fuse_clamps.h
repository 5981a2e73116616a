// Given:  an operator with a clamp (Conv2d, FullyConnected, Add, Mul, pools,
//         Clamp) -> Clamp, its only reader.
// Result: the operator with the intersection of the two clamps.

#ifndef OCTET_CONVERTER_PASSES_FUSE_CLAMPS_H_
#define OCTET_CONVERTER_PASSES_FUSE_CLAMPS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status FuseClamps(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_FUSE_CLAMPS_H_
