#include "converter/passes/remove_identities.h"

#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

Slice MakeSlice(SliceParams params) {
  Slice slice;
  slice.params = params;
  return slice;
}

// The operators left of: x {2, 1, 4} -> Add -> `op` -> Clamp.
std::string Left(Operator op) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 1, 4});
  const ValueId sum = Append(graph, "sum", Add{}, {x, x});
  const ValueId y = Append(graph, "op", std::move(op), {sum});
  graph.outputs = {Append(graph, "clamp", Clamp{Bounds(0, 1)}, {y})};
  return Operators(RunAndCheck(graph, RemoveIdentities));
}

TEST(RemoveIdentitiesTest, RemovesWhatReturnsItsInput) {
  EXPECT_EQ(Left(Identity{}), "Add Clamp");
  EXPECT_EQ(Left(Reshape{{2, 1, 4}}), "Add Clamp");
  EXPECT_EQ(Left(Transpose{{{0, 1, 2}}}), "Add Clamp");
  EXPECT_EQ(Left(Pad{}), "Add Clamp");
  EXPECT_EQ(Left(Clamp{}), "Add Clamp");
  EXPECT_EQ(Left(Concat{{1}}), "Add Clamp");
  EXPECT_EQ(Left(MakeSlice({{}, {2, 1, 4}, {1, -1, 1}})), "Add Clamp");
}

TEST(RemoveIdentitiesTest, KeepsWhatDoesNot) {
  EXPECT_EQ(Left(Reshape{{2, 4}}), "Add Reshape Clamp");
  EXPECT_EQ(Left(Clamp{Bounds(0, 1)}), "Add Clamp Clamp");
  EXPECT_EQ(Left(MakeSlice({{0, 0, 3}, {2, 1, 4}, {1, 1, -1}})),
            "Add Slice Clamp");
}

TEST(RemoveIdentitiesTest, TransposeOfEqualSizesStays) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {3, 3});
  const ValueId t = Append(graph, "t", Transpose{{{1, 0}}}, {x});
  graph.outputs = {Append(graph, "clamp", Clamp{Bounds(0, 1)}, {t})};
  EXPECT_EQ(Operators(RunAndCheck(graph, RemoveIdentities)), "Transpose Clamp");
}

TEST(RemoveIdentitiesTest, OutputKeepsItsName) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3});
  const ValueId sum = Append(graph, "sum", Add{}, {x, x});
  graph.outputs = {Append(graph, "last", Identity{}, {sum})};
  const Graph result = RunAndCheck(graph, RemoveIdentities);
  EXPECT_EQ(Operators(result), "Add");
  EXPECT_EQ(result.value(result.outputs[0]).name, "last:0");
}

TEST(RemoveIdentitiesTest, FromInputToOutputStaysAsReshape) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3});
  graph.outputs = {Append(graph, "only", Identity{}, {x})};
  EXPECT_EQ(Operators(RunAndCheck(graph, RemoveIdentities)), "Reshape");
}

TEST(RemoveIdentitiesTest, ValueReturnedTwiceKeepsBothNames) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3});
  const ValueId sum = Append(graph, "sum", Add{}, {x, x});
  graph.outputs = {sum, Append(graph, "same", Identity{}, {sum})};
  EXPECT_EQ(Operators(RunAndCheck(graph, RemoveIdentities)), "Add Reshape");
}

}  // namespace
}  // namespace octet::converter
