#include "converter/quantize/check_quantizable.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

const Shape kPicture{1, 4, 4, 2};

TEST(CheckQuantizableTest, AcceptsWhatInt8CanExpress) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
  const ValueId constant = graph.AddConstant("c", {2}, {1.0f, 2.0f});
  const ValueId add = Append(graph, "add", Add{}, {conv, constant});
  graph.outputs = {Append(graph, "clamp", Clamp{{0.0f, 1.0f}}, {add})};
  const Status status = CheckQuantizable(graph);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(CheckQuantizableTest, ListsAllNodesAtOnce) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId row = AddInput(graph, "row", {2});
  const ValueId c = graph.AddConstant("c", {2}, {1.0f, 2.0f});
  const ValueId inf = graph.AddConstant(
      "inf", {2}, {1.0f, std::numeric_limits<float>::infinity()});
  ValueId y = Append(graph, "product", Mul{}, {x, x});
  y = Append(graph, "scaled", Mul{}, {y, c});
  y = Append(graph, "broadcast", Add{}, {y, row});
  y = Append(graph, "fine", Clamp{{0.0f, 6.0f}}, {y});
  y = Append(graph, "infinite", Add{}, {y, inf});
  y = Append(graph, "norm", BatchNormalization{}, {y, c, c, c, c});
  y = Append(graph, "same", Identity{}, {y});
  Pad pad;
  pad.params.end[1] = 1;
  pad.value = -std::numeric_limits<float>::infinity();
  y = Append(graph, "pad", pad, {y});
  y = Append(graph, "empty", Clamp{{2.0f, 1.0f}}, {y});
  graph.outputs = {y};
  const Status status = CheckQuantizable(graph);
  ASSERT_EQ(status.code(), StatusCode::kUnsupported);
  for (const char* expected :
       {"8 of the model's", "node 'product' (Mul): multiplies two activations",
        "node 'scaled' (Mul): its constant could not be folded",
        "node 'broadcast' (Add): broadcasts an activation [2] to [1, 4, 4, 2]",
        "node 'infinite' (Add): the constant 'inf' holds infinity",
        "node 'norm' (BatchNormalization)", "node 'same' (Identity)",
        "node 'pad' (Pad): pads with infinity",
        "node 'empty' (Clamp): clamps to an empty range"}) {
    EXPECT_NE(status.message().find(expected), std::string::npos)
        << expected << "\nis not in\n"
        << status.message();
  }
  EXPECT_EQ(status.message().find("fine"), std::string::npos);
}

TEST(CheckQuantizableTest, WeightsMustBeConstant) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3});
  const ValueId weights = AddInput(graph, "w", {2, 3});
  const ValueId bias = graph.AddConstant("b", {2}, {0.0f, 0.0f});
  graph.outputs = {Append(graph, "fc", FullyConnected{}, {x, weights, bias})};
  const Status status = CheckQuantizable(graph);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("'fc' (FullyConnected): its weights"),
            std::string::npos);
}

TEST(CheckQuantizableTest, ConstantsThatShouldHaveBeenFolded) {
  Graph graph;
  AddInput(graph, "x", {1, 3});
  const ValueId c = graph.AddConstant("c", {2}, {1.0f, 2.0f});
  const ValueId clamped = Append(graph, "clamp", Clamp{}, {c});
  const ValueId sum = Append(graph, "sum", Add{}, {c, c});
  graph.outputs = {clamped, sum, c};
  const Status status = CheckQuantizable(graph);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("3 of the model's"), std::string::npos)
      << status.message();
  EXPECT_NE(status.message().find("output 'c'"), std::string::npos);
}

TEST(CheckQuantizableTest, AveragesThatDoNotFitInt32) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4096, 2048, 1});
  AveragePool2d pool;
  pool.window.kernel_h = 4096;
  pool.window.kernel_w = 1024;  // 2^22 cells: the most that fits
  Append(graph, "fits", pool, {x});
  EXPECT_TRUE(CheckQuantizable(graph).ok());
  pool.window.kernel_w = 1025;
  Append(graph, "large", pool, {x});
  const Status status = CheckQuantizable(graph);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.message().find("'large'"), std::string::npos);
  EXPECT_EQ(status.message().find("'fits'"), std::string::npos);
}

}  // namespace
}  // namespace octet::converter
