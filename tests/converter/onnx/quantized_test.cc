// Quantized models, in QDQ and in QOperator form: what the integers stand for,
// and which grids the graph keeps.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "converter/passes/keep_grids.h"
#include "converter/passes/pass_list.h"
#include "gtest/gtest.h"
#include "tests/converter/node_cases/run_in_engine.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

using onnx::TensorProto;
using Integers = std::vector<int64_t>;

// An initializer of integers.
void AddIntegers(ModelBuilder& model, const std::string& name, int type,
                 const Dims& dims, const std::vector<int32_t>& values) {
  TensorProto& tensor = *model.graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const int64_t dim : dims) tensor.add_dims(dim);
  for (const int32_t value : values) tensor.add_int32_data(value);
}

// "<name>_s" and "<name>_z".
void AddScale(ModelBuilder& model, const std::string& name, float scale,
              int32_t zero_point, int type) {
  model.Constant(name + "_s", {}, {scale});
  AddIntegers(model, name + "_z", type, {}, {zero_point});
}

// Appends input -> QuantizeLinear -> DequantizeLinear -> name.
void AddPair(ModelBuilder& model, const std::string& input,
             const std::string& scale, const std::string& name) {
  const std::vector<std::string> params = {scale + "_s", scale + "_z"};
  model.Node("QuantizeLinear", {input, params[0], params[1]}, name + "_q");
  model.Node("DequantizeLinear", {name + "_q", params[0], params[1]}, name);
}

Graph Simplified(const ModelBuilder& model) {
  Result<Graph> graph = model.Import();
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  if (!graph.ok()) return {};
  const Status status = RunPasses(*graph);
  EXPECT_TRUE(status.ok()) << status.message();
  return *std::move(graph);
}

std::vector<std::string> Names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(OperatorName(node.op));
  return names;
}

std::vector<ConstantData> RunGraph(const Graph& graph, const Floats& input) {
  const auto outputs = RunInEngine(graph, {{DataType::FLOAT32, input, {}}});
  EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  return outputs.ok() ? *outputs : std::vector<ConstantData>();
}

// A picture {1, 2, 2, 2} in NCHW as the graph wants it behind the passes.
Floats ToNhwc(const Floats& nchw) {
  Floats nhwc;
  for (size_t pixel = 0; pixel < 4; ++pixel) {
    nhwc.insert(nhwc.end(), {nchw[pixel], nchw[4 + pixel]});
  }
  return nhwc;
}

// Halves to even, saturated; the zero points of uint8 and int8 differ by 128.
TEST(QdqTest, APairRounds) {
  for (const int type : {TensorProto::UINT8, TensorProto::INT8}) {
    const int bias = type == TensorProto::UINT8 ? 128 : 0;
    ModelBuilder model;
    model.Input("x", {6}).Output("y");
    AddScale(model, "s", 0.5f, bias + 3, type);
    AddPair(model, "x", "s", "y");
    const Graph graph = Simplified(model);
    ASSERT_EQ(Names(graph), std::vector<std::string>{"FakeQuantize"});
    EXPECT_EQ(std::get<FakeQuantize>(graph.nodes[0].op).grid,
              (Int8Grid{0.5f, 3}));
    const auto outputs = RunGraph(graph, {0.25f, 0.75f, -0.3f, 1000, -1000, 2});
    ASSERT_EQ(outputs.size(), 1u);
    EXPECT_EQ(outputs[0].floats, (Floats{0, 1, -0.5f, 62, -65.5f, 2}));
  }
}

TEST(QdqTest, WhatIsLeftIsIntegers) {
  ModelBuilder model;
  model.Input("x", {2, 3}).Output("y");
  AddScale(model, "s", 0.5f, 130, TensorProto::UINT8);
  model.Node("QuantizeLinear", {"x", "s_s", "s_z"}, "q");
  model.Node("Transpose", {"q"}, "y");
  const auto outputs = RunGraph(Simplified(model), {0, 1, 2, -100, 300, -0.5f});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].integers, (Integers{130, 0, 132, 255, 134, 129}));
}

