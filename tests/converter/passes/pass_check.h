// Given -> Result: what every test of a pass checks.

#ifndef OCTET_TESTS_CONVERTER_PASSES_PASS_CHECK_H_
#define OCTET_TESTS_CONVERTER_PASSES_PASS_CHECK_H_

#include <string>
#include <variant>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// Runs `pass` on a copy of `given`, validates the result and expects it to
// compute the same function of random inputs within 1e-5 (relative to the
// largest output). An input or output of 4 dimensions may have become NHWC,
// which is seen by its shape. Names of inputs and outputs must stay.
Graph RunAndCheck(const Graph& given, Status (*pass)(Graph&));

// The same comparison of two graphs.
void ExpectSameFunction(const Graph& expected, const Graph& actual,
                        double tolerance);

// The nodes' operators in order, e.g. "Conv2d Reshape".
std::string Operators(const Graph& graph);

// The only node that holds an `Op`. REQUIRES: there is one.
template <typename Op>
const Node& TheNode(const Graph& graph) {
  const Node* found = nullptr;
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<Op>(node.op)) found = &node;
  }
  return *found;
}

template <typename Op>
const Op& TheOperator(const Graph& graph) {
  return std::get<Op>(TheNode<Op>(graph).op);
}

// y = x * scale + shift by constants of `shape`, filled with random values.
ValueId AppendMul(Graph& graph, const std::string& name, ValueId input,
                  const Shape& shape, uint64_t seed);
ValueId AppendAdd(Graph& graph, const std::string& name, ValueId input,
                  const Shape& shape, uint64_t seed);
ValueId AppendBatchNormalization(Graph& graph, const std::string& name,
                                 ValueId input, int axis, uint64_t seed);
// weights {n, k} and bias {n}, random.
ValueId AppendFullyConnected(Graph& graph, const std::string& name,
                             ValueId input, int32_t n, uint64_t seed);
ValueId AppendTranspose(Graph& graph, const std::string& name, ValueId input,
                        const TransposeParams& permutation);
FloatClamp Bounds(float min, float max);

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_PASSES_PASS_CHECK_H_
