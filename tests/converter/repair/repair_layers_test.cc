#include "converter/repair/repair_layers.h"

#include <algorithm>
#include <cmath>

#include "converter/evaluate/metrics.h"
#include "converter/export/export_model.h"
#include "converter/float/float_executor.h"
#include "gtest/gtest.h"
#include "octet/model.h"
#include "octet/session.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr FloatClamp kRelu6{0.0f, 6.0f};
constexpr size_t kSamples = 20;

// Every kind of layer, an Add, a pool and a fully connected layer.
Graph MakeGraph() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  const ValueId a = AppendConv(graph, "a", x, 8, 3, 1, 1, kRelu6);
  const ValueId b = AppendConv(graph, "b", a, 8, 3, 2, 8, kRelu6);
  const ValueId c = AppendConv(graph, "c", b, 8, 1, 3);
  const ValueId sum = Append(graph, "sum", Add{}, {a, c});
  AveragePool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 8;
  const ValueId mean = Append(graph, "mean", pool, {sum});
  const ValueId flat = Append(graph, "flat", Reshape{{1, 8}}, {mean});
  const ValueId w = graph.AddConstant("w", {5, 8}, RandomFloats(40, 1.0f, 9));
  const ValueId bias = graph.AddConstant("z", {5}, RandomFloats(5, 1.0f, 10));
  graph.outputs = {Append(graph, "fc", FullyConnected{}, {flat, w, bias})};
  return graph;
}

Result<std::vector<std::vector<float>>> ReadRandom(size_t index) {
  return std::vector<std::vector<float>>{
      RandomFloats(8 * 8 * 3, 1.0f, 100 + index)};
}

Result<LayerRepairs> Repair(const Graph& graph, Rounding rounding, int threads,
                            bool per_tensor = false) {
  const auto ranges = Calibrate(graph, kSamples, ReadRandom, {});
  EXPECT_TRUE(ranges.ok());
  return RepairLayers(graph, *ranges, {.per_tensor = per_tensor}, kSamples,
                      ReadRandom, {.rounding = rounding, .threads = threads});
}

TEST(RepairLayersTest, ThreadsDoNotChangeABit) {
  const Graph graph = MakeGraph();
  const auto one = Repair(graph, Rounding::kSuccessive, 1);
  const auto three = Repair(graph, Rounding::kSuccessive, 3);
  ASSERT_TRUE(one.ok() && three.ok());
  ASSERT_EQ(one->size(), 4u);
  for (const auto& [node, repair] : *one) {
    EXPECT_EQ(repair.values, three->at(node).values) << node;
    EXPECT_EQ(repair.bias, three->at(node).bias) << node;
  }
}

TEST(RepairLayersTest, QuantizerTakesTheRepairs) {
  const Graph graph = MakeGraph();
  for (bool per_tensor : {false, true}) {
    const auto ranges = Calibrate(graph, kSamples, ReadRandom, {});
    const auto repairs = Repair(graph, Rounding::kSuccessive, 1, per_tensor);
    ASSERT_TRUE(ranges.ok() && repairs.ok());
    const auto plain = Quantize(graph, *ranges, {.per_tensor = per_tensor});
    const auto repaired = Quantize(
        graph, *ranges, {.per_tensor = per_tensor, .repairs = &*repairs});
    ASSERT_TRUE(plain.ok() && repaired.ok());
    ASSERT_EQ(plain->model.tensors.size(), repaired->model.tensors.size());
    size_t changed = 0, found = 0;
    for (size_t i = 0; i < plain->model.tensors.size(); ++i) {
      const auto& tensor = repaired->model.tensors[i];
      const auto& bytes = repaired->model.buffers[tensor->buffer]->data;
      changed += bytes != plain->model.buffers[tensor->buffer]->data;
      if (tensor->name != "a.weights") continue;
      ++found;
      const std::vector<int8_t>& values = repairs->at("a").values;
      EXPECT_EQ(bytes, std::vector<uint8_t>(values.begin(), values.end()));
    }
    EXPECT_EQ(found, 1u);
    EXPECT_GT(changed, 4u);
  }
}

TEST(RepairLayersTest, BiasAloneKeepsTheWeights) {
  const Graph graph = MakeGraph();
  const auto ranges = Calibrate(graph, kSamples, ReadRandom, {});
  const auto repairs = Repair(graph, Rounding::kNearest, 1);
  ASSERT_TRUE(ranges.ok() && repairs.ok());
  const auto plain = Quantize(graph, *ranges, {});
  ASSERT_TRUE(plain.ok());
  for (const auto& tensor : plain->model.tensors) {
    if (tensor->name != "c.weights") continue;
    const std::vector<int8_t>& values = repairs->at("c").values;
    EXPECT_EQ(plain->model.buffers[tensor->buffer]->data,
              std::vector<uint8_t>(values.begin(), values.end()));
  }
}

