// The figures of an explanation, against computations of their own on small
// networks.

#include "converter/explain/explain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "converter/calibrate/calibrate.h"
#include "converter/explain/layer_probe.h"
#include "converter/export/export_model.h"
#include "converter/float/float_executor.h"
#include "engine/image/picture.h"
#include "tests/converter/graphs.h"
#include "tests/converter/quantize/simulate.h"

namespace octet::converter {
namespace {

constexpr FloatClamp kRelu{0.0f, std::numeric_limits<float>::infinity()};

class RandomSamples : public SampleSource {
 public:
  explicit RandomSamples(const Shape& shape) : shape_(shape) {}
  size_t size() const override { return 6; }
  Result<Sample> Read(size_t index) const override {
    Sample sample;
    sample.inputs = {RandomFloats(shape_.NumElements(), 1.0f, 40 + index)};
    sample.label = static_cast<int>(index);
    return sample;
  }
  std::string Name(size_t index) const override {
    return "sample " + std::to_string(index);
  }

 private:
  Shape shape_;
};

// A network in both forms, and what the explanation says of it.
struct Explained {
  Graph graph;
  Ranges ranges;
  QuantizedModel quantized;
  Explanation explanation;
};

// `limit`: calibrated ranges are cut to its share, so that values saturate.
Explained ExplainNetwork(Graph graph, const QuantizeOptions& options = {},
                         float limit = 1.0f) {
  Explained result;
  result.graph = std::move(graph);
  const RandomSamples samples(result.graph.value(result.graph.inputs[0]).shape);
  const auto read =
      [&](size_t i) -> octet::Result<std::vector<std::vector<float>>> {
    return samples.Read(i)->inputs;
  };
  auto ranges = Calibrate(result.graph, samples.size(), read, {.threads = 1});
  EXPECT_TRUE(ranges.ok());
  result.ranges = *ranges;
  for (const Node& node : result.graph.nodes) {
    Range& range = result.ranges[size_t(node.output)];
    range = {range.min * limit, range.max * limit};
  }
  auto quantized = Quantize(result.graph, result.ranges, options);
  EXPECT_TRUE(quantized.ok()) << quantized.status().message();
  result.quantized = *std::move(quantized);
  const auto bytes = ExportModel(result.quantized.model, {});
  EXPECT_TRUE(bytes.ok());
  const auto model = Model::FromMemory(bytes->data(), bytes->size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  auto explanation = Explain(result.graph, result.quantized, *model, samples,
                             {.num_threads = 1}, [](size_t, size_t) {});
  EXPECT_TRUE(explanation.ok()) << explanation.status().message();
  if (explanation.ok()) result.explanation = *std::move(explanation);
  return result;
}

double Decibels(double signal, double noise) {
  return 10.0 * std::log10(signal / noise);
}

// By the naive evaluation of the integers: SQNR of one value of the network.
double SimulatedSqnr(const Explained& network, ValueId id) {
  const RandomSamples samples(
      network.graph.value(network.graph.inputs[0]).shape);
  auto executor = FloatExecutor::Create(network.graph, {.threads = 1});
  double signal = 0.0, noise = 0.0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto inputs = samples.Read(i)->inputs;
    EXPECT_TRUE((*executor)->Run(inputs).ok());
    const auto reals = Simulate(network.quantized.model, inputs);
    const auto& q =
        reals[size_t(network.quantized.tensor_of_value[size_t(id)])];
    const float* y = (*executor)->Value(id);
    for (size_t j = 0; j < q.size(); ++j) {
      signal += double{y[j]} * y[j];
      noise += std::pow(double{q[j]} - y[j], 2);
    }
  }
  return Decibels(signal, noise);
}

Graph OneLayer() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 5, 3});
  graph.outputs = {AppendConv(graph, "a", x, 4, 3, 1)};
  return graph;
}

Graph TwoLayers() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 5, 3});
  const ValueId a = AppendConv(graph, "a", x, 4, 3, 1, 1, kRelu);
  graph.outputs = {AppendConv(graph, "b", a, 6, 3, 2)};
  return graph;
}

