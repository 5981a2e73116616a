#include "converter/repair/absorb_biases.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "converter/float/float_executor.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr FloatClamp kRelu{0.0f, std::numeric_limits<float>::infinity()};
constexpr size_t kSamples = 8;

Result<std::vector<std::vector<float>>> ReadRandom(size_t index) {
  return std::vector<std::vector<float>>{
      RandomFloats(6 * 6 * 3, 1.0f, 50 + index)};
}

// Three channels in four of a's output are far from 0, in front of `clamp`.
Graph MakeGraph(FloatClamp clamp, int64_t second_kernel, int groups) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 6, 6, 3});
  const ValueId a = AppendConv(graph, "a", x, 8, 1, 1, 1, clamp);
  ValueId& bias = graph.nodes[0].inputs[2];
  std::vector<float> far = *graph.value(bias).data;
  for (size_t c = 0; c < far.size(); ++c) far[c] += c % 4 == 0 ? 0.0f : 30.0f;
  bias = graph.AddConstant("far", graph.value(bias).shape, far);
  graph.outputs = {AppendConv(graph, "b", a, 8, second_kernel, 2, groups)};
  return graph;
}

std::vector<float> Values(const Graph& graph, ValueId id) {
  auto executor = FloatExecutor::Create(graph, {1});
  EXPECT_TRUE(executor.ok());
  std::vector<float> all;
  for (size_t s = 0; s < kSamples; ++s) {
    EXPECT_TRUE((*executor)->Run(*ReadRandom(s)).ok());
    const float* values = (*executor)->Value(id);
    all.insert(all.end(), values, values + graph.value(id).shape.NumElements());
  }
  return all;
}

TEST(AbsorbBiasesTest, NarrowsTheActivationAndKeepsTheOutputs) {
  for (int groups : {1, 2, 8}) {
    const Graph before = MakeGraph(kRelu, 1, groups);
    Graph after = before;
    const auto changed = AbsorbBiases(after, kSamples, ReadRandom, {});
    ASSERT_TRUE(changed.ok()) << changed.status().message();
    EXPECT_EQ(*changed, 6);
    const auto expected = Values(before, before.outputs[0]);
    const auto actual = Values(after, after.outputs[0]);
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(actual[i], expected[i], 1e-4f * (1 + std::abs(expected[i])));
    }
    const auto wide = Values(before, before.nodes[0].output);
    const auto narrow = Values(after, after.nodes[0].output);
    EXPECT_GT(*std::max_element(wide.begin(), wide.end()), 25.0f);
    EXPECT_LT(*std::max_element(narrow.begin(), narrow.end()), 15.0f);
    EXPECT_GE(*std::min_element(narrow.begin(), narrow.end()), 0.0f);
  }
}

TEST(AbsorbBiasesTest, LeavesAloneUpperClampsAndPaddedReaders) {
  for (const Graph& before : {MakeGraph({0.0f, 6.0f}, 1, 1),
                              MakeGraph({}, 1, 1), MakeGraph(kRelu, 3, 1)}) {
    Graph after = before;
    const auto changed = AbsorbBiases(after, kSamples, ReadRandom, {});
    ASSERT_TRUE(changed.ok());
    EXPECT_EQ(*changed, 0);
    EXPECT_EQ(Values(after, after.outputs[0]),
              Values(before, before.outputs[0]));
  }
}

}  // namespace
}  // namespace octet::converter
