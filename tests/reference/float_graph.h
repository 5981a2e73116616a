// The converter's graph executed from the operators' definitions
// (converter/ir/operators.h): one loop over every output element, sums in
// double, no blocking, nothing shared with the code under test. Slow.

#ifndef OCTET_TESTS_REFERENCE_FLOAT_GRAPH_H_
#define OCTET_TESTS_REFERENCE_FLOAT_GRAPH_H_

#include <vector>

#include "converter/ir/graph.h"

namespace octet::reference {

// A dense tensor, row-major.
struct FloatTensor {
  Shape shape;
  std::vector<float> data;
};

// The graph's outputs for `inputs`, one for each of graph.inputs, of their
// shapes. REQUIRES: ValidateGraph(graph).ok().
std::vector<FloatTensor> RunFloatGraph(
    const converter::Graph& graph,
    const std::vector<std::vector<float>>& inputs);

// One operator.
FloatTensor RunFloatOperator(const converter::Operator& op,
                             const std::vector<const FloatTensor*>& inputs);

}  // namespace octet::reference

#endif  // OCTET_TESTS_REFERENCE_FLOAT_GRAPH_H_
