// A node of a graph as a graph of its own.

#ifndef OCTET_CONVERTER_IR_NODE_ALONE_H_
#define OCTET_CONVERTER_IR_NODE_ALONE_H_

#include "converter/ir/graph.h"

namespace octet::converter {

// `node` of `graph`, with its constants, which it shares. Its inputs are the
// activations that it reads, one a use, in its order.
Graph NodeAlone(const Graph& graph, const Node& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_NODE_ALONE_H_
