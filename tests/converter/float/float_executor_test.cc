#include "converter/float/float_executor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

// Layers of every family, large enough for XNNPACK to cut into tiles.
Graph MakeNetwork(ValueId* input) {
  Graph graph;
  *input = AddInput(graph, "x", {1, 33, 31, 3});
  const ValueId a = AppendConv(graph, "a", *input, 32, 3, 1);
  const ValueId b = AppendConv(graph, "b", a, 32, 5, 2, 32, {0.0f, 6.0f});
  const ValueId c = AppendConv(graph, "c", b, 32, 1, 3);
  const ValueId d = Append(graph, "d", Add{}, {a, c});
  AveragePool2d pool;
  pool.window = {3, 3, 2, 2, 1, 1, 1, 1, 1, 1};
  const ValueId e = Append(graph, "e", pool, {d});
  const ValueId f = Append(graph, "f", Reshape{{1, 17 * 16 * 32}}, {e});
  const ValueId weights = graph.AddConstant(
      "w", {101, 17 * 16 * 32}, RandomFloats(101 * 17 * 16 * 32, 0.05f, 4));
  const ValueId bias =
      graph.AddConstant("bias", {101}, std::vector<float>(101, 0.1f));
  const ValueId g = Append(graph, "g", FullyConnected{}, {f, weights, bias});
  graph.outputs = {Append(graph, "h", Softmax{}, {g})};
  return graph;
}

TEST(FloatExecutorTest, ThreadsAndRepetitionDoNotChangeABit) {
  ValueId input = kNoValue;
  const Graph graph = MakeNetwork(&input);
  const auto sample = RandomFloats(33 * 31 * 3, 1.0f, 10);
  const auto other = RandomFloats(33 * 31 * 3, 1.0f, 11);
  auto reference = FloatExecutor::Create(graph, {.threads = 1});
  ASSERT_TRUE(reference.ok()) << reference.status().message();
  ASSERT_TRUE((*reference)->Run({sample}).ok());
  for (int threads : {0, 1, 2, 5}) {
    auto executor = FloatExecutor::Create(graph, {threads});
    ASSERT_TRUE(executor.ok());
    ASSERT_TRUE((*executor)->Run({other}).ok());
    EXPECT_NE(
        std::memcmp((*executor)->Value(graph.outputs[0]),
                    (*reference)->Value(graph.outputs[0]), 101 * sizeof(float)),
        0);
    ASSERT_TRUE((*executor)->Run({sample}).ok());
    for (const Node& node : graph.nodes) {
      const size_t bytes =
          size_t(graph.value(node.output).shape.NumElements()) * sizeof(float);
      EXPECT_EQ(std::memcmp((*executor)->Value(node.output),
                            (*reference)->Value(node.output), bytes),
                0)
          << node.name << " with " << threads << " threads";
    }
  }
}

TEST(FloatExecutorTest, EveryValueCanBeObserved) {
  ValueId input = kNoValue;
  const Graph graph = MakeNetwork(&input);
  auto executor = FloatExecutor::Create(graph, {.threads = 1});
  ASSERT_TRUE(executor.ok());
  const auto sample = RandomFloats(33 * 31 * 3, 1.0f, 12);
  ASSERT_TRUE((*executor)->Run({sample}).ok());
  EXPECT_EQ(std::vector<float>((*executor)->Value(input),
                               (*executor)->Value(input) + sample.size()),
            sample);
  for (const Node& node : graph.nodes) {
    EXPECT_NE((*executor)->Value(node.output), nullptr);
  }
  EXPECT_EQ((*executor)->Value(graph.nodes[0].inputs[1]), nullptr);
}

TEST(FloatExecutorTest, WrongInputsAreRefusedByName) {
  ValueId input = kNoValue;
  const Graph graph = MakeNetwork(&input);
  auto executor = FloatExecutor::Create(graph, {.threads = 1});
  ASSERT_TRUE(executor.ok());
  EXPECT_FALSE((*executor)->Run({}).ok());
  const Status status = (*executor)->Run({{1.0f, 2.0f}});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("input 'x' takes [1, 33, 31, 3]"),
            std::string::npos);
  EXPECT_FALSE(FloatExecutor::Create(graph, {.threads = -1}).ok());
}

