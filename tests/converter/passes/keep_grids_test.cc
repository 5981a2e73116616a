#include "converter/passes/keep_grids.h"

#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr Int8Grid kA = {0.5f, 3};
constexpr Int8Grid kB = {0.25f, -128};

Graph Kept(Graph graph) {
  const Status status = KeepGrids(graph);
  EXPECT_TRUE(status.ok()) << status.message();
  return graph;
}

const std::optional<Int8Grid>& OutputGrid(const Graph& graph, size_t node) {
  return graph.value(graph.nodes[node].output).grid;
}

TEST(KeepGridsTest, InputsAndLayersTakeTheirs) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  const ValueId on_a = Append(graph, "a", FakeQuantize{kA}, {x});
  const ValueId conv = AppendConv(graph, "conv", on_a, 4, 3, 1);
  graph.outputs = {Append(graph, "b", FakeQuantize{kB}, {conv})};
  EXPECT_FALSE(HasGrids(graph));
  const Graph result = Kept(graph);
  EXPECT_TRUE(HasGrids(result));
  EXPECT_EQ(Operators(result), "Conv2d");
  EXPECT_EQ(result.value(result.inputs[0]).grid, kA);
  EXPECT_EQ(result.value(result.outputs[0]).grid, kB);
  EXPECT_EQ(result.value(result.outputs[0]).name, "b:0");
}

TEST(KeepGridsTest, ClampsBehindThemAreFused) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
  const ValueId on_a = Append(graph, "a", FakeQuantize{kA}, {conv});
  const ValueId relu =
      Append(graph, "relu", Clamp{Bounds(0, kInfinity)}, {on_a});
  const ValueId on_b = Append(graph, "b", FakeQuantize{kB}, {relu});
  const ValueId other = AppendConv(graph, "other", on_b, 4, 3, 2);
  const ValueId on_a_again = Append(graph, "a2", FakeQuantize{kA}, {other});
  graph.outputs = {
      Append(graph, "relu2", Clamp{Bounds(0, kInfinity)}, {on_a_again})};
  const Graph result = Kept(graph);
  EXPECT_EQ(Operators(result), "Conv2d Conv2d");
  EXPECT_EQ(OutputGrid(result, 0), kB);
  // The clamp has no grid of its own: it keeps the numbers of the one before.
  EXPECT_EQ(OutputGrid(result, 1), kA);
}

TEST(KeepGridsTest, MovedNumbersHaveOneGrid) {
  for (const Int8Grid& second : {kA, kB}) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
    const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
    const ValueId on_a = Append(graph, "a", FakeQuantize{kA}, {conv});
    const ValueId flat = Append(graph, "flat", Reshape{{1, 64}}, {on_a});
    graph.outputs = {Append(graph, "b", FakeQuantize{second}, {flat})};
    const Graph result = Kept(graph);
    const bool same = second == kA;
    EXPECT_EQ(Operators(result),
              same ? "Conv2d Reshape" : "Conv2d Reshape FakeQuantize");
    EXPECT_EQ(OutputGrid(result, 0), kA);
    EXPECT_EQ(OutputGrid(result, 1), kA);
    EXPECT_EQ(result.value(result.outputs[0]).grid, second);
  }
}

// The grid that stands behind a movement is that of what is moved.
TEST(KeepGridsTest, AGridBehindAMovement) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
  const ValueId flat = Append(graph, "flat", Reshape{{1, 64}}, {conv});
  graph.outputs = {Append(graph, "b", FakeQuantize{kB}, {flat})};
  const Graph result = Kept(graph);
  EXPECT_EQ(Operators(result), "Conv2d Reshape");
  EXPECT_EQ(OutputGrid(result, 0), kB);
  EXPECT_EQ(OutputGrid(result, 1), kB);
}

TEST(KeepGridsTest, ASoftmaxKeepsItsOwn) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  const ValueId softmax = Append(graph, "softmax", Softmax{}, {x});
  graph.outputs = {Append(graph, "b", FakeQuantize{kB}, {softmax})};
  const Graph result = Kept(graph);
  EXPECT_EQ(Operators(result), "Softmax FakeQuantize");
  EXPECT_FALSE(OutputGrid(result, 0).has_value());
  EXPECT_EQ(OutputGrid(result, 1), kB);
}

TEST(KeepGridsTest, TwoReadersWithGridsOfTheirOwn) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  const ValueId on_a = Append(graph, "a", FakeQuantize{kA}, {x});
  const ValueId on_b = Append(graph, "b", FakeQuantize{kB}, {x});
  const ValueId first = AppendConv(graph, "first", on_a, 4, 1, 1);
  const ValueId second = AppendConv(graph, "second", on_b, 4, 1, 2);
  graph.outputs = {first, second};
  const Graph result = Kept(graph);
  EXPECT_EQ(Operators(result), "FakeQuantize Conv2d Conv2d");
  EXPECT_EQ(result.value(result.inputs[0]).grid, kA);
  EXPECT_EQ(OutputGrid(result, 0), kB);
}

}  // namespace
}  // namespace octet::converter
