#include "tests/converter/passes/pass_check.h"

#include <algorithm>
#include <cmath>

#include "converter/ir/permutation.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/reference/float_graph.h"

namespace octet::converter {
namespace {

using reference::FloatTensor;
using reference::RunFloatGraph;

// `tensor` in `shape`, which is its own or, of a picture, that in NHWC.
std::vector<float> InLayout(const FloatTensor& tensor, const Shape& shape) {
  if (tensor.shape == shape) return tensor.data;
  if (tensor.shape.rank != 4 ||
      PermuteShape(tensor.shape, kToChannelsLast) != shape) {
    ADD_FAILURE() << tensor.shape.ToString() << " became " << shape.ToString();
    return std::vector<float>(size_t(shape.NumElements()), 0.0f);
  }
  return reference::RunFloatOperator(Transpose{kToChannelsLast}, {&tensor})
      .data;
}

void ExpectClose(const std::vector<float>& expected,
                 const std::vector<float>& actual, double tolerance) {
  double largest = 1;
  for (float x : expected) largest = std::max<double>(largest, std::abs(x));
  double difference = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    difference =
        std::max<double>(difference, std::abs(expected[i] - actual[i]));
  }
  EXPECT_LE(difference, tolerance * largest);
}

ValueId AddParameter(Graph& graph, const std::string& name, int32_t channels,
                     uint64_t seed, float lowest = -1) {
  std::vector<float> values = RandomFloats(channels, 1.0f, seed);
  for (float& x : values) x = std::max(x, lowest);
  return graph.AddConstant(name, Shape{channels}, values);
}

}  // namespace

void ExpectSameFunction(const Graph& expected, const Graph& actual,
                        double tolerance) {
  ASSERT_EQ(expected.inputs.size(), actual.inputs.size());
  ASSERT_EQ(expected.outputs.size(), actual.outputs.size());
  std::vector<std::vector<float>> expected_inputs;
  std::vector<std::vector<float>> actual_inputs;
  for (size_t i = 0; i < expected.inputs.size(); ++i) {
    const Value& a = expected.value(expected.inputs[i]);
    const Value& b = actual.value(actual.inputs[i]);
    EXPECT_EQ(a.name, b.name);
    expected_inputs.push_back(
        RandomFloats(a.shape.NumElements(), 2.0f, 1000 + i));
    actual_inputs.push_back(
        InLayout({a.shape, expected_inputs.back()}, b.shape));
  }
  const auto expected_outputs = RunFloatGraph(expected, expected_inputs);
  const auto actual_outputs = RunFloatGraph(actual, actual_inputs);
  for (size_t i = 0; i < expected_outputs.size(); ++i) {
    EXPECT_EQ(expected.value(expected.outputs[i]).name,
              actual.value(actual.outputs[i]).name);
    ExpectClose(InLayout(expected_outputs[i], actual_outputs[i].shape),
                actual_outputs[i].data, tolerance);
  }
}

Graph RunAndCheck(const Graph& given, Status (*pass)(Graph&)) {
  Graph result = given;
  const Status status = pass(result);
  EXPECT_TRUE(status.ok()) << status.message();
  const Status valid = ValidateGraph(result);
  EXPECT_TRUE(valid.ok()) << valid.message();
  if (valid.ok()) ExpectSameFunction(given, result, 1e-5);
  return result;
}

std::string Operators(const Graph& graph) {
  std::string names;
  for (const Node& node : graph.nodes) {
    if (!names.empty()) names += " ";
    names += OperatorName(node.op);
  }
  return names;
}

ValueId AppendMul(Graph& graph, const std::string& name, ValueId input,
                  const Shape& shape, uint64_t seed) {
  const ValueId factor = graph.AddConstant(
      name + ".factor", shape, RandomFloats(shape.NumElements(), 2.0f, seed));
  return Append(graph, name, Mul{}, {input, factor});
}

ValueId AppendAdd(Graph& graph, const std::string& name, ValueId input,
                  const Shape& shape, uint64_t seed) {
  const ValueId term = graph.AddConstant(
      name + ".term", shape, RandomFloats(shape.NumElements(), 2.0f, seed));
  return Append(graph, name, Add{}, {input, term});
}

ValueId AppendBatchNormalization(Graph& graph, const std::string& name,
                                 ValueId input, int axis, uint64_t seed) {
  const int32_t channels = graph.value(input).shape[axis];
  BatchNormalization op;
  op.epsilon = 1e-3f;
  op.axis = axis;
  std::vector<ValueId> inputs{input};
  for (int i = 0; i < 4; ++i) {
    const float lowest = i == 3 ? 0.01f : -1.0f;  // the variance
    inputs.push_back(AddParameter(graph, name + "." + std::to_string(i),
                                  channels, seed + uint64_t(i), lowest));
  }
  return Append(graph, name, op, inputs);
}

ValueId AppendFullyConnected(Graph& graph, const std::string& name,
                             ValueId input, int32_t n, uint64_t seed) {
  const Shape& shape = graph.value(input).shape;
  const Shape weights_shape{n, shape[shape.rank - 1]};
  const ValueId weights =
      graph.AddConstant(name + ".weights", weights_shape,
                        RandomFloats(weights_shape.NumElements(), 0.5f, seed));
  const ValueId bias = AddParameter(graph, name + ".bias", n, seed + 1);
  return Append(graph, name, FullyConnected{}, {input, weights, bias});
}

ValueId AppendTranspose(Graph& graph, const std::string& name, ValueId input,
                        const TransposeParams& permutation) {
  return Append(graph, name, Transpose{permutation}, {input});
}

FloatClamp Bounds(float min, float max) {
  FloatClamp clamp;
  clamp.min = min;
  clamp.max = max;
  return clamp;
}

}  // namespace octet::converter
