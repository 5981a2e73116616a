#include "converter/repair/equalize.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "converter/float/float_executor.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr FloatClamp kRelu{0.0f, std::numeric_limits<float>::infinity()};
constexpr FloatClamp kRelu6{0.0f, 6.0f};
constexpr size_t kSamples = 6;

// Multiplies output channel c of a layer by 4^(c % 5 - 2) and keeps all its
// outputs positive on some samples.
void Unbalance(Graph& graph, size_t node) {
  for (size_t input = 1; input < 3; ++input) {
    ValueId& id = graph.nodes[node].inputs[input];
    const Value value = graph.value(id);
    std::vector<float> data = *value.data;
    const size_t row = data.size() / size_t(value.shape[0]);
    for (size_t i = 0; i < data.size(); ++i) {
      if (input == 2) data[i] = std::abs(data[i]);
      data[i] *= std::pow(4.0f, float(i / row % 5) - 2.0f);
    }
    id = graph.AddConstant(value.name, value.shape, data);
  }
}

// Full, depthwise and pointwise convolutions with `clamp` between them, the
// second one with two readers.
Graph MakeGraph(FloatClamp clamp) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 7, 6, 3});
  const ValueId a = AppendConv(graph, "a", x, 10, 3, 1, 1, clamp);
  const ValueId b = AppendConv(graph, "b", a, 10, 3, 2, 10, clamp);
  const ValueId c = AppendConv(graph, "c", b, 4, 1, 3);
  const ValueId d = AppendConv(graph, "d", b, 6, 3, 4, 2);
  graph.outputs = {c, d};
  Unbalance(graph, 0);
  return graph;
}

Result<std::vector<std::vector<float>>> ReadRandom(size_t index) {
  return std::vector<std::vector<float>>{
      RandomFloats(7 * 6 * 3, 1.0f, 100 + index)};
}

// The values of `ids` on all samples, one after the other.
std::vector<float> Values(const Graph& graph, size_t samples,
                          const std::vector<ValueId>& ids) {
  auto executor = FloatExecutor::Create(graph, {1});
  EXPECT_TRUE(executor.ok()) << executor.status().message();
  std::vector<float> all;
  for (size_t s = 0; s < samples; ++s) {
    EXPECT_TRUE((*executor)->Run(*ReadRandom(s)).ok());
    for (ValueId id : ids) {
      const float* values = (*executor)->Value(id);
      all.insert(all.end(), values,
                 values + graph.value(id).shape.NumElements());
    }
  }
  return all;
}

std::vector<float> Outputs(const Graph& graph, size_t samples) {
  return Values(graph, samples, graph.outputs);
}

// Largest over smallest of the channels' largest weights.
double Spread(const Graph& graph, size_t node) {
  const Value& weights = graph.value(graph.nodes[node].inputs[1]);
  const size_t row = weights.data->size() / size_t(weights.shape[0]);
  double least = 1e30, most = 0.0;
  for (size_t c = 0; c < size_t(weights.shape[0]); ++c) {
    double largest = 0.0;
    for (size_t i = c * row; i < (c + 1) * row; ++i) {
      largest = std::max(largest, std::abs(double{(*weights.data)[i]}));
    }
    least = std::min(least, largest);
    most = std::max(most, largest);
  }
  return most / least;
}

class EqualizeTest : public testing::TestWithParam<bool> {};

TEST_P(EqualizeTest, FloatOutputsAreUnchanged) {
  for (const FloatClamp& clamp : {FloatClamp(), kRelu, kRelu6}) {
    // See PerTensorLoosensAnUpperClamp.
    if (GetParam() && clamp.max == kRelu6.max) continue;
    const Graph before = MakeGraph(clamp);
    Graph after = before;
    const auto equalized =
        Equalize(after, kSamples, ReadRandom, {.per_tensor = GetParam()});
    ASSERT_TRUE(equalized.ok()) << equalized.status().message();
    EXPECT_EQ(*equalized, 2);
    ASSERT_TRUE(ValidateGraph(after).ok());
    const auto expected = Outputs(before, kSamples);
    const auto actual = Outputs(after, kSamples);
    float largest = 0.0f;
    for (float value : expected) largest = std::max(largest, std::abs(value));
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], 1e-4f * std::max(1.0f, largest));
    }
  }
}

TEST_P(EqualizeTest, ChannelsComeCloser) {
  const Graph before = MakeGraph(kRelu);
  Graph after = before;
  ASSERT_TRUE(
      Equalize(after, kSamples, ReadRandom, {.per_tensor = GetParam()}).ok());
  EXPECT_GT(Spread(before, 0), 200.0);
  EXPECT_LT(Spread(after, 0), 0.25 * Spread(before, 0));
}

