#include "converter/passes/fold_channel_affine.h"

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

TEST(FoldChannelAffineTest, BatchNormalizationGoesIntoConv) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
  graph.outputs = {AppendBatchNormalization(graph, "bn", conv, 3, 7)};
  const Graph result = RunAndCheck(graph, FoldChannelAffine);
  EXPECT_EQ(Operators(result), "Conv2d");
  EXPECT_EQ(result.nodes[0].name, "conv");
}

TEST(FoldChannelAffineTest, BatchNormalizationGoesIntoDepthwiseConv) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 4});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1, 4);
  graph.outputs = {AppendBatchNormalization(graph, "bn", conv, 3, 7)};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)), "Conv2d");
}

TEST(FoldChannelAffineTest, ChainGoesIntoFullyConnected) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {3, 8});
  const ValueId fc = AppendFullyConnected(graph, "fc", x, 5, 1);
  const ValueId bn = AppendBatchNormalization(graph, "bn", fc, 1, 2);
  const ValueId mul = AppendMul(graph, "mul", bn, {5}, 3);
  graph.outputs = {AppendAdd(graph, "add", mul, {1, 1}, 4)};
  const Graph result = RunAndCheck(graph, FoldChannelAffine);
  EXPECT_EQ(Operators(result), "FullyConnected");
}

TEST(FoldChannelAffineTest, ClampOfTheAddIsKept) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 1, 1);
  const ValueId term = graph.AddConstant("term", {4}, {1, -2, 3, 0});
  graph.outputs = {Append(graph, "add", Add{Bounds(-0.5f, 1)}, {conv, term})};
  const Graph result = RunAndCheck(graph, FoldChannelAffine);
  EXPECT_EQ(Operators(result), "Conv2d");
  EXPECT_EQ(TheOperator<Conv2d>(result).clamp.max, 1);
}

TEST(FoldChannelAffineTest, LayerWithAnotherReaderIsLeftAlone) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
  const ValueId bn = AppendBatchNormalization(graph, "bn", conv, 3, 7);
  graph.outputs = {bn, conv};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)), "Conv2d Conv2d");
}

TEST(FoldChannelAffineTest, LayerWithClampIsLeftAlone) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1, 1, Bounds(0, 1));
  graph.outputs = {AppendMul(graph, "mul", conv, {4}, 7)};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)), "Conv2d Conv2d");
}

TEST(FoldChannelAffineTest, ScalarsGoIntoTheFunctionInFront) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const ValueId swish =
      Append(graph, "swish", Unary{schema::UnaryFunction::HARD_SWISH}, {x});
  const ValueId factor = graph.AddConstant("factor", {1}, {-1.5f});
  const ValueId mul = Append(graph, "mul", Mul{}, {swish, factor});
  const ValueId term = graph.AddConstant("term", {1, 1, 1, 3}, {2, 2, 2});
  graph.outputs = {Append(graph, "add", Add{}, {mul, term})};
  const Graph result = RunAndCheck(graph, FoldChannelAffine);
  ASSERT_EQ(Operators(result), "HardSwish");
  const auto& function = std::get<Unary>(result.nodes[0].op);
  EXPECT_EQ(function.scale, -1.5f);
  EXPECT_EQ(function.offset, 2.0f);
}

TEST(FoldChannelAffineTest, FunctionKeepsWhatDiffersByChannelOrHasAClamp) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const auto tanh = [&](const char* name) {
    return Append(graph, name, Unary{schema::UnaryFunction::TANH}, {x});
  };
  const ValueId a = tanh("a"), b = tanh("b"), c = tanh("c");
  const ValueId factors = graph.AddConstant("factors", {3}, {1, 2, 3});
  const ValueId term = graph.AddConstant("term", {1}, {0.5f});
  graph.outputs = {Append(graph, "by_channel", Mul{}, {a, factors}),
                   Append(graph, "clamped", Add{Bounds(0, 1)}, {b, term}),
                   Append(graph, "read_twice", Add{}, {c, term}), c};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)),
            "Tanh Tanh Tanh Conv2d Conv2d Conv2d");
}

// Normalization of an input picture: two steps, one depthwise convolution.
TEST(FoldChannelAffineTest, ChainWithoutLayerBecomesOneDepthwise) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 5, 6, 3});
  const ValueId add = AppendAdd(graph, "add", x, {3}, 1);
  graph.outputs = {AppendMul(graph, "mul", add, {1, 1, 1, 3}, 2)};
  const Graph result = RunAndCheck(graph, FoldChannelAffine);
  EXPECT_EQ(Operators(result), "Conv2d");
  EXPECT_EQ(TheOperator<Conv2d>(result).groups, 3);
}

TEST(FoldChannelAffineTest, MatrixAndScalarBecomeDepthwise) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {4, 6});
  const ValueId bn = AppendBatchNormalization(graph, "bn", x, 1, 1);
  const ValueId clamped = Append(graph, "clamp", Clamp{Bounds(-1, 1)}, {bn});
  graph.outputs = {AppendMul(graph, "mul", clamped, {}, 2)};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)),
            "Reshape Conv2d Reshape Clamp Reshape Conv2d Reshape");
}

TEST(FoldChannelAffineTest, OtherAxisThanTheLastIsMovedThere) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 3, 5});
  const ValueId bn = AppendBatchNormalization(graph, "bn", x, 1, 1);
  const ValueId y = AddInput(graph, "y", {2, 3, 5, 4});
  graph.outputs = {bn, AppendAdd(graph, "add", y, {3, 1, 1}, 2)};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)),
            "Transpose Reshape Conv2d Reshape Transpose "
            "Transpose Conv2d Transpose");
}

TEST(FoldChannelAffineTest, SharedWeightsAreNotChanged) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  const ValueId conv = AppendConv(graph, "conv", x, 3, 1, 1);
  const Node first = graph.nodes[0];
  const ValueId again =
      Append(graph, "again", first.op, {x, first.inputs[1], first.inputs[2]});
  const ValueId bn = AppendBatchNormalization(graph, "bn", conv, 3, 7);
  graph.outputs = {bn, again};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)), "Conv2d Conv2d");
}

TEST(FoldChannelAffineTest, ConstantOfTwoAxesStays) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 6, 3});
  graph.outputs = {AppendAdd(graph, "add", x, {6, 3}, 1)};
  EXPECT_EQ(Operators(RunAndCheck(graph, FoldChannelAffine)), "Add");
}

}  // namespace
}  // namespace octet::converter