TEST(ExplainTest, CumulativeErrorsAreThoseOfANaiveEvaluation) {
  const Explained network = ExplainNetwork(TwoLayers());
  const auto& layers = network.explanation.layers;
  ASSERT_EQ(layers.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    const ValueId output = network.graph.nodes[i].output;
    EXPECT_NEAR(layers[i].sqnr_db, SimulatedSqnr(network, output), 1e-3);
    EXPECT_EQ(layers[i].name, network.graph.nodes[i].name);
  }
  EXPECT_NEAR(network.explanation.outputs.sqnr_db, layers[1].sqnr_db, 1e-9);
  // The first layer has nothing before it but its rounded input.
  EXPECT_NEAR(layers[0].alone.sqnr_db, layers[0].sqnr_db, 1e-9);
  EXPECT_GT(layers[1].alone.sqnr_db, layers[1].sqnr_db);
}

TEST(ExplainTest, ALayerAloneReadsFp32Values) {
  const Explained network = ExplainNetwork(TwoLayers());
  // The second layer as a network of its own, with the same numbers.
  const ValueId input = network.graph.nodes[0].output;
  const ValueId output = network.graph.nodes[1].output;
  const schema::ModelT alone =
      ExtractOperators(network.quantized, {input}, output);
  ASSERT_EQ(alone.operators.size(), 1u);
  const RandomSamples samples({1, 5, 5, 3});
  auto executor = FloatExecutor::Create(network.graph, {.threads = 1});
  double signal = 0.0, noise = 0.0;
  for (size_t i = 0; i < samples.size(); ++i) {
    ASSERT_TRUE((*executor)->Run(samples.Read(i)->inputs).ok());
    const float* x = (*executor)->Value(input);
    const float* y = (*executor)->Value(output);
    const auto reals = Simulate(alone, {{x, x + 5 * 5 * 4}});
    for (size_t j = 0; j < 5 * 5 * 6; ++j) {
      signal += double{y[j]} * y[j];
      noise += std::pow(double{reals[alone.outputs[0]][j]} - y[j], 2);
    }
  }
  EXPECT_NEAR(network.explanation.layers[1].alone.sqnr_db,
              Decibels(signal, noise), 1e-3);
}

TEST(ExplainTest, WeightsAreToBlameWhereTheyAreCoarse) {
  QuantizeOptions coarse;
  coarse.weights.grid = WeightGrid::kTernary;
  const Explained ternary = ExplainNetwork(OneLayer(), coarse);
  const LayerExplanation& layer = ternary.explanation.layers[0];
  EXPECT_EQ(layer.weights, "ternary");
  ASSERT_TRUE(layer.alone.weights_share.has_value());
  EXPECT_GT(*layer.alone.weights_share, 0.99);
  EXPECT_GT(*ternary.explanation.outputs.weights_share, 0.99);
  const Explained plain = ExplainNetwork(OneLayer());
  EXPECT_EQ(plain.explanation.layers[0].weights, "int8");
  EXPECT_LT(*plain.explanation.layers[0].alone.weights_share, 0.6);
  EXPECT_EQ(plain.explanation.layers[0].parameters, 4 * 27 + 4);
  EXPECT_EQ(plain.explanation.layers[0].multiply_accumulates, 25 * 4 * 27);
}

TEST(ExplainTest, SharesAreThoseOfTheDefinition) {
  ErrorSums sums;
  const std::vector<float> y = {3.0f, 4.0f}, w = {3.5f, 4.0f}, q = {3.5f, 3.0f};
  sums.Add(y, w, q);
  const Error error = sums.Total();
  EXPECT_NEAR(error.sqnr_db, Decibels(25.0, 1.25), 1e-9);
  EXPECT_NEAR(*error.weights_share, 0.25 / (0.25 + 1.0), 1e-9);
  ErrorSums exact;
  exact.Add(y, y, y);
  EXPECT_TRUE(std::isinf(exact.Total().sqnr_db));
  EXPECT_FALSE(exact.Total().weights_share.has_value());
}

TEST(ExplainTest, SaturationIsTheShareOfValuesOutside) {
  const Explained network = ExplainNetwork(OneLayer(), {}, 0.25f);
  const LayerExplanation& layer = network.explanation.layers[0];
  auto executor = FloatExecutor::Create(network.graph, {.threads = 1});
  const RandomSamples samples({1, 5, 5, 3});
  size_t outside = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    ASSERT_TRUE((*executor)->Run(samples.Read(i)->inputs).ok());
    const float* y = (*executor)->Value(network.graph.outputs[0]);
    for (size_t j = 0; j < 100; ++j) {
      const double q = y[j] / layer.scale + layer.zero_point;
      outside += q < -128.5 || q > 127.5;
    }
  }
  EXPECT_GT(outside, 30u);
  EXPECT_NEAR(layer.saturated, double(outside) / 600.0, 1e-9);
  EXPECT_NEAR(layer.lowest, layer.scale * (-128 - layer.zero_point), 1e-6);
  EXPECT_NEAR(layer.highest, layer.scale * (127 - layer.zero_point), 1e-6);
}