// SQNR in dB of the outputs in the engine, on the samples.
double MeasureSqnr(const Graph& graph, const Ranges& ranges,
                   const QuantizeOptions& options) {
  const auto quantized = Quantize(graph, ranges, options);
  EXPECT_TRUE(quantized.ok()) << quantized.status().message();
  const auto bytes = ExportModel(quantized->model, {});
  const auto model = Model::FromMemory(bytes->data(), bytes->size());
  EXPECT_TRUE(model.ok()) << model.status().message();
  const auto session = Session::Create(*model, {.num_threads = 1});
  const auto executor = FloatExecutor::Create(graph, {.threads = 1});
  const size_t size = size_t(graph.value(graph.outputs[0]).shape.NumElements());
  std::vector<float> output(size);
  Sqnr sqnr;
  for (size_t i = 0; i < kSamples; ++i) {
    const auto sample = *ReadRandom(i);
    EXPECT_TRUE((*session)->SetInput(0, sample[0].data(), 192).ok());
    EXPECT_TRUE((*session)->Run().ok());
    EXPECT_TRUE((*session)->GetOutput(0, output.data(), size).ok());
    EXPECT_TRUE((*executor)->Run(sample).ok());
    sqnr.Add({(*executor)->Value(graph.outputs[0]), size}, output);
  }
  return sqnr.Decibels();
}

// Layers in front of, in and behind an island in FP32, and one whose output is.
TEST(RepairLayersTest, NetworksWithNodesInFp32) {
  const Graph graph = MakeGraph();
  const auto ranges = Calibrate(graph, kSamples, ReadRandom, {});
  ASSERT_TRUE(ranges.ok());
  QuantizeOptions options;
  options.precision.float_nodes = {"b", "sum"};
  options.precision.float_outputs = true;
  const auto repairs =
      RepairLayers(graph, *ranges, options, kSamples, ReadRandom, {});
  ASSERT_TRUE(repairs.ok()) << repairs.status().message();
  std::vector<std::string> repaired;
  for (const auto& [node, repair] : *repairs) repaired.push_back(node);
  EXPECT_EQ(repaired, (std::vector<std::string>{"a", "c", "fc"}));
  const double plain = MeasureSqnr(graph, *ranges, options);
  options.repairs = &*repairs;
  EXPECT_GT(MeasureSqnr(graph, *ranges, options), plain + 1.0);
}

// By channel, the mean over the samples of the engine's output less FP32's.
std::vector<double> MeanErrors(const Graph& graph, const Ranges& ranges,
                               const QuantizeOptions& options) {
  const auto quantized = Quantize(graph, ranges, options);
  EXPECT_TRUE(quantized.ok()) << quantized.status().message();
  const auto bytes = ExportModel(quantized->model, {});
  const auto model = Model::FromMemory(bytes->data(), bytes->size());
  const auto session = Session::Create(*model, {.num_threads = 1});
  const auto executor = FloatExecutor::Create(graph, {.threads = 1});
  const Shape& shape = graph.value(graph.outputs[0]).shape;
  const size_t size = size_t(shape.NumElements());
  const size_t channels = size_t(shape[shape.rank - 1]);
  std::vector<float> output(size);
  std::vector<double> errors(channels, 0.0);
  for (size_t i = 0; i < kSamples; ++i) {
    const auto sample = *ReadRandom(i);
    EXPECT_TRUE((*session)->SetInput(0, sample[0].data(), 192).ok());
    EXPECT_TRUE((*session)->Run().ok());
    EXPECT_TRUE((*session)->GetOutput(0, output.data(), size).ok());
    EXPECT_TRUE((*executor)->Run(sample).ok());
    const float* fp32 = (*executor)->Value(graph.outputs[0]);
    for (size_t j = 0; j < size; ++j) {
      errors[j % channels] += double{output[j]} - fp32[j];
    }
  }
  for (double& error : errors) error /= double(kSamples * size / channels);
  return errors;
}

// The layer in front of an Add makes up for the error of what it is added to.
TEST(RepairLayersTest, ResidualsAreMadeUpFor) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  const ValueId a = AppendConv(graph, "a", x, 8, 3, 1, 1, kRelu6);
  const ValueId c = AppendConv(graph, "c", a, 8, 1, 3);
  graph.outputs = {Append(graph, "sum", Add{}, {c, a})};
  auto ranges = Calibrate(graph, kSamples, ReadRandom, {});
  ASSERT_TRUE(ranges.ok());
  // Cuts values, so that their mean is wrong whatever the bias of `a` is.
  (*ranges)[size_t(a)].max *= 0.1f;
  Graph cut = graph;
  cut.outputs = {a};
  cut.nodes.resize(1);
  double of_a = 0.0;
  for (double error : MeanErrors(cut, *ranges, {})) {
    of_a = std::max(of_a, std::abs(error));
  }
  const auto repairs = RepairLayers(graph, *ranges, {}, kSamples, ReadRandom,
                                    {.rounding = Rounding::kNearest});
  ASSERT_TRUE(repairs.ok());
  double of_sum = 0.0;
  for (double error : MeanErrors(graph, *ranges, {.repairs = &*repairs})) {
    of_sum = std::max(of_sum, std::abs(error));
  }
  EXPECT_GT(of_a, 0.1);
  EXPECT_LT(of_sum, 0.2 * of_a);
}

TEST(RepairLayersTest, UnreadableSampleIsAnError) {
  const Graph graph = MakeGraph();
  const auto ranges = Calibrate(graph, kSamples, ReadRandom, {});
  ASSERT_TRUE(ranges.ok());
  const auto repairs =
      RepairLayers(graph, *ranges, {}, kSamples,
                   [](size_t) -> Result<std::vector<std::vector<float>>> {
                     return InvalidArgument("gone");
                   },
                   {});
  EXPECT_FALSE(repairs.ok());
}

}  // namespace
}  // namespace octet::converter
