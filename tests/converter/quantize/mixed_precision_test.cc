// Models with nodes in FP32: where conversions stand, and what is stored.

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "converter/quantize/grid_ranges.h"
#include "converter/quantize/quantizer.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

using schema::OperatorOptions;
using schema::UnaryFunction;

const Shape kPicture{1, 4, 4, 2};

Ranges AllRanges(const Graph& graph) {
  return Ranges(graph.values.size(), Range{-1.0f, 1.0f});
}

std::vector<OperatorOptions> Types(const schema::ModelT& model) {
  std::vector<OperatorOptions> types;
  for (const auto& op : model.operators) types.push_back(op->options.type);
  return types;
}

QuantizedModel MakeModel(const Graph& graph, const Ranges& ranges,
                         const QuantizeOptions& options = {}) {
  Result<QuantizedModel> model = Quantize(graph, ranges, options);
  EXPECT_TRUE(model.ok()) << model.status().message();
  return model.ok() ? *std::move(model) : QuantizedModel();
}

// x -> conv -> exp, read by two layers in INT8.
Graph MixedGraph() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
  const ValueId exp = Append(graph, "exp", Unary{UnaryFunction::EXP}, {conv});
  const ValueId a = AppendConv(graph, "a", exp, 2, 1, 2);
  const ValueId b = AppendConv(graph, "b", exp, 2, 1, 3);
  graph.outputs = {a, b, exp};
  return graph;
}

TEST(MixedPrecisionTest, OneConversionAValue) {
  const Graph graph = MixedGraph();
  const QuantizedModel result = MakeModel(graph, AllRanges(graph));
  const std::vector<OperatorOptions> expected = {
      OperatorOptions::Conv2d, OperatorOptions::Dequantize,
      OperatorOptions::Unary,  OperatorOptions::Quantize,
      OperatorOptions::Conv2d, OperatorOptions::Conv2d};
  EXPECT_EQ(Types(result.model), expected);
  EXPECT_EQ(result.report.conversions, 2);
  EXPECT_EQ(result.report.islands, 1);
  ASSERT_EQ(result.report.float_nodes.size(), 1u);
  EXPECT_EQ(result.report.float_nodes[0].node, "exp");
  // The model returns what exp computes, not the rounded copy of it.
  const auto& tensors = result.model.tensors;
  const auto type = [&](size_t output) {
    return tensors[result.model.outputs[output]]->type;
  };
  EXPECT_EQ(type(0), schema::DataType::INT8);
  EXPECT_EQ(type(2), schema::DataType::FLOAT32);
  EXPECT_EQ(tensors[result.model.outputs[2]]->quantization, nullptr);
}

Resize Doubled() {
  Resize resize;
  resize.shape = {1, 8, 8, 2};
  resize.scales[1] = resize.scales[2] = 2.0f;
  return resize;
}

// In INT8 between layers, with the scale of its input.
TEST(MixedPrecisionTest, ResizeBetweenLayers) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
  const ValueId resize = Append(graph, "resize", Doubled(), {conv});
  graph.outputs = {AppendConv(graph, "last", resize, 2, 3, 2)};
  const QuantizedModel result = MakeModel(graph, AllRanges(graph));
  EXPECT_EQ(Types(result.model),
            (std::vector<OperatorOptions>{OperatorOptions::Conv2d,
                                          OperatorOptions::Resize,
                                          OperatorOptions::Conv2d}));
  EXPECT_TRUE(result.report.float_nodes.empty());
}

// At the end it interpolates the layer's floats, which are finer.
TEST(MixedPrecisionTest, ResizeBehindTheLastLayer) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
  graph.outputs = {Append(graph, "resize", Doubled(), {conv})};
  QuantizeOptions options;
  options.precision.float_outputs = true;
  const QuantizedModel result = MakeModel(graph, AllRanges(graph), options);
  EXPECT_EQ(Types(result.model),
            (std::vector<OperatorOptions>{OperatorOptions::Conv2d,
                                          OperatorOptions::Resize}));
  ASSERT_EQ(result.report.float_nodes.size(), 1u);
  EXPECT_EQ(result.report.float_nodes[0].node, "resize");
  EXPECT_EQ(result.report.conversions, 0);
}