TEST(ExplainTest, FloatOutputsOfIntegerLayersAreRows) {
  QuantizeOptions options;
  options.precision.float_outputs = true;
  const Explained network = ExplainNetwork(TwoLayers(), options);
  const auto& layers = network.explanation.layers;
  ASSERT_EQ(layers.size(), 2u);
  const LayerExplanation& last = layers[1];
  EXPECT_EQ(last.name, "b");
  EXPECT_EQ(last.weights, "int8");
  EXPECT_EQ(last.parameters, 6 * 9 * 4 + 6);
  EXPECT_EQ(last.scale, 0.0);
  EXPECT_EQ(last.saturated, 0.0);
  EXPECT_EQ(layers[0].scale,
            network.quantized.model
                .tensors[size_t(network.quantized.tensor_of_value[size_t(
                    network.graph.nodes[0].output)])]
                ->quantization->scale[0]);
  // By another way: FP32 with the INT8 weights, on inputs rounded by hand.
  const ValueId input = network.graph.nodes[0].output;
  const ValueId output = network.graph.nodes[1].output;
  Graph weighted = network.graph;
  ASSERT_TRUE(UseQuantizedWeights(network.quantized, weighted).ok());
  const LayerGraph alone = ExtractLayer(weighted, {{1}, {input}});
  auto layer = FloatExecutor::Create(alone.graph, {.threads = 1});
  auto executor = FloatExecutor::Create(network.graph, {.threads = 1});
  const RandomSamples samples({1, 5, 5, 3});
  const double scale = layers[0].scale;
  double signal = 0.0, noise = 0.0;
  for (size_t i = 0; i < samples.size(); ++i) {
    ASSERT_TRUE((*executor)->Run(samples.Read(i)->inputs).ok());
    std::vector<float> x((*executor)->Value(input),
                         (*executor)->Value(input) + 5 * 5 * 4);
    for (float& value : x) {
      const double q = std::nearbyint(value / scale) + layers[0].zero_point;
      value = float(scale * (std::min(std::max(q, -128.0), 127.0) -
                             layers[0].zero_point));
    }
    ASSERT_TRUE((*layer)->Run({x}).ok());
    const float* y = (*executor)->Value(output);
    const float* q = (*layer)->Value(alone.graph.outputs[0]);
    for (size_t j = 0; j < 5 * 5 * 6; ++j) {
      signal += double{y[j]} * y[j];
      noise += std::pow(double{q[j]} - y[j], 2);
    }
  }
  EXPECT_NEAR(last.alone.sqnr_db, Decibels(signal, noise), 0.05);
  EXPECT_NEAR(network.explanation.outputs.sqnr_db, last.sqnr_db, 1e-9);
}

TEST(ExplainTest, NodesInFp32AreNoRows) {
  QuantizeOptions options;
  options.precision.float_nodes = {"b"};
  const Explained network = ExplainNetwork(TwoLayers(), options);
  ASSERT_EQ(network.explanation.layers.size(), 1u);
  EXPECT_EQ(network.explanation.layers[0].name, "a");
}

TEST(ExplainTest, FusedAddsAreOneLayer) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 5, 4});
  const ValueId a = AppendConv(graph, "a", x, 4, 3, 1, 1, kRelu);
  const ValueId b = AppendConv(graph, "b", a, 4, 3, 2);
  graph.outputs = {Append(graph, "sum", Add{}, {b, a})};
  const Explained network = ExplainNetwork(std::move(graph));
  ASSERT_EQ(network.quantized.report.fused_residuals, 1);
  const auto& layers = network.explanation.layers;
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[1].name, "b + sum");
  EXPECT_EQ(layers[1].type, "Conv2d");
  EXPECT_EQ(layers[1].weights, "int8");
  EXPECT_GT(layers[1].alone.sqnr_db, 30.0);
  EXPECT_NEAR(layers[1].sqnr_db,
              SimulatedSqnr(network, network.graph.outputs[0]), 1e-3);
}

