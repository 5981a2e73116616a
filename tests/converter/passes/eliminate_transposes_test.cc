#include "converter/passes/eliminate_transposes.h"

#include "converter/ir/permutation.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

// A convolution as an importer of NCHW emits it.
ValueId AppendConvNchw(Graph& graph, const std::string& name, ValueId input,
                       int32_t channels, uint64_t seed) {
  const ValueId nhwc =
      AppendTranspose(graph, name + "/in", input, kToChannelsLast);
  const ValueId conv = AppendConv(graph, name, nhwc, channels, 3, seed);
  return AppendTranspose(graph, name + "/out", conv, kToChannelsFirst);
}

Graph Finish(Graph graph, std::vector<ValueId> outputs) {
  graph.outputs = std::move(outputs);
  return graph;
}

TEST(EliminateTransposesTest, RunOfConvolutionsHasNone) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 5, 6});
  const ValueId a = AppendConvNchw(graph, "a", x, 4, 1);
  const ValueId relu = Append(graph, "relu", Clamp{Bounds(0, 6)}, {a});
  const ValueId y = AppendConvNchw(graph, "b", relu, 2, 2);
  const Graph result = RunAndCheck(Finish(graph, {y}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Conv2d Clamp Conv2d");
  EXPECT_EQ(result.value(result.inputs[0]).shape, (Shape{1, 5, 6, 3}));
  EXPECT_EQ(result.value(result.outputs[0]).shape, (Shape{1, 5, 6, 2}));
}

TEST(EliminateTransposesTest, ElementwiseAtTheInputCountsAsPicture) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 5, 6});
  const ValueId scaled = AppendMul(graph, "mul", x, {3, 1, 1}, 3);
  const ValueId shifted = AppendAdd(graph, "add", scaled, {1, 3, 1, 1}, 4);
  const ValueId y = AppendConvNchw(graph, "a", shifted, 4, 1);
  const Graph result = RunAndCheck(Finish(graph, {y}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Mul Add Conv2d");
}

TEST(EliminateTransposesTest, AxesOfPadSliceConcatAreRenamed) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 5, 6});
  const ValueId a = AppendConvNchw(graph, "a", x, 4, 1);
  Pad pad;
  pad.params = PadParams{{0, 1, 2, 0}, {0, 0, 1, 3}};
  pad.value = 0.5f;
  const ValueId padded = Append(graph, "pad", pad, {a});
  Slice slice;
  slice.params = SliceParams{{0, 4, 6, 1}, {2, 2, 3, 4}, {1, -2, -2, 2}};
  const ValueId sliced = Append(graph, "slice", slice, {padded});
  const ValueId joined = Append(graph, "concat", Concat{{1}}, {sliced, sliced});
  const ValueId y = AppendConvNchw(graph, "b", joined, 2, 2);
  const Graph result = RunAndCheck(Finish(graph, {y}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Conv2d Pad Slice Concat Conv2d");
  EXPECT_EQ(TheOperator<Concat>(result).params.axis, 3);
}

TEST(EliminateTransposesTest, BothBranchesOfAnAddMove) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 5, 6});
  const ValueId a = AppendConvNchw(graph, "a", x, 4, 1);
  const ValueId b = AppendConvNchw(graph, "b", a, 4, 2);
  const ValueId sum = Append(graph, "sum", Add{}, {b, a});
  const ValueId again = Append(graph, "again", Add{}, {sum, x});
  const Graph result = RunAndCheck(Finish(graph, {again}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Conv2d Conv2d Add Add");
}

// The second operand has no Transpose: it gets the inverse one, which stays in
// the place of the two that were there.
TEST(EliminateTransposesTest, OperandWithoutTransposeGetsTheInverse) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 5, 6});
  const ValueId flat = AddInput(graph, "flat", {1, 120});
  const ValueId a = AppendConvNchw(graph, "a", x, 4, 1);
  const ValueId other = Append(graph, "other", Reshape{{1, 4, 5, 6}}, {flat});
  const ValueId sum = Append(graph, "sum", Add{}, {other, a});
  const ValueId y = AppendConvNchw(graph, "b", sum, 2, 2);
  const Graph result = RunAndCheck(Finish(graph, {y}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Conv2d Reshape Transpose Add Conv2d");
}

TEST(EliminateTransposesTest, ReadersOfNchwKeepOneTranspose) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 5, 6});
  const ValueId a = AppendConvNchw(graph, "a", x, 4, 1);
  const ValueId flat = Append(graph, "flat", Reshape{{1, 120}}, {a});
  const ValueId rows = Append(graph, "rows", Reshape{{20, 6}}, {a});
  const ValueId input_flat = Append(graph, "in", Reshape{{1, 90}}, {x});
  const Graph result =
      RunAndCheck(Finish(graph, {flat, rows, input_flat}), EliminateTransposes);
  EXPECT_EQ(Operators(result),
            "Transpose Conv2d Transpose Reshape Reshape Reshape");
}

