// Which Adds become part of a layer, and that the file with them gives the
// bytes of the formulas on every instruction set.

#include "converter/quantize/fuse_residuals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/export/export_model.h"
#include "converter/quantize/assign_params.h"
#include "converter/quantize/quantizer.h"
#include "tests/converter/graphs.h"
#include "tests/converter/quantize/simulate.h"
#include "tests/engine/run_network.h"

namespace octet::converter {
namespace {

const Shape kPicture{1, 9, 8, 6};

// The fusion of the graph's last Add, with every value in `range`.
ResidualFusion FindLast(const Graph& graph, Range range = {-1.0f, 1.0f}) {
  const Ranges ranges(graph.values.size(), range);
  const auto fusions =
      FindResidualFusions(graph, ranges, AssignParams(graph, ranges).params);
  ResidualFusion last;
  EXPECT_EQ(fusions.size(), graph.nodes.size());
  for (size_t i = 0; i < fusions.size(); ++i) {
    if (std::holds_alternative<Add>(graph.nodes[i].op)) last = fusions[i];
  }
  return last;
}

// A graph x -> "conv" -> Add with x, its first node the convolution.
struct Residual {
  Graph graph;
  ValueId x, conv, sum;

  explicit Residual(int32_t groups = 1, FloatClamp clamp = {}) {
    x = AddInput(graph, "x", kPicture);
    conv = AppendConv(graph, "conv", x, 6, 3, 1, groups, clamp);
    sum = Append(graph, "sum", Add{}, {x, conv});
    graph.outputs = {sum};
  }
};

TEST(FuseResidualsTest, LayerAndOtherOperand) {
  const Residual made;
  const ResidualFusion fusion = FindLast(made.graph);
  EXPECT_EQ(fusion.layer, 0);
  EXPECT_EQ(fusion.residual, made.x);
  EXPECT_EQ(fusion.fraction_bits, 6);
  EXPECT_EQ(fusion.multiplier, 1 << 14);
  EXPECT_EQ(FindLast(Residual(2).graph).layer, 0);  // two groups
}

TEST(FuseResidualsTest, TheLaterOfTwoLayers) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 6, 1, 1);
  const ValueId b = AppendConv(graph, "b", x, 6, 3, 2);
  graph.outputs = {Append(graph, "sum", Add{}, {b, a})};
  EXPECT_EQ(FindLast(graph).layer, 1);
  EXPECT_EQ(FindLast(graph).residual, a);
  // The earlier one, if the later one's output is needed for itself.
  graph.outputs.push_back(b);
  EXPECT_EQ(FindLast(graph).layer, 0);
  EXPECT_EQ(FindLast(graph).residual, b);
}

TEST(FuseResidualsTest, NotWhereTheLayersOutputIsSeen) {
  Residual read_twice;
  AppendConv(read_twice.graph, "other", read_twice.conv, 6, 1, 3);
  EXPECT_EQ(FindLast(read_twice.graph).layer, -1);

  Residual output;
  output.graph.outputs.push_back(output.conv);
  EXPECT_EQ(FindLast(output.graph).layer, -1);

  Graph twice;
  const ValueId x = AddInput(twice, "x", kPicture);
  const ValueId y = AppendConv(twice, "conv", x, 6, 3, 1);
  twice.outputs = {Append(twice, "sum", Add{}, {y, y})};
  EXPECT_EQ(FindLast(twice).layer, -1);
}

TEST(FuseResidualsTest, NotBehindAClampOrDepthwise) {
  EXPECT_EQ(FindLast(Residual(1, {0.0f, 6.0f}).graph).layer, -1);
  EXPECT_EQ(FindLast(Residual(6).graph).layer, -1);
}

TEST(FuseResidualsTest, NotWhereTheLayersShareCouldSaturate) {
  const Residual made;
  // Steps of the sum's output, of 1 / 255 each.
  const auto layer_with = [&](float largest) {
    Ranges ranges(made.graph.values.size(), Range{0.0f, 1.0f});
    ranges[size_t(made.conv)] = {-largest, 0.1f};
    const auto params = AssignParams(made.graph, ranges).params;
    return FindResidualFusions(made.graph, ranges, params).back().layer;
  };
  EXPECT_EQ(layer_with(255.5f / 255), 0);
  EXPECT_EQ(layer_with(256.5f / 255), -1);
}

// The residual is an input, a constant, another layer's output.
Graph ManyResiduals() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 6, 3, 1);
  const ValueId first = Append(graph, "first", Add{{0.0f, 6.0f}}, {a, x});
  const ValueId b = AppendConv(graph, "b", first, 20, 1, 2);
  const ValueId c = AppendConv(graph, "c", first, 20, 3, 3);
  const ValueId second = Append(graph, "second", Add{}, {b, c});
  const ValueId row = graph.AddConstant("row", {20}, RandomFloats(20, 1.0f, 4));
  const ValueId d = AppendConv(graph, "d", second, 20, 1, 5);
  const ValueId third = Append(graph, "third", Add{}, {d, row});
  const ValueId w =
      graph.AddConstant("w", {20, 20}, RandomFloats(400, 0.2f, 6));
  const ValueId bias = graph.AddConstant("b", {20}, RandomFloats(20, 0.1f, 7));
  const ValueId e = Append(graph, "e", FullyConnected{}, {third, w, bias});
  graph.outputs = {Append(graph, "fourth", Add{}, {third, e})};
  return graph;
}

std::vector<std::vector<int8_t>> ToInt8(
    const schema::ModelT& model, const std::vector<uint32_t>& tensors,
    const std::vector<std::vector<float>>& reals) {
  std::vector<std::vector<int8_t>> result;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto& quantization = *model.tensors[tensors[i]]->quantization;
    result.emplace_back();
    for (const float real : reals[i]) {
      result.back().push_back(static_cast<int8_t>(
          std::lround(real / quantization.scale[0]) + quantization.zero_point));
    }
  }
  return result;
}

TEST(FuseResidualsTest, TheFileGivesTheBytesOfTheFormulas) {
  const Graph graph = ManyResiduals();
  const std::vector<std::vector<float>> inputs = {
      RandomFloats(kPicture.NumElements(), 1.0f, 8)};
  const auto ranges = Calibrate(
      graph, 1,
      [&](size_t) -> Result<std::vector<std::vector<float>>> { return inputs; },
      {.threads = 1});
  ASSERT_TRUE(ranges.ok()) << ranges.status().message();
  for (const bool per_tensor : {false, true}) {
    const auto result = Quantize(graph, *ranges, {per_tensor});
    ASSERT_TRUE(result.ok()) << result.status().message();
    EXPECT_EQ(result->report.fused_residuals, 4);
    const schema::ModelT& model = result->model;
    std::vector<std::string> names;
    for (const auto& op : model.operators) names.push_back(op->name);
    EXPECT_EQ(names, (std::vector<std::string>{"a + first", "b", "c + second",
                                               "d + third", "e + fourth"}));
    const auto reals = Simulate(model, inputs);
    // Inputs that are multiples of the scale, so that quantizing them again
    // gives the same.
    const auto quantized =
        ToInt8(model, model.inputs, {reals[model.inputs[0]]});
    const auto expected =
        ToInt8(model, model.outputs, {reals[model.outputs[0]]});
    const auto bytes = ExportModel(model, {});
    ASSERT_TRUE(bytes.ok()) << bytes.status().message();
    ExpectOutputs(*bytes, quantized, expected, "four residuals");
  }
}

}  // namespace
}  // namespace octet::converter