// With another scale the integers count, not what they stood for.
TEST(QdqTest, APairOfTwoScalesRescales) {
  ModelBuilder model;
  model.Input("x", {2}).Output("y");
  AddScale(model, "a", 0.5f, 0, TensorProto::INT8);
  AddScale(model, "b", 0.25f, 2, TensorProto::INT8);
  model.Node("QuantizeLinear", {"x", "a_s", "a_z"}, "q");
  model.Node("DequantizeLinear", {"q", "b_s", "b_z"}, "y");
  const auto outputs = RunGraph(Simplified(model), {3, -1.1f});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].floats, (Floats{1, -1}));
}

// A convolution with int8 weights a channel, quantized in and out.
ModelBuilder QdqConvolution() {
  ModelBuilder model;
  model.Input("x", {1, 2, 2, 2}).Output("y");
  AddScale(model, "in", 0.5f, 128, TensorProto::UINT8);
  AddScale(model, "out", 0.25f, 100, TensorProto::UINT8);
  AddIntegers(model, "w_q", TensorProto::INT8, {2, 2, 1, 1}, {3, -2, 127, 5});
  model.Constant("w_s", {2}, {0.125f, 0.01f});
  AddIntegers(model, "w_z", TensorProto::INT8, {2}, {0, 0});
  AddIntegers(model, "b_q", TensorProto::INT32, {2}, {7, -100});
  model.Constant("b_s", {2}, {0.0625f, 0.005f});
  return model;
}

TEST(QdqTest, LayersBetweenPairs) {
  ModelBuilder model = QdqConvolution();
  AddPair(model, "x", "in", "x_real");
  model.Node("DequantizeLinear", {"w_q", "w_s", "w_z"}, "w").Int("axis", 0);
  model.Node("DequantizeLinear", {"b_q", "b_s"}, "b").Int("axis", 0);
  model.Node("Conv", {"x_real", "w", "b"}, "conv");
  AddPair(model, "conv", "out", "y");
  Graph graph = Simplified(model);
  EXPECT_EQ(Names(graph), (std::vector<std::string>{"FakeQuantize", "Conv2d",
                                                    "FakeQuantize"}));
  ASSERT_TRUE(KeepGrids(graph).ok());
  EXPECT_EQ(Names(graph), std::vector<std::string>{"Conv2d"});
  EXPECT_EQ(graph.value(graph.inputs[0]).grid, (Int8Grid{0.5f, 0}));
  EXPECT_EQ(graph.value(graph.outputs[0]).grid, (Int8Grid{0.25f, -28}));
}

TEST(QLinearTest, ConvIsTheSameAsInQdqForm) {
  ModelBuilder qdq = QdqConvolution();
  AddPair(qdq, "x", "in", "x_real");
  qdq.Node("DequantizeLinear", {"w_q", "w_s", "w_z"}, "w").Int("axis", 0);
  qdq.Node("DequantizeLinear", {"b_q", "b_s"}, "b").Int("axis", 0);
  qdq.Node("Conv", {"x_real", "w", "b"}, "conv");
  AddPair(qdq, "conv", "out", "y");
  ModelBuilder model = QdqConvolution();
  model.Node("QuantizeLinear", {"x", "in_s", "in_z"}, "x_q");
  model.Node(
      "QLinearConv",
      {"x_q", "in_s", "in_z", "w_q", "w_s", "w_z", "out_s", "out_z", "b_q"},
      "y_q");
  model.Node("DequantizeLinear", {"y_q", "out_s", "out_z"}, "y");
  const Floats x = ToNhwc({0.5f, -1, 2, 3.5f, 10, -20, 1, 0.3f});
  const Graph graph = Simplified(model);
  EXPECT_EQ(Names(graph), (std::vector<std::string>{"FakeQuantize", "Conv2d",
                                                    "FakeQuantize"}));
  const auto expected = RunGraph(Simplified(qdq), x);
  const auto actual = RunGraph(graph, x);
  ASSERT_EQ(actual.size(), 1u);
  EXPECT_EQ(actual[0].floats, expected[0].floats);
  // 0.125 * (3 * 0.5 - 2 * 10) + 7 * 0.0625 = -1.875: -1.75 or -2 in steps of
  // 0.25, halves to even.
  EXPECT_EQ(actual[0].floats[0], -2);
}

