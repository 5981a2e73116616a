#include "converter/quantize/precision.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

using schema::UnaryFunction;

const Shape kPicture{1, 4, 4, 2};

// conv -> exp -> relu -> reshape -> conv2, and what reads x itself.
struct Mixed {
  Graph graph;
  ValueId x, conv, exp, clamp, reshape, conv_2;

  Mixed() {
    x = AddInput(graph, "x", kPicture);
    conv = AppendConv(graph, "conv", x, 2, 3, 1);
    exp = Append(graph, "exp", Unary{UnaryFunction::EXP}, {conv});
    clamp = Append(graph, "clamp", Clamp{{0.0f, 6.0f}}, {exp});
    const Shape shape = graph.value(clamp).shape;
    reshape = Append(graph, "reshape", Reshape{shape}, {clamp});
    conv_2 = AppendConv(graph, "conv_2", reshape, 2, 1, 2);
    graph.outputs = {conv_2};
  }
};

TEST(PrecisionTest, IslandsReachAsFarAsNothingPays) {
  const Mixed mixed;
  const PrecisionPlan plan = AssignPrecision(mixed.graph);
  const std::vector<std::string> expected = {
      "", "its values need more than 8 bits", "all that it reads is in FP32",
      "all that it reads is in FP32", ""};
  EXPECT_EQ(plan.reasons, expected);
  EXPECT_TRUE(plan.int8_values[size_t(mixed.x)]);
  EXPECT_TRUE(plan.int8_values[size_t(mixed.conv)]);
  EXPECT_FALSE(plan.int8_values[size_t(mixed.reshape)]);
  EXPECT_TRUE(plan.int8_values[size_t(mixed.conv_2)]);
  EXPECT_EQ(CountIslands(mixed.graph, plan), 1);
}

TEST(PrecisionTest, AllFloat) {
  const Mixed mixed;
  PrecisionOptions options;
  options.all_float = true;
  const PrecisionPlan plan = AssignPrecision(mixed.graph, options);
  for (size_t i = 0; i < mixed.graph.nodes.size(); ++i) {
    EXPECT_FALSE(plan.IsInt8(i));
  }
  EXPECT_FALSE(plan.int8_values[size_t(mixed.x)]);
  EXPECT_EQ(CountIslands(mixed.graph, plan), 1);
}

TEST(PrecisionTest, NodesThatAreNamed) {
  const Mixed mixed;
  PrecisionOptions options;
  options.float_nodes = {"conv"};
  const PrecisionPlan plan = AssignPrecision(mixed.graph, options);
  EXPECT_EQ(plan.reasons[0], "asked for");
  EXPECT_FALSE(plan.int8_values[size_t(mixed.x)]);
  EXPECT_TRUE(plan.IsInt8(4));
  EXPECT_TRUE(CheckPrecisionOptions(mixed.graph, options).ok());
  options.float_nodes.insert("absent");
  const Status status = CheckPrecisionOptions(mixed.graph, options);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("'absent'"), std::string::npos);
}

TEST(PrecisionTest, IslandsThatInt8SeparatesAreCountedApart) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId first = Append(graph, "log", Unary{UnaryFunction::LOG}, {x});
  const ValueId conv = AppendConv(graph, "conv", first, 2, 3, 1);
  const ValueId second =
      Append(graph, "exp", Unary{UnaryFunction::EXP}, {conv});
  graph.outputs = {second};
  const PrecisionPlan plan = AssignPrecision(graph);
  EXPECT_EQ(CountIslands(graph, plan), 2);
  // Read in FP32 alone.
  EXPECT_FALSE(plan.int8_values[size_t(x)]);
}

ValueId AppendFullyConnected(Graph& graph, const std::string& name,
                             ValueId input, int32_t n) {
  const int32_t k = graph.value(input).shape[1];
  const ValueId weights = graph.AddConstant(
      name + ".weights", {n, k}, RandomFloats(int64_t{n} * k, 0.5f, 1));
  const ValueId bias =
      graph.AddConstant(name + ".bias", {n}, RandomFloats(n, 0.5f, 2));
  return Append(graph, name, FullyConnected{}, {input, weights, bias});
}

// Which of a graph's nodes give floats.
std::set<std::string> NamesOfFloatOutputs(const Graph& graph) {
  const std::vector<bool> leaves_float = FindFloatOutputs(graph);
  std::set<std::string> names;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (leaves_float[i]) names.insert(graph.nodes[i].name);
  }
  return names;
}

using Names = std::set<std::string>;