TEST(ExplainTest, ConcatInputsShowTheStepsThatTheyUse) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 5, 4});
  const ValueId a = AppendConv(graph, "a", x, 4, 3, 1, 1, kRelu);
  Conv2d pointwise;
  pointwise.window.kernel_h = pointwise.window.kernel_w = 1;
  const ValueId weights =
      graph.AddConstant("small", {2, 1, 1, 4}, std::vector<float>(8, 0.01f));
  const ValueId bias = graph.AddConstant("none", {2}, {0.0f, 0.0f});
  const ValueId b = Append(graph, "b", pointwise, {a, weights, bias});
  Concat concat;
  concat.params.axis = 3;
  graph.outputs = {Append(graph, "both", concat, {a, b})};
  const Explained network = ExplainNetwork(std::move(graph));
  ASSERT_EQ(network.explanation.concats.size(), 1u);
  const ConcatExplanation& both = network.explanation.concats[0];
  ASSERT_EQ(both.inputs.size(), 2u);
  EXPECT_EQ(both.inputs[1].value, "b:0");
  EXPECT_GT(both.inputs[0].steps, 250.0);
  EXPECT_LT(both.inputs[1].steps, 12.0);
  const double step = (both.highest - both.lowest) / 255.0;
  EXPECT_NEAR(both.inputs[1].steps,
              (both.inputs[1].highest - both.inputs[1].lowest) / step, 1e-3);
}

TEST(ExplainTest, ConstantChannelsAreCounted) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 5, 1});
  Conv2d pointwise;
  pointwise.window.kernel_h = pointwise.window.kernel_w = 1;
  // One channel of ordinary size, one that is next to nothing beside it, one
  // that is 0 and one that is its bias.
  const ValueId weights =
      graph.AddConstant("w", {4, 1, 1, 1}, {1.0f, 1e-4f, 0.0f, 0.0f});
  const ValueId bias = graph.AddConstant("c", {4}, {0.0f, 0.0f, 0.0f, 0.5f});
  graph.outputs = {Append(graph, "a", pointwise, {x, weights, bias})};
  const Explained network = ExplainNetwork(std::move(graph));
  const LayerExplanation& layer = network.explanation.layers[0];
  EXPECT_EQ(layer.channels, 4);
  EXPECT_EQ(layer.constant_channels_fp32, 2);
  EXPECT_EQ(layer.constant_channels, 3);
  EXPECT_EQ(layer.dead_channels, 2);
}

TEST(ExplainTest, WorstSamplesComeFirstAndHavePictures) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 5, 5, 3});
  AveragePool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 5;
  const ValueId conv = AppendConv(graph, "a", x, 7, 3, 1);
  const ValueId mean = Append(graph, "mean", pool, {conv});
  graph.outputs = {mean};
  const Explained network = ExplainNetwork(std::move(graph));
  const auto& worst = network.explanation.worst_samples;
  ASSERT_EQ(worst.size(), 6u);
  for (size_t i = 0; i < worst.size(); ++i) {
    EXPECT_LE(worst[0].sqnr_db, worst[i].sqnr_db);
    EXPECT_EQ(worst[i].name, "sample " + std::to_string(worst[i].index));
    EXPECT_EQ(worst[i].label, int(worst[i].index));
    EXPECT_GE(worst[i].int8_class, 0);
    EXPECT_LT(worst[i].fp32_class, 7);
    const auto picture = DecodePicture(std::span(worst[i].png));
    ASSERT_TRUE(picture.ok()) << picture.status().message();
    EXPECT_EQ(picture->height, 5);
  }
}

// A segmentation that ends in the index of the best class.
TEST(ExplainTest, IntegersAreNoScores) {
  Graph graph = OneLayer();
  graph.outputs = {
      Append(graph, "argmax", ArgExtremum{.axis = 3}, {graph.outputs[0]})};
  const Explained network = ExplainNetwork(std::move(graph));
  ASSERT_EQ(network.explanation.layers.size(), 1u);
  const Explained plain = ExplainNetwork(OneLayer());
  EXPECT_EQ(network.explanation.layers[0].sqnr_db,
            plain.explanation.layers[0].sqnr_db);
  EXPECT_EQ(network.explanation.worst_samples[0].fp32_class, -1);
}

}  // namespace
}  // namespace octet::converter
