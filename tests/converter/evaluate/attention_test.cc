// An attention block from ONNX to bytes: products of two activations in INT8.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/evaluate/evaluate.h"
#include "converter/export/export_model.h"
#include "converter/passes/keep_grids.h"
#include "converter/passes/pass_list.h"
#include "converter/quantize/grid_ranges.h"
#include "converter/quantize/precision.h"
#include "converter/repair/repair_layers.h"
#include "octet/isa.h"
#include "octet/session.h"
#include "tests/converter/graphs.h"
#include "tests/converter/onnx/model_builder.h"

namespace octet::converter {
namespace {

constexpr int64_t kTokens = 37, kHeads = 2, kDepth = 9;
constexpr int64_t kWidth = kHeads * kDepth;
constexpr size_t kSamples = 12;

class Tokens : public SampleSource {
 public:
  size_t size() const override { return kSamples; }
  std::string Name(size_t index) const override {
    return std::to_string(index);
  }
  Result<Sample> Read(size_t index) const override {
    return Sample{{RandomFloats(kTokens * kWidth, 2.0f, 100 + index)},
                  kNoLabel};
  }
};

Result<std::vector<std::vector<float>>> ReadTokens(size_t index) {
  return (*Tokens().Read(index)).inputs;
}

// softmax(q k / sqrt(d) + mask) v, and a layer behind it; `einsum`: the same
// products spelled as Einsum.
Graph AttentionGraph(bool einsum) {
  ModelBuilder builder;
  builder.Input("x", {1, kTokens, kWidth}).Output("y");
  builder.Integers("heads", {1, kTokens, kHeads, kDepth});
  builder.Integers("width", {1, kTokens, kWidth});
  builder.Constant("scale", {1}, {1.0f / std::sqrt(float{kDepth})});
  builder.Random("mask", {1, 1, kTokens, kTokens}, 9);
  uint64_t seed = 1;
  for (const std::string name : {"q", "k", "v"}) {
    builder.Random("w" + name, {kWidth, kWidth}, ++seed);
    builder.Random("b" + name, {kWidth}, ++seed);
    builder.Node("MatMul", {"x", "w" + name}, name + "1");
    builder.Node("Add", {name + "1", "b" + name}, name + "2");
    builder.Node("Reshape", {name + "2", "heads"}, name + "3");
    const bool transposed = name == "k" && !einsum;
    builder.Node("Transpose", {name + "3"}, name)
        .Ints("perm", transposed ? Dims{0, 2, 3, 1} : Dims{0, 2, 1, 3});
  }
  if (einsum) {
    builder.Node("Einsum", {"q", "k"}, "scores")
        .String("equation", "bhid,bhjd->bhij");
  } else {
    builder.Node("MatMul", {"q", "k"}, "scores");
  }
  builder.Node("Mul", {"scores", "scale"}, "scaled");
  builder.Node("Add", {"scaled", "mask"}, "masked");
  builder.Node("Softmax", {"masked"}, "p").Int("axis", -1);
  builder.Node("MatMul", {"p", "v"}, "o");
  builder.Node("Transpose", {"o"}, "o1").Ints("perm", {0, 2, 1, 3});
  builder.Node("Reshape", {"o1", "width"}, "o2");
  builder.Random("wo", {kWidth, 5}, 77);
  builder.Node("MatMul", {"o2", "wo"}, "y");
  Result<Graph> graph = builder.Import();
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  if (!graph.ok()) return Graph();
  const Status status = RunPasses(*graph);
  EXPECT_TRUE(status.ok()) << status.message();
  return *std::move(graph);
}

// The types of the nodes in FP32.
std::multiset<std::string> FloatNodes(const Graph& graph,
                                      const PrecisionPlan& plan) {
  std::multiset<std::string> types;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!plan.IsInt8(i)) types.insert(OperatorName(graph.nodes[i].op));
  }
  return types;
}

TEST(AttentionTest, ProductsAreInInt8AndScoresAreFloats) {
  for (const bool einsum : {false, true}) {
    const Graph graph = AttentionGraph(einsum);
    const PrecisionPlan plan = AssignPrecision(graph);
    // The factor is in the weights of q.
    std::multiset<std::string> expected = {"Add", "Softmax"};
    if (einsum) expected.insert("Reshape");
    EXPECT_EQ(FloatNodes(graph, plan), expected);
    int products = 0;
    for (const Node& node : graph.nodes) {
      if (!std::holds_alternative<MatMul>(node.op)) continue;
      // The scores come first.
      EXPECT_EQ(plan.int8_values[size_t(node.output)], products == 1);
      ++products;
    }
    EXPECT_EQ(products, 2);
  }
}

TEST(AttentionTest, AccuracySurvivesPlainAndRepaired) {
  const Graph graph = AttentionGraph(false);
  const auto ranges = Calibrate(graph, kSamples, ReadTokens, {});
  ASSERT_TRUE(ranges.ok());
  for (const bool repairs : {false, true}) {
    QuantizeOptions options;
    options.precision.float_outputs = true;
    LayerRepairs found;
    if (repairs) {
      auto repaired =
          RepairLayers(graph, *ranges, options, kSamples, ReadTokens, {});
      ASSERT_TRUE(repaired.ok()) << repaired.status().message();
      EXPECT_EQ(repaired->size(), 4u);
      found = *std::move(repaired);
      options.repairs = &found;
    }
    const auto quantized = Quantize(graph, *ranges, options);
    ASSERT_TRUE(quantized.ok()) << quantized.status().message();
    const auto bytes = ExportModel(quantized->model, {});
    auto model = Model::FromMemory(bytes->data(), bytes->size());
    ASSERT_TRUE(model.ok()) << model.status().message();
    const auto evaluation = Evaluate(graph, *quantized, *model, Tokens(), {},
                                     [](size_t, size_t) {});
    ASSERT_TRUE(evaluation.ok()) << evaluation.status().message();
    EXPECT_GT(evaluation->sqnr_db, 27.0);
  }
}