TEST(FloatOutputsTest, LastLayerAndWhatIsBehindIt) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 4, 3, 1);
  const ValueId flat = Append(graph, "flat", Reshape{{1, 64}}, {conv});
  const ValueId fc = AppendFullyConnected(graph, "fc", flat, 10);
  graph.outputs = {Append(graph, "softmax", Softmax{}, {fc})};
  EXPECT_EQ(NamesOfFloatOutputs(graph), Names{"fc"});

  PrecisionPlan plan = AssignPrecision(graph, {.float_outputs = true});
  EXPECT_TRUE(plan.IsInt8(2));
  EXPECT_FALSE(plan.int8_values[size_t(fc)]);
  EXPECT_EQ(plan.reasons[3], "all that it reads is in FP32");
  EXPECT_TRUE(plan.int8_values[size_t(conv)]);

  plan = AssignPrecision(graph);
  EXPECT_TRUE(plan.int8_values[size_t(fc)]);
  EXPECT_TRUE(plan.IsInt8(3));
}

TEST(FloatOutputsTest, SeveralOutputsAndJoints) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId body = AppendConv(graph, "body", x, 4, 3, 1);
  const ValueId a = AppendConv(graph, "a", body, 3, 1, 2);
  const ValueId b = AppendConv(graph, "b", body, 3, 1, 3);
  const ValueId c = AppendConv(graph, "c", body, 4, 1, 4);
  const ValueId join = Append(graph, "join", Concat{{1}}, {a, b});
  AveragePool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 4;
  graph.outputs = {join, Append(graph, "pool", pool, {c})};
  EXPECT_EQ(NamesOfFloatOutputs(graph), (Names{"a", "b", "pool"}));
}

TEST(FloatOutputsTest, NotWhatAnInt8NodeReadsOrJoins) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  // An output that another layer reads.
  const ValueId first = AppendConv(graph, "first", x, 2, 3, 1);
  const ValueId depthwise = AppendConv(graph, "depthwise", first, 2, 3, 2, 2);
  // A sum with what is int8.
  const ValueId last = AppendConv(graph, "last", depthwise, 2, 1, 3);
  const ValueId sum = Append(graph, "sum", Add{}, {last, depthwise});
  MaxPool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 2;
  const ValueId conv = AppendConv(graph, "conv", x, 2, 1, 5);
  graph.outputs = {first, depthwise, sum, Append(graph, "max", pool, {conv})};
  EXPECT_EQ(NamesOfFloatOutputs(graph), Names{});
}

// Scores leave their product as floats, also through cheap operators, but not
// where something else reads them or the source rounds them.
TEST(PrecisionTest, ScoresOfAttention) {
  enum Kind { kPlain, kReadTwice, kRounded };
  for (const Kind kind : {kPlain, kReadTwice, kRounded}) {
    Graph graph;
    const ValueId a = AddInput(graph, "a", {5, 4});
    const ValueId b = AddInput(graph, "b", {4, 6});
    const ValueId c = AddInput(graph, "c", {6, 3});
    const ValueId mask =
        graph.AddConstant("mask", {5, 6}, RandomFloats(30, 1.0f, 1));
    const ValueId scores = Append(graph, "scores", MatMul{}, {a, b});
    const ValueId sum = Append(graph, "sum", Add{}, {scores, mask});
    const ValueId softmax = Append(graph, "softmax", Softmax{}, {sum});
    graph.outputs = {Append(graph, "product", MatMul{}, {softmax, c})};
    if (kind == kReadTwice) graph.outputs.push_back(scores);
    if (kind == kRounded) graph.value(scores).grid = Int8Grid{0.5f, 0};
    const PrecisionPlan plan = AssignPrecision(graph);
    EXPECT_TRUE(plan.IsInt8(0));
    EXPECT_EQ(plan.int8_values[size_t(scores)], kind != kPlain);
    EXPECT_EQ(plan.IsInt8(1), kind != kPlain);
    EXPECT_EQ(plan.IsInt8(2), kind != kPlain);
    EXPECT_TRUE(plan.IsInt8(3));
    EXPECT_TRUE(plan.int8_values[size_t(graph.outputs[0])]);
  }
}

TEST(FloatOutputsTest, ProductOfTwoActivations) {
  Graph graph;
  const ValueId a = AddInput(graph, "a", {5, 4});
  const ValueId b = AddInput(graph, "b", {4, 6});
  graph.outputs = {Append(graph, "product", MatMul{}, {a, b})};
  EXPECT_EQ(NamesOfFloatOutputs(graph), Names{"product"});
}

}  // namespace
}  // namespace octet::converter
