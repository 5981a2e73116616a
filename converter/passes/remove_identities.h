// Given:  a node that returns its input: Identity, a Reshape to the same shape,
//         a Transpose that permutes nothing, a Slice of everything, a Pad by
//         nothing, a Clamp without bounds, a Concat of one.
// Result: its readers read its input. Where it leads from a graph input to a
//         graph output it stays, as a Reshape.

#ifndef OCTET_CONVERTER_PASSES_REMOVE_IDENTITIES_H_
#define OCTET_CONVERTER_PASSES_REMOVE_IDENTITIES_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status RemoveIdentities(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_REMOVE_IDENTITIES_H_