TEST(AttentionTest, SameBytesOnEveryInstructionSetAndThreadCount) {
  const Graph graph = AttentionGraph(true);
  const auto ranges = Calibrate(graph, kSamples, ReadTokens, {});
  ASSERT_TRUE(ranges.ok());
  const auto quantized = Quantize(graph, *ranges, {});
  ASSERT_TRUE(quantized.ok()) << quantized.status().message();
  const auto bytes = ExportModel(quantized->model, {});
  const auto model = Model::FromMemory(bytes->data(), bytes->size());
  ASSERT_TRUE(model.ok()) << model.status().message();
  const std::vector<float> input = (*ReadTokens(0))[0];
  std::vector<float> expected;
  for (const IsaInfo& isa : ListIsas()) {
    if (!isa.supported) continue;
    for (const int threads : {1, 2, 3}) {
      auto session =
          Session::Create(*model, {.num_threads = threads, .isa = isa.name});
      ASSERT_TRUE(session.ok()) << session.status().message();
      std::vector<float> output(kTokens * 5);
      ASSERT_TRUE((*session)->SetInput(0, input.data(), input.size()).ok());
      ASSERT_TRUE((*session)->Run().ok());
      ASSERT_TRUE((*session)->GetOutput(0, output.data(), output.size()).ok());
      if (expected.empty()) expected = output;
      EXPECT_EQ(output, expected) << isa.name << ", " << threads << " threads";
    }
  }
}

void AddGrid(ModelBuilder& builder, const std::string& name, float scale,
             int32_t zero_point) {
  builder.Constant(name + "_s", {}, {scale});
  onnx::TensorProto& tensor = *builder.graph().add_initializer();
  tensor.set_name(name + "_z");
  tensor.set_data_type(onnx::TensorProto::INT8);
  tensor.add_int32_data(zero_point);
}

// y = a b with the grids of a quantized source, as Q and DQ around a MatMul or
// as one QLinearMatMul: INT8 without samples, and both give the same bytes.
TEST(AttentionTest, QuantizedSources) {
  std::vector<float> expected;
  for (const bool qdq : {true, false}) {
    ModelBuilder builder;
    builder.Input("a", {3, 8, 6}).Input("b", {6, 5}).Output("y");
    AddGrid(builder, "a", 0.02f, -11);
    AddGrid(builder, "b", 0.01f, 40);
    AddGrid(builder, "y", 0.05f, 3);
    for (const std::string name : {"a", "b"}) {
      const std::string s = name + "_s", z = name + "_z";
      builder.Node("QuantizeLinear", {name, s, z}, name + "_q");
      builder.Node("DequantizeLinear", {name + "_q", s, z}, name + "_r");
    }
    if (qdq) {
      builder.Node("MatMul", {"a_r", "b_r"}, "product");
      builder.Node("QuantizeLinear", {"product", "y_s", "y_z"}, "y_q");
    } else {
      builder.Node("QLinearMatMul",
                   {"a_q", "a_s", "a_z", "b_q", "b_s", "b_z", "y_s", "y_z"},
                   "y_q");
    }
    builder.Node("DequantizeLinear", {"y_q", "y_s", "y_z"}, "y");
    Result<Graph> graph = builder.Import();
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    ASSERT_TRUE(RunPasses(*graph).ok());
    ASSERT_TRUE(KeepGrids(*graph).ok());
    QuantizeOptions options;
    options.precision.unranged_nodes = NodesWithoutGrids(*graph);
    const auto quantized = Quantize(*graph, RangesOfGrids(*graph), options);
    ASSERT_TRUE(quantized.ok()) << quantized.status().message();
    EXPECT_TRUE(quantized->report.float_nodes.empty());
    const auto bytes = ExportModel(quantized->model, {});
    const auto model = Model::FromMemory(bytes->data(), bytes->size());
    ASSERT_TRUE(model.ok()) << model.status().message();
    auto session = Session::Create(*model, {});
    ASSERT_TRUE(session.ok()) << session.status().message();
    const std::vector<float> a = RandomFloats(3 * 8 * 6, 2.0f, 1);
    const std::vector<float> b = RandomFloats(6 * 5, 0.8f, 2);
    std::vector<float> output(3 * 8 * 5);
    ASSERT_TRUE((*session)->SetInput(0, a.data(), a.size()).ok());
    ASSERT_TRUE((*session)->SetInput(1, b.data(), b.size()).ok());
    ASSERT_TRUE((*session)->Run().ok());
    ASSERT_TRUE((*session)->GetOutput(0, output.data(), output.size()).ok());
    if (expected.empty()) expected = output;
    EXPECT_EQ(output, expected);
    for (size_t i = 0; i < output.size(); ++i) {
      double sum = 0.0;
      for (size_t k = 0; k < 6; ++k) {
        sum += double{a[i / 5 * 6 + k]} * b[k * 5 + i % 5];
      }
      EXPECT_NEAR(output[i], sum, 0.2);
    }
  }
}

}  // namespace
}  // namespace octet::converter
