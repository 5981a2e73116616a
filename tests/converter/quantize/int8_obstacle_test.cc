#include "converter/quantize/int8_obstacle.h"

#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

const Shape kPicture{1, 4, 4, 2};

std::string Obstacle(const Graph& graph) {
  return FindInt8Obstacle(graph, graph.nodes.back());
}

void ExpectObstacle(const Graph& graph, const std::string& expected) {
  EXPECT_NE(Obstacle(graph).find(expected), std::string::npos)
      << graph.nodes.back().name << ": '" << Obstacle(graph) << "'";
}

TEST(Int8ObstacleTest, NoneForWhatInt8CanExpress) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
  const ValueId constant = graph.AddConstant("c", {2}, {1.0f, 2.0f});
  const ValueId add = Append(graph, "add", Add{}, {conv, constant});
  const ValueId product = Append(graph, "product", Mul{}, {add, constant});
  const ValueId clamp = Append(graph, "clamp", Clamp{{0.0f, 1.0f}}, {product});
  Append(graph, "sigmoid", Unary{schema::UnaryFunction::SIGMOID}, {clamp});
  Append(graph, "broadcast", Add{}, {x, AddInput(graph, "row", {2})});
  Append(graph, "expand", Expand{Shape{3, 4, 4, 2}}, {x});
  const ValueId indices = graph.AddConstant(
      "indices", {3}, ConstantData{DataType::INT64, {}, {1, 0, 3}});
  Append(graph, "gather", Gather{2}, {x, indices});
  const ValueId matrix = AddInput(graph, "matrix", {3, 32768});
  const ValueId weights =
      graph.AddConstant("weights", {2, 3}, std::vector<float>(6, 1.0f));
  Append(graph, "first", MatMul{}, {weights, matrix});
  Append(graph, "second", MatMul{}, {matrix, AddInput(graph, "b", {32768, 2})});
  for (const Node& node : graph.nodes) {
    EXPECT_EQ(FindInt8Obstacle(graph, node), "") << node.name;
  }
}

TEST(Int8ObstacleTest, ProductsOfMatrices) {
  Graph graph;
  const ValueId a = AddInput(graph, "a", {3, 32769});
  Append(graph, "long", MatMul{}, {a, AddInput(graph, "b", {32769, 2})});
  ExpectObstacle(graph, "the sum of 32769 products does not fit 32 bits");
  const ValueId constant = graph.AddConstant("c", {1, 1}, {1.0f});
  Append(graph, "constants", MatMul{}, {constant, constant});
  ExpectObstacle(graph, "both inputs are constants");
}

TEST(Int8ObstacleTest, SaysWhatStandsInTheWay) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId inf = graph.AddConstant(
      "inf", {2}, {1.0f, std::numeric_limits<float>::infinity()});
  Append(graph, "infinite", Add{}, {x, inf});
  ExpectObstacle(graph, "the constant 'inf' holds infinity");
  Pad pad;
  pad.params.end[1] = 1;
  pad.value = -std::numeric_limits<float>::infinity();
  Append(graph, "pad", pad, {x});
  ExpectObstacle(graph, "pads with infinity");
  Append(graph, "empty", Clamp{{2.0f, 1.0f}}, {x});
  ExpectObstacle(graph, "clamps to an empty range");
  Append(graph, "log", Unary{schema::UnaryFunction::LOG}, {x});
  ExpectObstacle(graph, "more than 8 bits");
  Append(graph, "nan", Unary{schema::UnaryFunction::IS_NAN}, {x});
  ExpectObstacle(graph, "truth values");
  Append(graph, "mean", LayerNormalization{3}, {x});
  ExpectObstacle(graph, "no int8 form");
}

Resize DoubledPicture(schema::ResizeMode mode) {
  Resize resize;
  resize.shape = {1, 8, 8, 2};
  resize.scales[1] = resize.scales[2] = 2.0f;
  resize.mode = mode;
  return resize;
}

TEST(Int8ObstacleTest, ResizesThatStayInTheRange) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  for (const auto mode :
       {schema::ResizeMode::NEAREST, schema::ResizeMode::LINEAR}) {
    Append(graph, "plain", DoubledPicture(mode), {x});
    EXPECT_EQ(Obstacle(graph), "");
  }
  Append(graph, "cubic", DoubledPicture(schema::ResizeMode::CUBIC), {x});
  ExpectObstacle(graph, "leaves the range");
  Resize crop = DoubledPicture(schema::ResizeMode::LINEAR);
  crop.coordinates = schema::ResizeCoordinates::TF_CROP_AND_RESIZE;
  Append(graph, "crop", crop, {x});
  ExpectObstacle(graph, "cropping");
  const ValueId cells = AddInput(graph, "cells", {2, 2, 2, 2, 2});
  Resize all;
  all.shape = {4, 4, 4, 4, 4};
  all.scales = {2, 2, 2, 2, 2, 1};
  Append(graph, "all", all, {cells});
  ExpectObstacle(graph, "resizes 5 dimensions");
}

TEST(Int8ObstacleTest, Integers) {
  Graph graph;
  AddInput(graph, "x", {2});
  const ValueId id = graph.AddActivation("i", {2}, DataType::INT64);
  graph.inputs.push_back(id);
  Append(graph, "reshape", Reshape{Shape{1, 2}}, {id});
  ExpectObstacle(graph, "'i' holds integers");
}

// A table of constants that integers look up, too.
TEST(Int8ObstacleTest, GatherOfIntegersOrConstants) {
  Graph graph;
  AddInput(graph, "x", {2});
  const ValueId id = graph.AddActivation("i", {2}, DataType::INT64);
  graph.inputs.push_back(id);
  const ValueId zero =
      graph.AddConstant("zero", {1}, ConstantData{DataType::INT64, {}, {0}});
  Append(graph, "of_integers", Gather{0}, {id, zero});
  ExpectObstacle(graph, "'i' holds integers");
  const ValueId table = graph.AddConstant("table", {2}, {1.0f, 2.0f});
  Append(graph, "of_constants", Gather{0}, {table, id});
  ExpectObstacle(graph, "its input is a constant");
}

TEST(Int8ObstacleTest, WeightsMustBeConstant) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 3});
  const ValueId weights = AddInput(graph, "w", {2, 3});
  const ValueId bias = graph.AddConstant("b", {2}, {0.0f, 0.0f});
  Append(graph, "fc", FullyConnected{}, {x, weights, bias});
  ExpectObstacle(graph, "its weights are not constant");
}

TEST(Int8ObstacleTest, ConstantsThatShouldHaveBeenFolded) {
  Graph graph;
  AddInput(graph, "x", {1, 3});
  const ValueId c = graph.AddConstant("c", {2}, {1.0f, 2.0f});
  Append(graph, "clamp", Clamp{}, {c});
  ExpectObstacle(graph, "its input is a constant");
  Append(graph, "sum", Add{}, {c, c});
  ExpectObstacle(graph, "both inputs are constants");
}

TEST(Int8ObstacleTest, AveragesThatDoNotFitInt32) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4096, 2048, 1});
  AveragePool2d pool;
  pool.window.kernel_h = 4096;
  pool.window.kernel_w = 1024;  // 2^22 cells: the most that fits
  Append(graph, "fits", pool, {x});
  EXPECT_EQ(Obstacle(graph), "");
  pool.window.kernel_w = 1025;
  Append(graph, "large", pool, {x});
  ExpectObstacle(graph, "does not fit 32 bits");
}

}  // namespace
}  // namespace octet::converter