// x -> conv -> conv; the grids of the source say enough of all but the
// last layer.
TEST(MixedPrecisionTest, GridsInsteadOfRanges) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
  const ValueId last = AppendConv(graph, "last", conv, 2, 3, 2);
  graph.outputs = {last};
  graph.value(x).grid = Int8Grid{0.5f, 0};
  graph.value(conv).grid = Int8Grid{0.02f, -128};
  EXPECT_EQ(NodesWithoutGrids(graph), std::set<std::string>{"last"});
  const Ranges ranges = RangesOfGrids(graph);
  EXPECT_FLOAT_EQ(ranges[size_t(conv)].min, 0.0f);
  EXPECT_FLOAT_EQ(ranges[size_t(conv)].max, 5.1f);
  QuantizeOptions options;
  options.precision.unranged_nodes = NodesWithoutGrids(graph);
  const QuantizedModel result = MakeModel(graph, ranges, options);
  const std::vector<OperatorOptions> expected = {OperatorOptions::Conv2d,
                                                 OperatorOptions::Dequantize,
                                                 OperatorOptions::Conv2d};
  EXPECT_EQ(Types(result.model), expected);
  const auto& tensor =
      *result.model.tensors[result.model.operators[0]->outputs[0]];
  EXPECT_EQ(tensor.quantization->scale, std::vector<float>{0.02f});
  EXPECT_EQ(tensor.quantization->zero_point, -128);
}

// To int8 and back in FP32; in INT8 a Requantize to its grid.
TEST(MixedPrecisionTest, FakeQuantizeNodes) {
  for (const bool all_float : {false, true}) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", kPicture);
    const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
    const ValueId y =
        Append(graph, "y", FakeQuantize{Int8Grid{0.5f, 7}}, {conv});
    graph.value(y).grid = Int8Grid{0.5f, 7};
    graph.outputs = {y};
    QuantizeOptions options;
    options.precision.all_float = all_float;
    const QuantizedModel result = MakeModel(graph, AllRanges(graph), options);
    const std::vector<OperatorOptions> expected =
        all_float ? std::vector<OperatorOptions>{OperatorOptions::Conv2d,
                                                 OperatorOptions::Quantize,
                                                 OperatorOptions::Dequantize}
                  : std::vector<OperatorOptions>{OperatorOptions::Conv2d,
                                                 OperatorOptions::Requantize};
    EXPECT_EQ(Types(result.model), expected);
    // The second operator, either way.
    const auto& output =
        *result.model.tensors[result.model.operators[1]->outputs[0]];
    EXPECT_EQ(output.quantization->scale, std::vector<float>{0.5f});
    EXPECT_EQ(output.quantization->zero_point, 7);
  }
}

TEST(MixedPrecisionTest, WholeNetworkWithoutRanges) {
  const Graph graph = MixedGraph();
  QuantizeOptions options;
  options.precision.all_float = true;
  const QuantizedModel result = MakeModel(graph, Ranges(), options);
  EXPECT_EQ(result.report.conversions, 0);
  EXPECT_EQ(result.model.operators.size(), graph.nodes.size());
  for (const auto& tensor : result.model.tensors) {
    EXPECT_EQ(tensor->type, schema::DataType::FLOAT32) << tensor->name;
  }
  EXPECT_EQ(result.model.operators[0]->options.AsConv2d()->requantization,
            nullptr);
}