TEST(EliminateTransposesTest, InputThatNoLayerReadsKeepsItsLayout) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 5, 6});
  const ValueId clamped = Append(graph, "clamp", Clamp{Bounds(-1, 1)}, {x});
  const Graph result =
      RunAndCheck(Finish(graph, {clamped}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Clamp");
  EXPECT_EQ(result.value(result.inputs[0]).shape, (Shape{1, 3, 5, 6}));
}

// A model whose own input is NHWC: its Transpose and the importer's cancel.
TEST(EliminateTransposesTest, InputInNhwcStays) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const ValueId nchw = AppendTranspose(graph, "own", x, kToChannelsFirst);
  const ValueId y = AppendConvNchw(graph, "a", nchw, 4, 1);
  const ValueId nhwc = AppendTranspose(graph, "back", y, kToChannelsLast);
  const Graph result = RunAndCheck(Finish(graph, {nhwc}), EliminateTransposes);
  EXPECT_EQ(result.value(result.inputs[0]).shape, (Shape{1, 5, 6, 3}));
  EXPECT_EQ(result.value(result.outputs[0]).shape, (Shape{1, 5, 6, 4}));
  for (const Node& node : result.nodes) {
    EXPECT_FALSE(std::holds_alternative<Transpose>(node.op)) << node.name;
  }
}

TEST(EliminateTransposesTest, SoftmaxMovesWhereItsAxisStaysLast) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 5, 4});
  const TransposeParams swap_front{{1, 0, 2, 3}};
  const ValueId moved = AppendTranspose(graph, "t", x, swap_front);
  const ValueId softmax = Append(graph, "softmax", Softmax{}, {moved});
  const ValueId back = AppendTranspose(graph, "u", softmax, swap_front);
  const ValueId clamped = Append(graph, "clamp", Clamp{Bounds(0, 1)}, {back});
  const Graph result =
      RunAndCheck(Finish(graph, {clamped}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Softmax Clamp");
}

TEST(EliminateTransposesTest, SoftmaxOverAnotherAxisKeepsItsTranspose) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 5});
  const ValueId moved = AppendTranspose(graph, "t", x, {{0, 2, 1}});
  const ValueId softmax = Append(graph, "softmax", Softmax{}, {moved});
  const Graph result =
      RunAndCheck(Finish(graph, {softmax}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Transpose Softmax");
}

TEST(EliminateTransposesTest, MovingSizeOneIsAReshape) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 1, 1, 7});
  const ValueId moved = AppendTranspose(graph, "t", x, kToChannelsFirst);
  const ValueId flat = Append(graph, "flat", Reshape{{2, 7}}, {moved});
  const Graph result = RunAndCheck(Finish(graph, {flat}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "Reshape Reshape");
}

// A value that is both an output in NCHW and read further on.
TEST(EliminateTransposesTest, OutputThatIsReadBecomesNhwc) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3, 5, 6});
  const ValueId a = AppendConvNchw(graph, "a", x, 4, 1);
  const ValueId flat = Append(graph, "flat", Reshape{{1, 120}}, {a});
  const ValueId b = AppendConvNchw(graph, "b", a, 2, 2);
  const Graph result =
      RunAndCheck(Finish(graph, {a, flat, b}), EliminateTransposes);
  EXPECT_EQ(result.value(result.outputs[0]).shape, (Shape{1, 5, 6, 4}));
  EXPECT_EQ(result.value(result.outputs[0]).name, "a/out:0");
}

TEST(EliminateTransposesTest, FullyConnectedOverTheLastAxisMoves) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 5, 4});
  const TransposeParams swap_front{{1, 0, 2, 3}};
  const ValueId moved = AppendTranspose(graph, "t", x, swap_front);
  const ValueId fc = AppendFullyConnected(graph, "fc", moved, 7, 5);
  const ValueId back = AppendTranspose(graph, "u", fc, swap_front);
  const ValueId norm = AppendBatchNormalization(graph, "bn", back, 1, 9);
  const Graph result = RunAndCheck(Finish(graph, {norm}), EliminateTransposes);
  EXPECT_EQ(Operators(result), "FullyConnected BatchNormalization");
}

}  // namespace
}  // namespace octet::converter
