#include "converter/passes/merge_reshapes.h"

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

TEST(MergeReshapesTest, ChainBecomesOne) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 4});
  const ValueId a = Append(graph, "a", Reshape{{6, 4}}, {x});
  const ValueId b = Append(graph, "b", Reshape{{1, 24}}, {a});
  graph.outputs = {Append(graph, "c", Reshape{{24}}, {b})};
  const Graph result = RunAndCheck(graph, MergeReshapes);
  EXPECT_EQ(Operators(result), "Reshape");
  EXPECT_EQ(result.nodes[0].name, "c");
}

TEST(MergeReshapesTest, InversesVanish) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 4});
  const ValueId a = Append(graph, "a", Reshape{{6, 4}}, {x});
  const ValueId b = Append(graph, "b", Reshape{{2, 3, 4}}, {a});
  graph.outputs = {Append(graph, "clamp", Clamp{Bounds(0, 1)}, {b})};
  EXPECT_EQ(Operators(RunAndCheck(graph, MergeReshapes)), "Clamp");
}

TEST(MergeReshapesTest, ReshapeThatIsReadElsewhereStaysForThat) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 4});
  const ValueId a = Append(graph, "a", Reshape{{6, 4}}, {x});
  const ValueId b = Append(graph, "b", Reshape{{24}}, {a});
  graph.outputs = {a, b};
  const Graph result = RunAndCheck(graph, MergeReshapes);
  EXPECT_EQ(Operators(result), "Reshape Reshape");
  EXPECT_EQ(result.nodes[1].inputs[0], result.inputs[0]);
}

}  // namespace
}  // namespace octet::converter