// The scale of each accumulator is that of its bias; nothing else is stored.
TEST(MixedPrecisionTest, LastLayersGiveFloats) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv =
      AppendConv(graph, "conv", x, 3, 1, 1, 1, FloatClamp{0.0f, 6.0f});
  graph.outputs = {Append(graph, "flat", Reshape{{1, 48}}, {conv})};
  QuantizeOptions options;
  options.precision.float_outputs = true;
  const QuantizedModel result = MakeModel(graph, AllRanges(graph), options);
  const std::vector<OperatorOptions> expected = {OperatorOptions::Conv2d,
                                                 OperatorOptions::Reshape};
  EXPECT_EQ(Types(result.model), expected);
  EXPECT_EQ(result.report.conversions, 0);
  const schema::OperatorT& op = *result.model.operators[0];
  const schema::Conv2dT& stored = *op.options.AsConv2d();
  EXPECT_EQ(stored.requantization, nullptr);
  EXPECT_EQ(stored.clamp, nullptr);
  ASSERT_NE(stored.float_clamp, nullptr);
  EXPECT_EQ(stored.float_clamp->max(), 6.0f);
  const auto& tensors = result.model.tensors;
  EXPECT_EQ(tensors[op.inputs[0]]->type, schema::DataType::INT8);
  EXPECT_EQ(tensors[op.outputs[0]]->type, schema::DataType::FLOAT32);
  const std::vector<float>& scale = tensors[op.inputs[2]]->quantization->scale;
  ASSERT_EQ(scale.size(), 3u);
  for (size_t c = 0; c < 3; ++c) {
    EXPECT_EQ(scale[c], tensors[op.inputs[0]]->quantization->scale[0] *
                            tensors[op.inputs[1]]->quantization->scale[c]);
  }
}

// The 256 entries of a function of one int8 value, from its definition.
TEST(MixedPrecisionTest, FunctionsOfOneValueAreTables) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  const ValueId y = Append(graph, "tanh", Unary{UnaryFunction::TANH}, {x});
  graph.outputs = {y};
  Ranges ranges(graph.values.size());
  ranges[size_t(x)] = {-127.0f / 32, 127.0f / 32};
  ranges[size_t(y)] = {-1.0f, 1.0f};
  QuantizeOptions options;
  options.scheme.symmetric = true;
  const QuantizedModel result = MakeModel(graph, ranges, options);
  ASSERT_EQ(Types(result.model),
            std::vector<OperatorOptions>{OperatorOptions::Lookup});
  const auto& values = result.model.operators[0]->options.AsLookup()->values;
  ASSERT_EQ(values.size(), 256u);
  // q / 32 -> round(127 * tanh(q / 32))
  const std::map<int, int> expected = {{0, 0},   {1, 4},     {16, 59},
                                       {32, 97}, {-32, -97}, {127, 127}};
  for (const auto& [q, value] : expected) {
    EXPECT_EQ(values[size_t(q + 128)], value) << q;
  }
}

TEST(MixedPrecisionTest, TablesScaleAndShiftTheFunction) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  const ValueId y =
      Append(graph, "abs", Unary{UnaryFunction::ABS, 0, 0, -2.0f, 3.0f}, {x});
  graph.outputs = {y};
  Ranges ranges(graph.values.size());
  ranges[size_t(x)] = {-127.0f / 32, 127.0f / 32};
  ranges[size_t(y)] = {-127.0f / 16, 127.0f / 16};
  QuantizeOptions options;
  options.scheme.symmetric = true;
  const QuantizedModel result = MakeModel(graph, ranges, options);
  const auto& values = result.model.operators[0]->options.AsLookup()->values;
  ASSERT_EQ(values.size(), 256u);
  // q / 32 -> 16 * (3 - 2 * |q / 32|) = 48 - |q|
  for (const int q : {-127, -40, 0, 1, 48, 127}) {
    EXPECT_EQ(values[size_t(q + 128)], 48 - std::abs(q)) << q;
  }
}

