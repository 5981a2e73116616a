#include "converter/command/float_share.h"

#include <gtest/gtest.h>

#include "converter/export/export_model.h"
#include "converter/quantize/quantizer.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

const Shape kPicture{1, 16, 16, 8};

// conv -> exp, in FP32 -> conv, whose sums are the outputs.
Graph MixedGraph() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 8, 3, 1);
  const ValueId exp =
      Append(graph, "exp", Unary{schema::UnaryFunction::EXP}, {a});
  graph.outputs = {AppendConv(graph, "b", exp, 8, 3, 2)};
  return graph;
}

schema::ModelT Quantized(const Graph& graph) {
  const Ranges ranges(graph.values.size(), Range{-4.0f, 4.0f});
  QuantizeOptions options;
  options.precision.float_outputs = true;
  const auto result = Quantize(graph, ranges, options);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return result->model;
}

double ShareOf(const schema::ModelT& model) {
  const auto bytes = ExportModel(model, {});
  EXPECT_TRUE(bytes.ok()) << bytes.status().message();
  const auto loaded = Model::FromMemory(bytes->data(), bytes->size());
  EXPECT_TRUE(loaded.ok()) << loaded.status().message();
  const auto share = MeasureFloatShare(
      model, *loaded, {RandomFloats(kPicture.NumElements(), 1.0f, 3)}, 1);
  EXPECT_TRUE(share.ok()) << share.status().message();
  return *share;
}

TEST(FloatShareTest, AnIslandHasItsConversions) {
  const schema::ModelT model = Quantized(MixedGraph());
  std::vector<schema::OperatorOptions> types;
  for (const auto& op : model.operators) types.push_back(op->options.type);
  using Type = schema::OperatorOptions;
  const std::vector<Type> expected = {Type::Conv2d, Type::Dequantize,
                                      Type::Unary, Type::Quantize,
                                      Type::Conv2d};
  ASSERT_EQ(types, expected);
  // The last layer reads int8, although it gives floats.
  EXPECT_EQ(FindIslandOperators(model),
            (std::vector<bool>{false, true, true, true, false}));
  const double share = ShareOf(model);
  EXPECT_GT(share, 0.0);
  EXPECT_LT(share, 1.0);
}

TEST(FloatShareTest, WithoutIslandsThereIsNone) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  graph.outputs = {AppendConv(graph, "a", x, 8, 3, 1)};
  EXPECT_EQ(ShareOf(Quantized(graph)), 0.0);
}

}  // namespace
}  // namespace octet::converter