// Between two layers of XNNPACK's: an operator that the engine computes.
TEST(FloatExecutorTest, TheEngineRunsWhatXnnpackLacks) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 5, 4});
  const ValueId a = AppendConv(graph, "a", x, 6, 3, 1);
  const ValueId b = Append(graph, "b", Lrn{3, 0.6f, 0.75f, 2.0f}, {a});
  const ValueId c = Append(graph, "c", Add{}, {a, b});
  graph.outputs = {c};
  auto executor = FloatExecutor::Create(graph, {.threads = 2});
  ASSERT_TRUE(executor.ok()) << executor.status().message();
  for (uint64_t seed : {20, 21}) {
    ASSERT_TRUE((*executor)->Run({RandomFloats(60, 4.0f, seed)}).ok());
    const float* from = (*executor)->Value(a);
    for (int i = 0; i < 90; ++i) {
      double squares = 0.0;
      for (int j = std::max(i % 6 - 1, 0); j <= std::min(i % 6 + 1, 5); ++j) {
        squares += std::pow(double{from[i - i % 6 + j]}, 2);
      }
      const double expected =
          from[i] * std::pow(2.0 + double{0.6f} / 3 * squares, -0.75);
      EXPECT_NEAR((*executor)->Value(b)[i], expected, 1e-5) << i;
      EXPECT_NEAR((*executor)->Value(c)[i], from[i] + expected, 1e-5) << i;
    }
  }
}

TEST(FloatExecutorTest, NodesThatCannotRunAreRefusedByName) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  graph.outputs = {Append(graph, "same", Identity{}, {x})};
  const auto executor = FloatExecutor::Create(graph, {.threads = 1});
  ASSERT_FALSE(executor.ok());
  EXPECT_NE(executor.status().message().find("node 'same' (Identity)"),
            std::string::npos);

  Graph empty_clamp;
  const ValueId y = AddInput(empty_clamp, "y", {1, 4});
  empty_clamp.outputs = {Append(empty_clamp, "clip", Clamp{{2.0f, 1.0f}}, {y})};
  const auto refused = FloatExecutor::Create(empty_clamp, {.threads = 1});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.status().message().find("node 'clip' (Clamp)"),
            std::string::npos);
}

TEST(FloatExecutorTest, RunFromComputesTheRestOnChangedValues) {
  ValueId input = kNoValue;
  const Graph graph = MakeNetwork(&input);
  const ValueId b = graph.nodes[1].output, output = graph.outputs[0];
  const auto sample = RandomFloats(33 * 31 * 3, 1.0f, 10);
  auto made = FloatExecutor::Create(graph, {.threads = 1});
  ASSERT_TRUE(made.ok());
  FloatExecutor& executor = **made;
  ASSERT_TRUE(executor.Run({sample}).ok());
  const std::vector<float> original(executor.Value(output),
                                    executor.Value(output) + 101);

  // The same change, as a filter and in place.
  const auto clear = [&](ValueId id, std::span<float> values) {
    if (id == b) std::fill(values.begin(), values.end(), 0.0f);
  };
  ASSERT_TRUE(executor.RunFrom(0, clear).ok());
  const std::vector<float> filtered(executor.Value(output),
                                    executor.Value(output) + 101);
  EXPECT_NE(filtered, original);
  ASSERT_TRUE(executor.RunFrom(0, nullptr).ok());
  EXPECT_EQ(
      std::vector<float>(executor.Value(output), executor.Value(output) + 101),
      original);
  clear(b, executor.MutableValue(b));
  ASSERT_TRUE(executor.RunFrom(2, nullptr).ok());
  EXPECT_EQ(
      std::vector<float>(executor.Value(output), executor.Value(output) + 101),
      filtered);
}

}  // namespace
}  // namespace octet::converter