// A file has no field for them where the function runs in FP32.
TEST(MixedPrecisionTest, ScaleAndOffsetInFloatAreOperators) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  const ValueId y =
      Append(graph, "y", Unary{UnaryFunction::TANH, 0, 0, -2.0f, 3.0f}, {x});
  const ValueId z =
      Append(graph, "z", Unary{UnaryFunction::TANH, 0, 0, 1.0f, 3.0f}, {y});
  graph.outputs = {
      Append(graph, "w", Unary{UnaryFunction::TANH, 0, 0, 0.5f, 0.0f}, {z})};
  QuantizeOptions options;
  options.precision.all_float = true;
  const QuantizedModel result = MakeModel(graph, AllRanges(graph), options);
  EXPECT_EQ(Types(result.model),
            (std::vector<OperatorOptions>{
                OperatorOptions::Unary, OperatorOptions::Binary,
                OperatorOptions::Binary, OperatorOptions::Unary,
                OperatorOptions::Binary, OperatorOptions::Unary,
                OperatorOptions::Binary}));
  // Each reads the one before, and the constant if there is one.
  const auto& operators = result.model.operators;
  for (size_t i = 1; i < operators.size(); ++i) {
    EXPECT_EQ(operators[i]->inputs[0], operators[i - 1]->outputs[0]);
  }
  const auto constant = [&](size_t i) {
    const auto& tensor = result.model.tensors[operators[i]->inputs[1]];
    const auto& bytes = result.model.buffers[tensor->buffer]->data;
    float number = 0.0f;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  };
  const auto function = [&](size_t i) {
    return operators[i]->options.AsBinary()->function;
  };
  EXPECT_EQ(constant(1), -2.0f);
  EXPECT_EQ(function(1), schema::BinaryFunction::MUL);
  EXPECT_EQ(constant(2), 3.0f);
  EXPECT_EQ(function(2), schema::BinaryFunction::ADD);
  EXPECT_EQ(constant(4), 3.0f);
  EXPECT_EQ(function(4), schema::BinaryFunction::ADD);
  EXPECT_EQ(constant(6), 0.5f);
  EXPECT_EQ(function(6), schema::BinaryFunction::MUL);
}

TEST(MixedPrecisionTest, ProductOfTwoActivations) {
  Graph graph;
  const ValueId a = AddInput(graph, "a", kPicture);
  const ValueId b = AddInput(graph, "b", {1, 1, 1, 2});
  graph.outputs = {Append(graph, "product", Mul{}, {a, b})};
  const QuantizedModel result = MakeModel(graph, AllRanges(graph));
  ASSERT_EQ(Types(result.model),
            std::vector<OperatorOptions>{OperatorOptions::Mul});
  const auto* mul = result.model.operators[0]->options.AsMul();
  EXPECT_EQ(mul->requantization->multiplier.size(), 1u);
}

// What moves numbers by indices keeps their scale.
TEST(MixedPrecisionTest, GathersAndExpand) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 3, 1);
  const auto indices = [&](const std::string& name, const Shape& shape,
                           std::vector<int64_t> values) {
    return graph.AddConstant(
        name, shape,
        ConstantData{schema::DataType::INT64, {}, std::move(values)});
  };
  const ValueId gather = Append(graph, "gather", Gather{1},
                                {conv, indices("rows", {3}, {2, 0, 3})});
  const ValueId nd =
      Append(graph, "nd", GatherNd{0},
             {gather, indices("places", {1, 1, 2}, {0, 1})});  // {1, 1, 4, 2}
  const ValueId elements =
      Append(graph, "elements", GatherElements{2},
             {nd, indices("columns", {1, 1, 1, 2}, {3, 0})});  // {1, 1, 1, 2}
  const ValueId expand =
      Append(graph, "expand", Expand{Shape{1, 4, 4, 2}}, {elements});
  graph.outputs = {AppendConv(graph, "last", expand, 2, 1, 2)};
  const QuantizedModel result = MakeModel(graph, AllRanges(graph));
  const std::vector<OperatorOptions> expected = {
      OperatorOptions::Conv2d,   OperatorOptions::Gather,
      OperatorOptions::GatherNd, OperatorOptions::GatherElements,
      OperatorOptions::Expand,   OperatorOptions::Conv2d};
  EXPECT_EQ(Types(result.model), expected);
  const auto& tensors = result.model.tensors;
  const auto tensor = [&](ValueId id) -> const schema::TensorT& {
    return *tensors[size_t(result.tensor_of_value[size_t(id)])];
  };
  for (ValueId id : {gather, nd, elements, expand}) {
    EXPECT_EQ(tensor(id).type, schema::DataType::INT8);
    EXPECT_EQ(tensor(id).quantization->scale, tensor(conv).quantization->scale);
  }
}