// Between layers integers are moved and pooled: they keep what they stand for.
TEST(QLinearTest, MovementsKeepTheGrid) {
  ModelBuilder model = QdqConvolution();
  model.Node("QuantizeLinear", {"x", "in_s", "in_z"}, "x_q");
  model.Node("MaxPool", {"x_q"}, "pooled").Ints("kernel_shape", {1, 1});
  model.Integers("shape", {1, 2, 4, 1});
  model.Node("Reshape", {"pooled", "shape"}, "reshaped");
  model.Node("Transpose", {"reshaped"}, "moved").Ints("perm", {0, 1, 3, 2});
  model.Node("Concat", {"moved", "moved"}, "joined").Int("axis", 2);
  model.Node("QLinearConv",
             {"joined", "in_s", "in_z", "w_q", "w_s", "w_z", "out_s", "out_z"},
             "y_q");
  model.Node("DequantizeLinear", {"y_q", "out_s", "out_z"}, "y");
  Graph graph = Simplified(model);
  for (const std::string& name : Names(graph)) EXPECT_NE(name, "Cast");
  ASSERT_TRUE(KeepGrids(graph).ok());
  for (const std::string& name : Names(graph)) EXPECT_NE(name, "FakeQuantize");
}

TEST(QLinearTest, OperatorsOfTheMicrosoftDomain) {
  ModelBuilder model;
  model.Input("x", {1, 2, 2, 2}).Output("y");
  AddScale(model, "a", 0.5f, 128, TensorProto::UINT8);
  AddScale(model, "b", 0.25f, 0, TensorProto::UINT8);
  model.Node("QuantizeLinear", {"x", "a_s", "a_z"}, "q");
  model.Node("QLinearAdd", {"q", "a_s", "a_z", "q", "a_s", "a_z", "b_s", "b_z"},
             "sum");
  model.Node("QLinearMul",
             {"sum", "b_s", "b_z", "q", "a_s", "a_z", "a_s", "a_z"}, "product");
  model
      .Node("QLinearConcat",
            {"a_s", "a_z", "product", "a_s", "a_z", "q", "a_s", "a_z"},
            "joined")
      .Int("axis", 1);
  model.Node("QLinearGlobalAveragePool", {"joined", "a_s", "a_z", "b_s", "b_z"},
             "mean");
  model.Node("DequantizeLinear", {"mean", "b_s", "b_z"}, "y");
  for (onnx::NodeProto& node : *model.graph().mutable_node()) {
    if (node.op_type().starts_with("QLinear")) {
      node.set_domain("com.microsoft");
    }
  }
  const auto outputs =
      RunGraph(Simplified(model), ToNhwc({1, 2, 0.5f, 0.5f, 1, 1, -1, -1}));
  ASSERT_EQ(outputs.size(), 1u);
  // 2 x^2 (a negative sum is 0 on the second grid), and x itself: means of
  // {2, 8, 0.5, 0.5}, {2, 2, 0, 0}, {1, 2, 0.5, 0.5}, {1, 1, -1, -1}.
  EXPECT_EQ(outputs[0].floats, (Floats{2.75f, 1, 1, 0}));
}

TEST(QLinearTest, RefusedWithAReason) {
  ModelBuilder model = QdqConvolution();
  model.Input("weights", {2, 2, 1, 1});
  model.Node("QuantizeLinear", {"weights", "in_s", "in_z"}, "computed");
  model.Node("QuantizeLinear", {"x", "in_s", "in_z"}, "x_q");
  model.Node(
      "QLinearConv",
      {"x_q", "in_s", "in_z", "computed", "in_s", "in_z", "out_s", "out_z"},
      "y");
  EXPECT_NE(model.ImportError().find("the weights"), std::string::npos);
}

}  // namespace
}  // namespace octet::converter
