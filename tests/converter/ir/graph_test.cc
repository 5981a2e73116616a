#include "converter/ir/graph.h"

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

// x -> a -> b, both Clamps.
Graph Chain() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3});
  const ValueId a = Append(graph, "a", Clamp{}, {x});
  graph.outputs = {Append(graph, "b", Clamp{}, {a})};
  return graph;
}

TEST(GraphTest, ValidChain) {
  const Graph graph = Chain();
  EXPECT_TRUE(ValidateGraph(graph).ok());
  EXPECT_EQ(FindProducers(graph), (std::vector<int>{-1, 0, 1}));
  EXPECT_EQ(FindConsumers(graph)[1], std::vector<int>{1});
  EXPECT_EQ(ToString(graph),
            "a:0 [2, 3] = Clamp(x)\nb:0 [2, 3] = Clamp(a:0)\n");
}

TEST(GraphTest, AddNodeNamesTheNodeInErrors) {
  Graph graph = Chain();
  const Result<ValueId> output =
      graph.AddNode("r", "Reshape", Reshape{{7}}, {0}, "out");
  EXPECT_EQ(output.status().message(),
            "node 'r' (Reshape): the input [2, 3] cannot be reshaped to [7]");
}

TEST(ValidateGraphTest, FindsEachViolation) {
  Graph order = Chain();
  std::swap(order.nodes[0], order.nodes[1]);
  EXPECT_NE(ValidateGraph(order).message().find("not defined before"),
            std::string::npos);
  Graph twice = Chain();
  twice.nodes[1].output = twice.nodes[0].output;
  EXPECT_NE(ValidateGraph(twice).message().find("two producers"),
            std::string::npos);
  Graph name = Chain();
  name.nodes[1].name = "a";
  EXPECT_NE(ValidateGraph(name).message().find("not unique"),
            std::string::npos);
  Graph shape = Chain();
  shape.values[1].shape = Shape{3, 2};
  EXPECT_NE(ValidateGraph(shape).message().find("records the shape"),
            std::string::npos);
  Graph constant = Chain();
  constant.AddConstant("c", {2}, {1, 2, 3});
  EXPECT_NE(ValidateGraph(constant).message().find("wrong number"),
            std::string::npos);
  Graph output = Chain();
  output.outputs.push_back(output.AddActivation("nowhere", {1}));
  EXPECT_NE(ValidateGraph(output).message().find("'nowhere' is not defined"),
            std::string::npos);
}

}  // namespace
}  // namespace octet::converter