// No value is cut below where it was cut before, and what was not cut is what
// it was, times its channel's factor.
TEST(EqualizeLimitsTest, PerTensorLoosensAnUpperClamp) {
  const Graph before = MakeGraph(kRelu6);
  Graph after = before;
  ASSERT_TRUE(Equalize(after, kSamples, ReadRandom, {.per_tensor = true}).ok());
  EXPECT_LT(Spread(after, 0), 0.25 * Spread(before, 0));
  const auto& old_bias = *before.value(before.nodes[0].inputs[2]).data;
  const auto& new_bias = *after.value(after.nodes[0].inputs[2]).data;
  const auto old = Values(before, kSamples, {before.nodes[0].output});
  const auto now = Values(after, kSamples, {after.nodes[0].output});
  size_t cut = 0;
  for (size_t i = 0; i < old.size(); ++i) {
    const size_t c = i % old_bias.size();
    const float unscaled = now[i] * old_bias[c] / new_bias[c];
    EXPECT_GE(unscaled, old[i] - 1e-4f);
    cut += old[i] == 6.0f;
    if (old[i] < 6.0f) {
      EXPECT_NEAR(unscaled, old[i], 1e-4f);
    }
  }
  EXPECT_GT(cut, 0u);
}

INSTANTIATE_TEST_SUITE_P(PerTensor, EqualizeTest, testing::Bool());

// Makes each output channel's weights integers in a scale of their own.
void RoundWeights(Graph& graph, size_t node) {
  ValueId& id = graph.nodes[node].inputs[1];
  const Value value = graph.value(id);
  std::vector<float> data = *value.data;
  const size_t row = data.size() / size_t(value.shape[0]);
  for (size_t begin = 0; begin < data.size(); begin += row) {
    float most = 0.0f;
    for (size_t i = begin; i < begin + row; ++i) {
      most = std::max(most, std::abs(data[i]));
    }
    const float scale = most / 127.0f;
    for (size_t i = begin; i < begin + row; ++i) {
      data[i] = scale * std::round(data[i] / scale);
    }
  }
  id = graph.AddConstant(value.name, value.shape, data);
}

TEST(EqualizeLimitsTest, WeightsThatAreIntegersStayIntegers) {
  // The seam behind "a" has a depthwise reader, that behind "b" has not.
  Graph all = MakeGraph(kRelu);
  for (size_t node = 0; node < 4; ++node) RoundWeights(all, node);
  const auto equalized = Equalize(all, kSamples, ReadRandom, {});
  ASSERT_TRUE(equalized.ok());
  EXPECT_EQ(*equalized, 1);

  Graph none = MakeGraph(kRelu);
  const auto both = Equalize(none, kSamples, ReadRandom, {});
  ASSERT_TRUE(both.ok());
  EXPECT_EQ(*both, 2);

  // With one scale for all weights of a layer none is left.
  Graph per_tensor = MakeGraph(kRelu);
  for (Node& node : per_tensor.nodes) {
    const Value value = per_tensor.value(node.inputs[1]);
    std::vector<float> data = *value.data;
    for (float& w : data) w = std::round(w * 16.0f) / 16.0f;
    data[0] = 127.0f / 16.0f;
    for (float& w : data) w = std::clamp(w, -127.0f / 16.0f, 127.0f / 16.0f);
    node.inputs[1] = per_tensor.AddConstant(value.name, value.shape, data);
  }
  const auto integers =
      Equalize(per_tensor, kSamples, ReadRandom, {.per_tensor = true});
  ASSERT_TRUE(integers.ok());
  EXPECT_EQ(*integers, 0);
}

TEST(EqualizeLimitsTest, LeavesAloneWhatOthersReadOrReturn) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 7, 6, 3});
  const ValueId a = AppendConv(graph, "a", x, 4, 1, 1);
  const ValueId b = AppendConv(graph, "b", a, 4, 1, 2, 1, {-1.0f, 1.0f});
  const ValueId c = AppendConv(graph, "c", b, 4, 1, 3);
  const ValueId sum = Append(graph, "sum", Add{}, {a, c});
  graph.outputs = {sum, c};
  const auto equalized = Equalize(graph, kSamples, ReadRandom, {});
  ASSERT_TRUE(equalized.ok());
  EXPECT_EQ(*equalized, 0);
}

}  // namespace
}  // namespace octet::converter
