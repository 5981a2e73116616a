// Given:  nodes whose output nothing needs, and values that nothing uses.
// Result: neither; graph inputs stay, used or not.

#ifndef OCTET_CONVERTER_PASSES_ELIMINATE_DEAD_NODES_H_
#define OCTET_CONVERTER_PASSES_ELIMINATE_DEAD_NODES_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status EliminateDeadNodes(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_ELIMINATE_DEAD_NODES_H_
