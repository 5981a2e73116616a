#ifndef OCTET_CONVERTER_PASSES_RECOGNIZE_FUNCTIONS_H_
#define OCTET_CONVERTER_PASSES_RECOGNIZE_FUNCTIONS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// Given: elementwise nodes that together are a well-known function of one
// value, in whatever order an exporter wrote it, e.g. x * Sigmoid(x).
// Result: one Unary (Swish, HardSwish, Gelu, Mish ...), which is a table of 256
// entries in INT8 and one pass over memory in FP32.
// The function is known by its values: the nodes are evaluated at points from
// -12 to 12 and compared with the candidates.
Status RecognizeFunctions(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_RECOGNIZE_FUNCTIONS_H_
