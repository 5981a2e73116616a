// Elementwise operators and data movement against their definitions.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "converter/float/float_executor.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

// The only output of `graph`, or nothing on an error.
std::vector<float> RunGraph(const Graph& graph,
                            const std::vector<std::vector<float>>& inputs) {
  auto executor = FloatExecutor::Create(graph, {.threads = 2});
  EXPECT_TRUE(executor.ok()) << executor.status().message();
  if (!executor.ok()) return {};
  EXPECT_TRUE((*executor)->Run(inputs).ok());
  const ValueId output = graph.outputs[0];
  const float* values = (*executor)->Value(output);
  return {values, values + graph.value(output).shape.NumElements()};
}

TEST(FloatElementwiseTest, AddAndMulOfTwoActivations) {
  for (const Shape& shape : {Shape{1, 3, 5, 7}, Shape{2, 11}, Shape{1}}) {
    const auto a = RandomFloats(shape.NumElements(), 1.0f, 1);
    const auto b = RandomFloats(shape.NumElements(), 1.0f, 2);
    for (const bool add : {true, false}) {
      const FloatClamp clamp{-0.5f, 0.7f};
      Graph graph;
      const ValueId x = AddInput(graph, "x", shape);
      const ValueId y = AddInput(graph, "y", shape);
      graph.outputs = {Append(graph, "op",
                              add ? Operator(Add{clamp}) : Operator(Mul{clamp}),
                              {x, y})};
      const auto output = RunGraph(graph, {a, b});
      ASSERT_EQ(output.size(), a.size());
      for (size_t i = 0; i < a.size(); ++i) {
        const float value = add ? a[i] + b[i] : a[i] * b[i];
        ASSERT_FLOAT_EQ(output[i], std::clamp(value, -0.5f, 0.7f));
      }
    }
  }
}

TEST(FloatElementwiseTest, ConstantsBroadcast) {
  const Shape shape{1, 2, 3, 4};
  const auto a = RandomFloats(24, 1.0f, 3);
  struct Case {
    Shape shape;
    std::vector<size_t> strides;  // of h, w and c
  };
  for (const Case& c :
       {Case{{}, {0, 0, 0}}, Case{{1}, {0, 0, 0}}, Case{{4}, {0, 0, 1}},
        Case{{3, 1}, {0, 1, 0}}, Case{{1, 2, 1, 4}, {4, 0, 1}},
        Case{{1, 2, 3, 4}, {12, 4, 1}}}) {
    const auto b = RandomFloats(c.shape.NumElements(), 1.0f, 4);
    for (const bool add : {true, false}) {
      Graph graph;
      const ValueId x = AddInput(graph, "x", shape);
      const ValueId y = graph.AddConstant("y", c.shape, b);
      graph.outputs = {
          Append(graph, "op", add ? Operator(Add{}) : Operator(Mul{}), {x, y})};
      const auto output = RunGraph(graph, {a});
      ASSERT_EQ(output.size(), 24u);
      for (size_t i = 0; i < 24; ++i) {
        const float other = b[i / 12 * c.strides[0] + i / 4 % 3 * c.strides[1] +
                              i % 4 * c.strides[2]];
        ASSERT_FLOAT_EQ(output[i], add ? a[i] + other : a[i] * other)
            << c.shape.ToString();
      }
    }
  }
}

TEST(FloatElementwiseTest, ClampAndSoftmax) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {3, 19});
  const ValueId clamped = Append(graph, "clamp", Clamp{{-2.0f, 3.0f}}, {x});
  graph.outputs = {Append(graph, "softmax", Softmax{}, {clamped})};
  const auto a = RandomFloats(3 * 19, 5.0f, 5);
  const auto output = RunGraph(graph, {a});
  ASSERT_EQ(output.size(), a.size());
  for (size_t row = 0; row < 3; ++row) {
    double sum = 0.0;
    for (size_t i = 0; i < 19; ++i) {
      sum += std::exp(std::clamp<double>(a[row * 19 + i], -2.0, 3.0));
    }
    for (size_t i = row * 19; i < row * 19 + 19; ++i) {
      ASSERT_NEAR(output[i],
                  std::exp(std::clamp<double>(a[i], -2.0, 3.0)) / sum, 1e-6);
    }
  }
}

TEST(FloatDataMovementTest, Concat) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 4});
  const ValueId y = AddInput(graph, "y", {2, 1, 4});
  const auto constant = RandomFloats(8, 1.0f, 6);
  const ValueId c = graph.AddConstant("c", {2, 1, 4}, constant);
  graph.outputs = {Append(graph, "concat", Concat{ConcatParams{1}}, {x, y, c})};
  const auto a = RandomFloats(24, 1.0f, 7), b = RandomFloats(8, 1.0f, 8);
  const auto output = RunGraph(graph, {a, b});
  ASSERT_EQ(output.size(), 40u);
  for (size_t i = 0; i < 40; ++i) {
    const size_t n = i / 20, row = i / 4 % 5, column = i % 4;
    const float expected = row < 3 ? a[(n * 3 + row) * 4 + column]
                                   : (row == 3 ? b : constant)[n * 4 + column];
    ASSERT_EQ(output[i], expected) << i;
  }
}

TEST(FloatDataMovementTest, ConcatAlongTheLastDimension) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3});
  const ValueId y = AddInput(graph, "y", {2, 1});
  graph.outputs = {Append(graph, "concat", Concat{ConcatParams{1}}, {x, y, x})};
  EXPECT_EQ(RunGraph(graph, {{1, 2, 3, 4, 5, 6}, {7, 8}}),
            (std::vector<float>{1, 2, 3, 7, 1, 2, 3, 4, 5, 6, 8, 4, 5, 6}));
}

TEST(FloatDataMovementTest, ReshapeAndTranspose) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {24});
  const ValueId cube = Append(graph, "cube", Reshape{{2, 3, 4}}, {x});
  Transpose transpose;
  transpose.params.permutation[0] = 2;
  transpose.params.permutation[1] = 0;
  transpose.params.permutation[2] = 1;
  graph.outputs = {Append(graph, "turn", transpose, {cube})};
  const auto a = RandomFloats(24, 1.0f, 9);
  const auto output = RunGraph(graph, {a});
  ASSERT_EQ(output.size(), 24u);
  for (size_t i = 0; i < 24; ++i) {
    // output[k][n][m] = input[n][m][k]
    ASSERT_EQ(output[i], a[i / 3 % 2 * 12 + i % 3 * 4 + i / 6]);
  }
}

TEST(FloatDataMovementTest, PadAndSlice) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3});
  Pad pad;
  pad.params.begin[0] = 1;
  pad.params.end[1] = 2;
  pad.value = -9.0f;
  const ValueId padded = Append(graph, "pad", pad, {x});
  Slice slice;  // the rows backwards, every other column
  slice.params.begin[0] = 2;
  slice.params.size[0] = 3;
  slice.params.step[0] = -1;
  slice.params.begin[1] = 0;
  slice.params.size[1] = 3;
  slice.params.step[1] = 2;
  graph.outputs = {padded};
  EXPECT_EQ(RunGraph(graph, {{1, 2, 3, 4, 5, 6}}),
            (std::vector<float>{-9, -9, -9, -9, -9, 1, 2, 3, -9, -9, 4, 5, 6,
                                -9, -9}));
  graph.outputs = {Append(graph, "slice", slice, {padded})};
  EXPECT_EQ(RunGraph(graph, {{1, 2, 3, 4, 5, 6}}),
            (std::vector<float>{4, 6, -9, 1, 3, -9, -9, -9, -9}));
}

}  // namespace
}  // namespace octet::converter