// {1, 1, 1, 2} + {1, 4, 4, 2}: repeated in front of the sum, which no layer in
// front of the smaller one can compute.
TEST(MixedPrecisionTest, ASumRepeatsAnActivation) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  AveragePool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 4;
  const ValueId mean = Append(graph, "mean", pool, {x});
  const ValueId small = AppendConv(graph, "small", mean, 2, 1, 1);
  const ValueId sum = Append(graph, "sum", Add{}, {x, small});
  graph.outputs = {AppendConv(graph, "last", sum, 2, 1, 2)};
  const QuantizedModel result = MakeModel(graph, AllRanges(graph));
  const std::vector<OperatorOptions> expected = {
      OperatorOptions::AveragePool2d, OperatorOptions::Conv2d,
      OperatorOptions::Expand, OperatorOptions::Add, OperatorOptions::Conv2d};
  EXPECT_EQ(Types(result.model), expected);
  const schema::OperatorT& add = *result.model.operators[3];
  for (uint32_t input : add.inputs) {
    EXPECT_EQ(result.model.tensors[input]->shape,
              (std::vector<int32_t>{1, 4, 4, 2}));
  }
}

TEST(MixedPrecisionTest, ADifferenceIsASumWithAnExactNegative) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 2, 3, 1);
  const Binary subtract{schema::BinaryFunction::SUB, {}};
  const ValueId difference = Append(graph, "difference", subtract, {x, a});
  graph.outputs = {AppendConv(graph, "last", difference, 2, 1, 2)};
  Ranges ranges = AllRanges(graph);
  ranges[size_t(a)] = {-0.25f, 1.0f};
  const QuantizedModel result = MakeModel(graph, ranges);
  const std::vector<OperatorOptions> expected = {
      OperatorOptions::Conv2d, OperatorOptions::Lookup, OperatorOptions::Add,
      OperatorOptions::Conv2d};
  ASSERT_EQ(Types(result.model), expected);
  const schema::OperatorT& lookup = *result.model.operators[1];
  const auto& from = *result.model.tensors[lookup.inputs[0]]->quantization;
  const auto& to = *result.model.tensors[lookup.outputs[0]]->quantization;
  EXPECT_EQ(result.model.operators[2]->inputs[1], lookup.outputs[0]);
  const auto& table = lookup.options.AsLookup()->values;
  ASSERT_EQ(table.size(), 256u);
  for (int q = -128; q < 128; ++q) {
    EXPECT_EQ(from.scale[0] * static_cast<float>(q - from.zero_point),
              -to.scale[0] *
                  static_cast<float>(table[size_t(q + 128)] - to.zero_point));
  }
}

TEST(MixedPrecisionTest, IntegersAreStoredInTheirOwnType) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {3, 2});
  const ValueId indices =
      graph.AddConstant("i", {2}, ConstantData{DataType::INT64, {}, {2, -1}});
  graph.outputs = {Append(graph, "gather", Gather{0}, {x, indices})};
  const QuantizedModel result = MakeModel(graph, AllRanges(graph));
  const schema::OperatorT& gather = *result.model.operators.back();
  ASSERT_EQ(gather.options.type, OperatorOptions::Gather);
  const schema::TensorT& stored = *result.model.tensors[gather.inputs[1]];
  EXPECT_EQ(stored.type, schema::DataType::INT64);
  const std::vector<uint8_t> bytes = {
      2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  EXPECT_EQ(result.model.buffers[stored.buffer]->data, bytes);
}

}  // namespace
}  // namespace octet::converter
