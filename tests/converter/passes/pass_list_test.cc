#include "converter/passes/pass_list.h"

#include <set>
#include <string>

#include "converter/ir/permutation.h"
#include "converter/passes/eliminate_dead_nodes.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

// The pieces of a small classifier as an importer of NCHW leaves them.
Graph Classifier() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 8, 8});
  const ValueId scaled = AppendMul(graph, "scale", x, {}, 1);
  const ValueId t0 = AppendTranspose(graph, "t0", scaled, kToChannelsLast);
  const ValueId conv = AppendConv(graph, "conv", t0, 6, 3, 2);
  const ValueId t1 = AppendTranspose(graph, "t1", conv, kToChannelsFirst);
  const ValueId t2 = AppendTranspose(graph, "t2", t1, kToChannelsLast);
  const ValueId bn = AppendBatchNormalization(graph, "bn", t2, 3, 3);
  const ValueId t3 = AppendTranspose(graph, "t3", bn, kToChannelsFirst);
  const ValueId relu = Append(graph, "relu", Clamp{Bounds(0, 6)}, {t3});
  const ValueId dropout = Append(graph, "dropout", Identity{}, {relu});
  Pad pad;
  pad.params = PadParams{{0, 0, 1, 1}, {0, 0, 0, 0}};
  const ValueId padded = Append(graph, "pad", pad, {dropout});
  const ValueId t4 = AppendTranspose(graph, "t4", padded, kToChannelsLast);
  MaxPool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 3;
  pool.window.stride_h = pool.window.stride_w = 2;
  const ValueId pooled = Append(graph, "pool", pool, {t4});
  const ValueId t5 = AppendTranspose(graph, "t5", pooled, kToChannelsFirst);
  const ValueId flat = Append(graph, "flat", Reshape{{1, 96}}, {t5});
  const ValueId fc = AppendFullyConnected(graph, "fc", flat, 10, 4);
  AppendConv(graph, "unused", t0, 2, 1, 5);
  graph.outputs = {AppendAdd(graph, "bias", fc, {1, 10}, 6)};
  return graph;
}

TEST(PassListTest, ClassifierBecomesItsLayers) {
  const Graph result = RunAndCheck(Classifier(), RunPasses);
  EXPECT_EQ(Operators(result),
            "Conv2d Conv2d MaxPool2d Reshape FullyConnected");
  EXPECT_EQ(result.nodes[1].name, "conv");
  EXPECT_EQ(result.nodes[4].name, "fc");
}

TEST(PassListTest, RunningTwiceChangesNothing) {
  Graph graph = RunAndCheck(Classifier(), RunPasses);
  const std::string once = ToString(graph);
  ASSERT_TRUE(RunPasses(graph).ok());
  EXPECT_EQ(ToString(graph), once);
}

TEST(PassListTest, EveryPassKeepsTheFunction) {
  Graph graph = Classifier();
  for (const Pass& pass : PassList()) {
    SCOPED_TRACE(pass.name);
    graph = RunAndCheck(graph, pass.run);
  }
}

TEST(EliminateDeadNodesTest, RemovesNodesAndValuesButNoInputs) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 3});
  AddInput(graph, "unread", {7});
  const ValueId dead = AppendConv(graph, "dead", x, 4, 3, 1);
  Append(graph, "dead_too", Clamp{Bounds(0, 1)}, {dead});
  graph.outputs = {Append(graph, "live", Clamp{Bounds(0, 1)}, {x})};
  const Graph result = RunAndCheck(graph, EliminateDeadNodes);
  EXPECT_EQ(Operators(result), "Clamp");
  EXPECT_EQ(result.values.size(), 3u);
}

TEST(EliminateDeadNodesTest, InnerNamesAreShortenedWhereTheNameIsFree) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  const ValueId a = Append(graph, "a", Clamp{Bounds(0, 1)}, {x});
  const ValueId b = Append(graph, "b", Clamp{Bounds(0, 1)}, {a});
  graph.value(a).name = std::string("free") + kInnerSuffix;
  graph.value(b).name = std::string("x") + kInnerSuffix;
  graph.outputs = {b};
  ASSERT_TRUE(EliminateDeadNodes(graph).ok());
  EXPECT_EQ(graph.values[1].name, "free");
  EXPECT_EQ(graph.values[2].name, "x/inner");
}

}  // namespace
}  // namespace octet::converter
