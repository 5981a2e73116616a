#include "converter/passes/fuse_clamps.h"

#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(FuseClampsTest, ReluGoesIntoConv) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
  graph.outputs = {Append(graph, "relu", Clamp{Bounds(0, kInfinity)}, {conv})};
  const Graph result = RunAndCheck(graph, FuseClamps);
  EXPECT_EQ(Operators(result), "Conv2d");
  EXPECT_EQ(result.nodes[0].name, "conv");
}

TEST(FuseClampsTest, ClampsIntersect) {
  struct Case {
    FloatClamp first, second, expected;
  };
  const Case cases[] = {
      {Bounds(0, 6), Bounds(-1, 4), Bounds(0, 4)},
      {Bounds(0, kInfinity), Bounds(-kInfinity, 6), Bounds(0, 6)},
      {Bounds(0, 1), Bounds(2, 3), Bounds(2, 2)},
      {Bounds(2, 3), Bounds(0, 1), Bounds(1, 1)},
  };
  for (const Case& c : cases) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
    const ValueId a = Append(graph, "a", Clamp{c.first}, {x});
    graph.outputs = {Append(graph, "b", Clamp{c.second}, {a})};
    const Graph result = RunAndCheck(graph, FuseClamps);
    EXPECT_EQ(Operators(result), "Clamp");
    EXPECT_EQ(TheOperator<Clamp>(result).clamp.min, c.expected.min);
    EXPECT_EQ(TheOperator<Clamp>(result).clamp.max, c.expected.max);
  }
}

TEST(FuseClampsTest, ChainGoesIntoAddAndPool) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  const ValueId sum = Append(graph, "sum", Add{}, {x, x});
  const ValueId relu =
      Append(graph, "relu", Clamp{Bounds(0, kInfinity)}, {sum});
  const ValueId clip = Append(graph, "clip", Clamp{Bounds(-1, 1)}, {relu});
  MaxPool2d pool;
  pool.window.kernel_h = 2;
  const ValueId pooled = Append(graph, "pool", pool, {clip});
  graph.outputs = {Append(graph, "last", Clamp{Bounds(0.5f, 1)}, {pooled})};
  EXPECT_EQ(Operators(RunAndCheck(graph, FuseClamps)), "Add MaxPool2d");
}

TEST(FuseClampsTest, SecondReaderPreventsIt) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
  const ValueId relu =
      Append(graph, "relu", Clamp{Bounds(0, kInfinity)}, {conv});
  graph.outputs = {Append(graph, "sum", Add{}, {relu, conv})};
  EXPECT_EQ(Operators(RunAndCheck(graph, FuseClamps)), "Conv2d Clamp Add");
}

TEST(FuseClampsTest, ClampOfAnInputStays) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  graph.outputs = {Append(graph, "relu", Clamp{Bounds(0, 1)}, {x})};
  EXPECT_EQ(Operators(RunAndCheck(graph, FuseClamps)), "Clamp");
}

}  // namespace
}  // namespace octet::converter
