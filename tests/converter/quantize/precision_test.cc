#include "converter/quantize/precision.h"

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

}  // namespace
}  // namespace octet::converter
