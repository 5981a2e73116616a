// Convolutions, fully connected layers and pools against their definitions.

#include <limits>
#include <string>
#include <vector>

#include "converter/float/float_executor.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/reference/float_graph.h"

namespace octet::converter {
namespace {

std::string ToText(const Window2dParams& w) {
  std::string text;
  for (int32_t value :
       {w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h,
        w.dilation_w, w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) {
    text += std::to_string(value) + " ";
  }
  return text;
}

// Runs `graph`, which has one input and one output, on random values and
// compares it with the definition.
void ExpectReference(const Graph& graph) {
  const Shape& in = graph.value(graph.inputs[0]).shape;
  const auto input = RandomFloats(in.NumElements(), 1.0f, 3);
  const auto expected = reference::RunFloatGraph(graph, {input})[0];
  for (int threads : {1, 3}) {
    auto executor = FloatExecutor::Create(graph, {threads});
    ASSERT_TRUE(executor.ok()) << executor.status().message();
    ASSERT_TRUE((*executor)->Run({input}).ok());
    const float* output = (*executor)->Value(graph.outputs[0]);
    for (size_t i = 0; i < expected.data.size(); ++i) {
      ASSERT_NEAR(output[i], expected.data[i], 1e-4) << "element " << i;
    }
  }
}

void CheckConv(const Window2dParams& window, const Shape& in, int32_t channels,
               int32_t groups, FloatClamp clamp = {}) {
  SCOPED_TRACE(ToText(window) + in.ToString() + " " + std::to_string(groups));
  Graph graph;
  const ValueId x = AddInput(graph, "x", in);
  const Shape shape{channels, window.kernel_h, window.kernel_w, in[3] / groups};
  const ValueId weights =
      graph.AddConstant("w", shape, RandomFloats(shape.NumElements(), 0.5f, 1));
  const ValueId bias =
      graph.AddConstant("b", {channels}, RandomFloats(channels, 1.0f, 2));
  graph.outputs = {
      Append(graph, "conv", Conv2d{window, groups, clamp}, {x, weights, bias})};
  ExpectReference(graph);
}

TEST(FloatLayersTest, Conv2d) {
  CheckConv({1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 5, 4, 7}, 9, 1);
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 7, 6, 3}, 8, 1);
  CheckConv({3, 2, 2, 1, 1, 1, 0, 1, 2, 0}, {1, 9, 8, 4}, 5, 1);
  CheckConv({3, 3, 1, 2, 2, 3, 2, 3, 1, 0}, {1, 11, 13, 2}, 17, 1);
  CheckConv({1, 1, 2, 2, 1, 1, 0, 0, 0, 0}, {1, 7, 7, 16}, 33, 1);
  CheckConv({1, 1, 3, 3, 1, 1, 1, 1, 0, 0}, {1, 4, 4, 2}, 2, 1);
}

TEST(FloatLayersTest, GroupedAndDepthwiseConv2d) {
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 5, 6}, 9, 3);
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 6, 5, 19}, 19, 19);
  CheckConv({5, 5, 2, 2, 1, 1, 1, 2, 2, 1}, {1, 9, 9, 8}, 8, 8);
  CheckConv({7, 7, 1, 1, 1, 1, 3, 3, 3, 3}, {1, 9, 9, 8}, 8, 8);
  CheckConv({3, 3, 1, 1, 2, 2, 2, 2, 2, 2}, {1, 9, 9, 8}, 8, 8);
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 4}, 8, 4);
  CheckConv({1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 6, 6, 11}, 11, 11);
}

TEST(FloatLayersTest, Conv2dClamps) {
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 3}, 8, 1, {0.0f, 0.5f});
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 8}, 8, 8,
            {0.0f, std::numeric_limits<float>::infinity()});
}

TEST(FloatLayersTest, FullyConnected) {
  for (const Shape& in : {Shape{1, 37}, Shape{5, 37}, Shape{2, 3, 37}}) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", in);
    const ValueId weights =
        graph.AddConstant("w", {10, 37}, RandomFloats(370, 1.0f, 4));
    const ValueId bias =
        graph.AddConstant("b", {10}, RandomFloats(10, 1.0f, 5));
    graph.outputs = {
        Append(graph, "fc", FullyConnected{{-1.0f, 2.0f}}, {x, weights, bias})};
    ExpectReference(graph);
  }
}

void CheckPools(const Window2dParams& window, const Shape& in,
                FloatClamp clamp = {}) {
  SCOPED_TRACE(ToText(window) + in.ToString());
  for (const Operator& op : {Operator(MaxPool2d{window, clamp}),
                             Operator(AveragePool2d{window, false, clamp}),
                             Operator(AveragePool2d{window, true, clamp})}) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", in);
    graph.outputs = {Append(graph, "pool", op, {x})};
    ExpectReference(graph);
  }
}

TEST(FloatLayersTest, Pools) {
  CheckPools({2, 2, 2, 2, 1, 1, 0, 0, 0, 0}, {1, 6, 8, 5});
  CheckPools({3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, {2, 7, 7, 16});
  CheckPools({3, 3, 2, 2, 1, 1, 0, 0, 1, 1}, {1, 8, 8, 3});
  CheckPools({3, 2, 1, 1, 1, 1, 2, 1, 0, 0}, {1, 5, 5, 9});
  CheckPools({1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 5, 4, 3});
  CheckPools({1, 1, 2, 3, 1, 1, 0, 0, 0, 0}, {1, 5, 7, 3});
  CheckPools({1, 3, 1, 2, 1, 1, 0, 1, 0, 1}, {1, 3, 9, 4});
  CheckPools({2, 2, 4, 4, 1, 1, 0, 0, 0, 0}, {1, 9, 9, 2});
  CheckPools({9, 9, 9, 9, 1, 1, 0, 0, 0, 0}, {2, 9, 9, 6});
  CheckPools({7, 7, 1, 1, 1, 1, 0, 0, 0, 0}, {2, 7, 7, 40});
}

TEST(FloatLayersTest, DilatedPools) {
  CheckPools({2, 2, 1, 1, 2, 2, 0, 0, 0, 0}, {1, 6, 6, 3});
  CheckPools({2, 2, 1, 1, 2, 2, 1, 1, 1, 1}, {1, 6, 6, 3});
  CheckPools({3, 3, 2, 1, 2, 3, 2, 3, 1, 2}, {1, 9, 11, 4});
}

TEST(FloatLayersTest, PoolsClamp) {
  CheckPools({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 4}, {-0.1f, 0.1f});
  CheckPools({6, 6, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 6, 6, 4}, {0.0f, 0.01f});
}

}  // namespace
}  // namespace octet::converter
