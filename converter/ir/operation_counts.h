// How large a network is: parameters and multiply-accumulates.

#ifndef OCTET_CONVERTER_IR_OPERATION_COUNTS_H_
#define OCTET_CONVERTER_IR_OPERATION_COUNTS_H_

#include <cstdint>

#include "converter/ir/graph.h"

namespace octet::converter {

// Of a convolution or fully connected layer: one for each weight and each
// output element that it takes part in, cells of padding included. Other
// operators have none.
int64_t MultiplyAccumulates(const Graph& graph, const Node& node);

// What the script `thop` counts for PyTorch modules, beside the above:
// 4 an element of a BatchNormalization, 1 an element of an average pool (of a
// global one: cells + 1), 3n - 1 a row of n of a Softmax; nothing for
// activations, max pools, sums and what only moves elements.
int64_t ThopOperations(const Graph& graph, const Node& node);

// Trained numbers: weights and biases, and a BatchNormalization's scale and
// bias (its mean and variance are statistics). A bias of zeros alone, which an
// importer adds where the source has none, does not count.
int64_t ParameterCount(const Graph& graph, const Node& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_OPERATION_COUNTS_H_
