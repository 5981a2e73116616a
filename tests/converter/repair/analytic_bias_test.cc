#include "converter/repair/analytic_bias.h"

#include <cmath>
#include <limits>

#include "converter/quantize/quantizer.h"
#include "converter/repair/channel_statistics.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr FloatClamp kRelu{0.0f, std::numeric_limits<float>::infinity()};
constexpr size_t kSamples = 40;

Result<std::vector<std::vector<float>>> ReadRandom(size_t index) {
  std::vector<float> values = RandomFloats(8 * 8 * 3, 1.0f, 500 + index);
  for (float& value : values) value += 0.4f;
  return std::vector<std::vector<float>>{values};
}

// a -> b; a and c added; averaged; a fully connected layer.
Graph MakeGraph() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  const ValueId a = AppendConv(graph, "a", x, 6, 1, 1, 1, kRelu);
  const ValueId b = AppendConv(graph, "b", a, 6, 1, 2, 6);
  const ValueId sum = Append(graph, "sum", Add{}, {a, b});
  AveragePool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 8;
  const ValueId mean = Append(graph, "mean", pool, {sum});
  const ValueId flat = Append(graph, "flat", Reshape{{1, 6}}, {mean});
  const ValueId w = graph.AddConstant("w", {5, 6}, RandomFloats(30, 1.0f, 9));
  const ValueId bias = graph.AddConstant("z", {5}, RandomFloats(5, 1.0f, 10));
  graph.outputs = {Append(graph, "fc", FullyConnected{}, {flat, w, bias})};
  return graph;
}

TEST(AnalyticBiasTest, ExpectationsOfLayersAreThoseOfClampedNormals) {
  const Graph graph = MakeGraph();
  const auto expected = ExpectChannels(graph, kSamples, ReadRandom, {});
  ASSERT_TRUE(expected.ok());
  // Without the clamp the layer's statistics are those of its output.
  Graph open = graph;
  MutableClamp(open.nodes[0].op)->min = -std::numeric_limits<float>::infinity();
  const auto before = ObserveChannels(open, kSamples, ReadRandom, kSamples, 1);
  const auto observed =
      ObserveChannels(graph, kSamples, ReadRandom, kSamples, 1);
  ASSERT_TRUE(before.ok() && observed.ok());
  const size_t a = size_t(graph.nodes[0].output);
  const size_t b = size_t(graph.nodes[1].output);
  const size_t sum = size_t(graph.nodes[2].output);
  const size_t mean = size_t(graph.nodes[3].output);
  for (size_t c = 0; c < 6; ++c) {
    const ChannelStatistics& channel = (*before)[a][c];
    EXPECT_NEAR((*expected)[a][c],
                ClampedNormalMean(channel.mean, channel.deviation, kRelu),
                1e-9);
    // Uniform inputs are no normal ones, but the mean comes near.
    EXPECT_NEAR((*expected)[a][c], (*observed)[a][c].mean,
                0.1 * channel.deviation);
    EXPECT_NEAR((*expected)[b][c], (*observed)[b][c].mean, 1e-6);
    EXPECT_NEAR((*expected)[sum][c], (*expected)[a][c] + (*expected)[b][c],
                1e-9);
    EXPECT_EQ((*expected)[mean][c], (*expected)[sum][c]);
  }
  EXPECT_EQ((*expected)[size_t(graph.nodes[4].output)].size(), 6u);
}

// By the definition, for the depthwise layer: one input a channel.
TEST(AnalyticBiasTest, TakesTheExpectedShiftOutOfTheBiases) {
  const Graph graph = MakeGraph();
  const auto ranges = Calibrate(graph, kSamples, ReadRandom, {});
  const auto expected = ExpectChannels(graph, kSamples, ReadRandom, {});
  ASSERT_TRUE(ranges.ok() && expected.ok());
  for (bool per_tensor : {false, true}) {
    const auto repairs = CorrectBiasesAnalytically(
        graph, *ranges, {.per_tensor = per_tensor}, kSamples, ReadRandom, {});
    ASSERT_TRUE(repairs.ok());
    EXPECT_EQ(repairs->size(), 3u);
    const LayerRepair& repair = repairs->at("b");
    const auto& weights = *graph.value(graph.nodes[1].inputs[1]).data;
    const auto& bias = *graph.value(graph.nodes[1].inputs[2]).data;
    double largest = 0.0;
    for (size_t c = 0; c < 6; ++c) {
      const double scale = repair.scale[per_tensor ? 0 : c];
      const double shift = (scale * repair.values[c] - double{weights[c]}) *
                           (*expected)[size_t(graph.nodes[0].output)][c];
      EXPECT_NEAR(repair.bias[c], bias[c] - shift, 1e-6);
      largest = std::max(largest, std::abs(shift));
    }
    EXPECT_GE(largest, per_tensor ? 2e-5 : 0.0);
    // Quantize takes them.
    EXPECT_TRUE(Quantize(graph, *ranges,
                         {.per_tensor = per_tensor, .repairs = &*repairs})
                    .ok());
  }
}

}  // namespace
}  // namespace octet::converter
