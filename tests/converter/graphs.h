// Small pieces of graphs for tests.

#ifndef OCTET_TESTS_CONVERTER_GRAPHS_H_
#define OCTET_TESTS_CONVERTER_GRAPHS_H_

#include <string>
#include <vector>

#include "converter/ir/graph.h"
#include "gtest/gtest.h"
#include "tests/random.h"

namespace octet::converter {

// Uniform in -size ... size.
inline std::vector<float> RandomFloats(int64_t count, float size,
                                       uint64_t seed) {
  Random random(seed);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) {
    value =
        size * static_cast<float>(random.Between(-1000000, 1000000)) * 1e-6f;
  }
  return values;
}

inline ValueId AddInput(Graph& graph, const std::string& name,
                        const Shape& shape) {
  const ValueId id = graph.AddActivation(name, shape);
  graph.inputs.push_back(id);
  return id;
}

// Appends a node named `name`, whose output is named "<name>:0".
inline ValueId Append(Graph& graph, const std::string& name, Operator op,
                      std::vector<ValueId> inputs) {
  const char* type = OperatorName(op);
  const Result<ValueId> output =
      graph.AddNode(name, type, std::move(op), std::move(inputs), name + ":0");
  EXPECT_TRUE(output.ok()) << output.status().message();
  return output.ok() ? *output : kNoValue;
}

// A square convolution of stride 1 that keeps the size, with random weights.
inline ValueId AppendConv(Graph& graph, const std::string& name, ValueId input,
                          int32_t channels, int32_t kernel, uint64_t seed,
                          int32_t groups = 1, FloatClamp clamp = {}) {
  Conv2d conv;
  conv.window.kernel_h = conv.window.kernel_w = kernel;
  conv.window.pad_top = conv.window.pad_left = kernel / 2;
  conv.window.pad_bottom = conv.window.pad_right = kernel / 2;
  conv.groups = groups;
  conv.clamp = clamp;
  const Shape shape{channels, kernel, kernel,
                    graph.value(input).shape[3] / groups};
  const ValueId weights = graph.AddConstant(
      name + ".weights", shape, RandomFloats(shape.NumElements(), 0.5f, seed));
  const ValueId bias = graph.AddConstant(
      name + ".bias", {channels}, RandomFloats(channels, 0.5f, seed + 1));
  return Append(graph, name, conv, {input, weights, bias});
}

}  // namespace octet::converter

#endif  // OCTET_TESTS_CONVERTER_GRAPHS_H_
