#include "converter/evaluate/sensitive_layers.h"

#include <gtest/gtest.h>

#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr size_t kSamples = 12;

Result<std::vector<std::vector<float>>> ReadSample(size_t index) {
  return std::vector<std::vector<float>>{
      RandomFloats(8 * 8 * 3, 1.0f, 100 + index)};
}

// Three convolutions, of which the one named `bad` has an outlier that makes
// all its other weights coarse, in one scale for the layer.
Graph MakeNetwork(const std::string& bad) {
  Graph graph;
  ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  uint64_t seed = 1;
  for (const char* name : {"a", "b", "c"}) {
    x = AppendConv(graph, name, x, 8, 3, seed++, 1, {-1e30f, 1e30f});
    if (name != bad) continue;
    const ValueId weights = graph.nodes.back().inputs[1];
    std::vector<float> values = *graph.value(weights).data;
    values[0] = 25.0f;
    graph.MakeConstant(weights, {DataType::FLOAT32, values, {}});
  }
  graph.outputs = {x};
  return graph;
}

TEST(SensitiveLayersTest, TheLayerWithCoarseWeightsComesFirst) {
  for (const std::string bad : {"a", "b", "c"}) {
    const Graph graph = MakeNetwork(bad);
    const auto ranges = Calibrate(graph, kSamples, ReadSample, {});
    ASSERT_TRUE(ranges.ok());
    QuantizeOptions quantize;
    quantize.per_tensor = true;
    const auto ranked = RankLayers(graph, *ranges, quantize, kSamples,
                                   ReadSample, {.num_threads = 1}, nullptr);
    ASSERT_TRUE(ranked.ok()) << ranked.status().message();
    ASSERT_EQ(ranked->size(), 3u);
    EXPECT_EQ((*ranked)[0].node, bad);
    EXPECT_GT((*ranked)[0].gain_db, 3.0);
    for (size_t i = 1; i < 3; ++i) {
      EXPECT_GE((*ranked)[i - 1].gain_db, (*ranked)[i].gain_db);
    }
  }
}

TEST(SensitiveLayersTest, LayersInFp32AreLeftOut) {
  const Graph graph = MakeNetwork("b");
  const auto ranges = Calibrate(graph, kSamples, ReadSample, {});
  ASSERT_TRUE(ranges.ok());
  QuantizeOptions quantize;
  quantize.precision.float_nodes = {"b"};
  const auto ranked = RankLayers(graph, *ranges, quantize, kSamples, ReadSample,
                                 {.num_threads = 1}, nullptr);
  ASSERT_TRUE(ranked.ok());
  ASSERT_EQ(ranked->size(), 2u);
  EXPECT_NE((*ranked)[0].node, "b");
  EXPECT_NE((*ranked)[1].node, "b");
}

}  // namespace
}  // namespace octet::converter
