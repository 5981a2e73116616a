#include "converter/passes/lower_transposed_convolutions.h"

#include <set>
#include <string>

#include "converter/float/float_executor.h"
#include "converter/passes/fold_channel_affine.h"
#include "converter/passes/pass_list.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"
#include "tests/reference/float_operators.h"

namespace octet::converter {
namespace {

using reference::RealTensor;

struct Case {
  ConvTranspose2dParams params;
  Shape input;
  int32_t channels;
};

Graph MakeGraph(const Case& c, FloatClamp clamp = {}) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", c.input);
  const Shape shape{c.channels, c.params.window.kernel_h,
                    c.params.window.kernel_w, c.input[3] / c.params.groups};
  const ValueId weights =
      graph.AddConstant("w", shape, RandomFloats(shape.NumElements(), 0.5f, 1));
  const ValueId bias =
      graph.AddConstant("b", {c.channels}, RandomFloats(c.channels, 1.0f, 2));
  graph.outputs = {Append(graph, "up", ConvTranspose2d{c.params, clamp},
                          {x, weights, bias})};
  return graph;
}

RealTensor Real(const Shape& shape, const std::vector<float>& values) {
  RealTensor tensor(shape);
  tensor.data.assign(values.begin(), values.end());
  return tensor;
}

// The operators that the pass leaves; they must compute what the definition
// says of the transposed convolution.
std::string Lowered(const Case& c) {
  const Graph given = MakeGraph(c);
  Graph graph = given;
  EXPECT_TRUE(LowerTransposedConvolutions(graph).ok());
  const Status valid = ValidateGraph(graph);
  EXPECT_TRUE(valid.ok()) << valid.message();
  const Node& node = given.nodes[0];
  EXPECT_EQ(graph.value(graph.outputs[0]).name, given.value(node.output).name);
  std::set<std::string> names;
  for (const Value& value : graph.values) names.insert(value.name);
  EXPECT_EQ(names.size(), graph.values.size());
  const std::vector<float> input = RandomFloats(c.input.NumElements(), 1.0f, 3);
  const auto constant = [&](size_t i) {
    const Value& value = given.value(node.inputs[i]);
    return Real(value.shape, *value.data);
  };
  const Shape& shape = given.value(node.output).shape;
  const RealTensor expected = reference::ConvTranspose2d(
      c.params, shape, Real(c.input, input), constant(1), constant(2));
  auto executor = FloatExecutor::Create(graph, {.threads = 1});
  EXPECT_TRUE(executor.ok()) << executor.status().message();
  if (!executor.ok()) return "";
  EXPECT_TRUE((*executor)->Run({input}).ok());
  const float* actual = (*executor)->Value(graph.outputs[0]);
  for (size_t i = 0; i < expected.data.size(); ++i) {
    EXPECT_NEAR(actual[i], expected.data[i], 1e-4)
        << Operators(graph) << shape.ToString() << " " << i;
  }
  return Operators(graph);
}

constexpr char kShuffled[] = "Conv2d Reshape Transpose Reshape Reshape";
constexpr char kCut[] = "Conv2d Reshape Transpose Reshape Reshape Slice";

TEST(LowerTransposedConvolutionsTest, TilesThatDoNotOverlap) {
  EXPECT_EQ(Lowered({{{2, 2, 2, 2}}, {1, 3, 4, 5}, 6}), kShuffled);
  EXPECT_EQ(Lowered({{{2, 3, 2, 3}}, {2, 3, 4, 5}, 1}), kShuffled);
  EXPECT_EQ(Lowered({{{1, 2, 1, 2}}, {1, 1, 6, 3}, 2}), kShuffled);
}

TEST(LowerTransposedConvolutionsTest, OverlapsPadsAndOutputPads) {
  // Without a cut at the front there would be 3 taps in each direction.
  const Case doubled = {{{4, 4, 2, 2, 1, 1, 1, 1, 1, 1}}, {1, 5, 4, 3}, 2};
  EXPECT_EQ(Lowered(doubled), kCut);
  Graph graph = MakeGraph(doubled);
  ASSERT_TRUE(LowerTransposedConvolutions(graph).ok());
  EXPECT_EQ(TheOperator<Conv2d>(graph).window.kernel_h, 2);
  EXPECT_EQ(
      Lowered({{{3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, 1, 1, 1}, {1, 4, 3, 2}, 5}),
      kShuffled);
  EXPECT_EQ(Lowered({{{3, 3, 2, 2, 1, 1, 1, 1, 1, 1}}, {1, 4, 3, 2}, 5}), kCut);
  EXPECT_EQ(Lowered({{{3, 3, 2, 2}}, {1, 4, 3, 2}, 5}), kCut);
  EXPECT_EQ(
      Lowered({{{9, 9, 3, 3, 1, 1, 4, 4, 4, 4}, 1, 2, 2}, {1, 4, 5, 3}, 2}),
      kCut);
  EXPECT_EQ(
      Lowered({{{5, 4, 3, 2, 1, 1, 2, 0, 1, 3}, 1, 0, 1}, {2, 4, 6, 2}, 3}),
      kCut);
}

TEST(LowerTransposedConvolutionsTest, StridesWithoutOverlapLeaveTheBias) {
  EXPECT_EQ(Lowered({{{1, 1, 2, 3}, 1, 1, 2}, {1, 3, 2, 4}, 3}), kShuffled);
  EXPECT_EQ(Lowered({{{2, 1, 3, 4}, 1, 2, 0}, {1, 3, 2, 4}, 3}), kCut);
}

TEST(LowerTransposedConvolutionsTest, StrideOneIsAConvolution) {
  EXPECT_EQ(Lowered({{{3, 3, 1, 1, 1, 1, 1, 1, 1, 1}}, {1, 5, 4, 3}, 2}),
            "Conv2d");
  EXPECT_EQ(Lowered({{{3, 2, 1, 1}}, {1, 5, 4, 3}, 2}), "Conv2d");
}

TEST(LowerTransposedConvolutionsTest, AGroupAChannel) {
  EXPECT_EQ(Lowered({{{4, 4, 2, 2, 1, 1, 1, 1, 1, 1}, 6}, {1, 3, 4, 6}, 6}),
            kCut);
  EXPECT_EQ(Lowered({{{2, 2, 2, 2}, 3}, {1, 3, 4, 6}, 3}), kShuffled);
}

TEST(LowerTransposedConvolutionsTest, OthersStay) {
  EXPECT_EQ(Lowered({{{2, 2, 2, 2}, 2}, {1, 3, 4, 6}, 4}), "ConvTranspose2d");
  EXPECT_EQ(Lowered({{{2, 2, 2, 2, 2, 1}}, {1, 3, 4, 6}, 4}),
            "ConvTranspose2d");
  // The first outputs read no input.
  EXPECT_EQ(Lowered({{{1, 1, 2, 2, 1, 1, 4, 4, 0, 0}}, {1, 6, 6, 2}, 4}),
            "ConvTranspose2d");
}

// A batch normalization and a Relu behind it go into its weights and clamp.
TEST(LowerTransposedConvolutionsTest, TakesWhatFollows) {
  Graph graph = MakeGraph({{{2, 2, 2, 2}}, {1, 3, 4, 5}, 6});
  const ValueId normalized =
      AppendBatchNormalization(graph, "bn", graph.outputs[0], 3, 7);
  graph.outputs = {
      Append(graph, "relu", Clamp{Bounds(0.0f, 6.0f)}, {normalized})};
  Graph folded = graph;
  ASSERT_TRUE(FoldChannelAffine(folded).ok());
  EXPECT_EQ(Operators(folded), "ConvTranspose2d Clamp");
  ASSERT_TRUE(RunPasses(graph).ok());
  EXPECT_EQ(Operators(graph), kShuffled);
  EXPECT_EQ(TheOperator<Conv2d>(graph).clamp.max, 6.0f);
  const std::vector<float> input = RandomFloats(60, 1.0f, 8);
  std::vector<std::vector<float>> results;
  for (const Graph* each : {&folded, &graph}) {
    auto executor = FloatExecutor::Create(*each, {.threads = 1});
    ASSERT_TRUE(executor.ok()) << executor.status().message();
    ASSERT_TRUE((*executor)->Run({input}).ok());
    const float* values = (*executor)->Value(each->outputs[0]);
    results.emplace_back(values, values + 6 * 8 * 6);
  }
  for (size_t i = 0; i < results[0].size(); ++i) {
    EXPECT_NEAR(results[0][i], results[1][i], 1e-4) << i;
  }
}

}  // namespace
}  // namespace octet::converter
