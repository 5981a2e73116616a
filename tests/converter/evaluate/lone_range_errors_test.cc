#include "converter/evaluate/lone_range_errors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/assign_params.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

// More than LoneRangeErrors tries all candidates on.
constexpr size_t kSamples = 11;
constexpr FloatClamp kRelu{0.0f, 1e30f};

// A convolution, its maxima (the same scale), both joined, and a layer.
Graph MakeNetwork() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  const ValueId a = AppendConv(graph, "a", x, 8, 3, 1, 1, kRelu);
  MaxPool2d pool;
  pool.window = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
  const ValueId b = Append(graph, "b", pool, {a});
  const ValueId c = Append(graph, "c", Add{}, {a, b});
  graph.outputs = {AppendConv(graph, "d", c, 10, 3, 3)};
  return graph;
}

std::vector<float> Sample(size_t index) {
  return RandomFloats(8 * 8 * 3, 1.0f, 100 + index);
}

Ranges TrueRanges(const Graph& graph) {
  const auto ranges =
      Calibrate(graph, kSamples,
                [](size_t i) -> Result<std::vector<std::vector<float>>> {
                  return std::vector<std::vector<float>>{Sample(i)};
                },
                {});
  EXPECT_TRUE(ranges.ok());
  return *ranges;
}

Ranges Scaled(Ranges ranges, float factor) {
  for (Range& range : ranges) {
    range = {range.min * factor, range.max * factor};
  }
  return ranges;
}

// The squared error of the output with the values of `group` rounded, by a
// graph that has a FakeQuantize behind each of them.
double ErrorByGraph(const Graph& graph, const std::vector<ValueId>& group,
                    const std::vector<ActivationParams>& params) {
  Graph rounded;
  std::vector<ValueId> renamed(graph.values.size(), kNoValue);
  const auto round = [&](ValueId id) {
    if (std::find(group.begin(), group.end(), id) == group.end()) return;
    const ActivationParams& p = params[size_t(id)];
    renamed[size_t(id)] =
        Append(rounded, "round " + std::to_string(id),
               FakeQuantize{{p.scale, p.zero_point}}, {renamed[size_t(id)]});
  };
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const Value& value = graph.values[i];
    if (value.is_constant()) {
      renamed[i] = rounded.AddConstant(value.name, value.shape, *value.data);
    }
  }
  renamed[size_t(graph.inputs[0])] =
      AddInput(rounded, "x", graph.value(graph.inputs[0]).shape);
  round(graph.inputs[0]);
  for (const Node& node : graph.nodes) {
    std::vector<ValueId> inputs;
    for (ValueId id : node.inputs) inputs.push_back(renamed[size_t(id)]);
    renamed[size_t(node.output)] = Append(rounded, node.name, node.op, inputs);
    round(node.output);
  }
  auto exact = FloatExecutor::Create(graph, {.threads = 1});
  auto executor = FloatExecutor::Create(rounded, {.threads = 1});
  EXPECT_TRUE(exact.ok() && executor.ok());
  double error = 0.0;
  for (size_t s = 0; s < kSamples; ++s) {
    EXPECT_TRUE((*exact)->Run({Sample(s)}).ok());
    EXPECT_TRUE((*executor)->Run({Sample(s)}).ok());
    const ValueId output = graph.outputs[0];
    for (int64_t i = 0; i < graph.value(output).shape.NumElements(); ++i) {
      const double difference = double{(*exact)->Value(output)[i]} -
                                (*executor)->Value(renamed[size_t(output)])[i];
      error += difference * difference;
    }
  }
  return error;
}

TEST(LoneRangeErrorsTest, BestIsThatOfAGraphWithOneGroupRounded) {
  const Graph graph = MakeNetwork();
  const Ranges ranges = TrueRanges(graph);
  std::vector<Ranges> candidates;
  for (const float factor : {0.7f, 0.8f, 0.9f, 1.0f, 1.3f, 0.9f}) {
    candidates.push_back(Scaled(ranges, factor));
  }
  LoneRangeErrors errors(graph, candidates, {});
  auto executor = FloatExecutor::Create(graph, {.threads = 2});
  ASSERT_TRUE(executor.ok());
  for (size_t s = 0; s < kSamples; ++s) {
    ASSERT_TRUE((*executor)->Run({Sample(s)}).ok());
    ASSERT_TRUE(errors.Add(**executor).ok());
  }
  // x; a and b; c. The output stays a float.
  ASSERT_EQ(errors.groups().size(), 4u);
  EXPECT_EQ(errors.groups()[1].size(), 2u);
  const std::vector<size_t> best = errors.Best();
  for (size_t g = 0; g < best.size(); ++g) {
    size_t expected = 0;
    double least = INFINITY;
    for (size_t c = 0; c < candidates.size(); ++c) {
      const double error =
          ErrorByGraph(graph, errors.groups()[g],
                       AssignParams(graph, candidates[c], {}, {}).params);
      if (error < least) {
        expected = c;
        least = error;
      }
    }
    EXPECT_EQ(best[g], expected) << "group " << g;
  }
}

TEST(LoneRangeErrorsTest, OfEqualOnesTheFirst) {
  const Graph graph = MakeNetwork();
  const Ranges ranges = TrueRanges(graph);
  LoneRangeErrors errors(graph, {ranges, ranges, ranges}, {});
  auto executor = FloatExecutor::Create(graph, {.threads = 1});
  ASSERT_TRUE(executor.ok());
  ASSERT_TRUE((*executor)->Run({Sample(0)}).ok());
  ASSERT_TRUE(errors.Add(**executor).ok());
  EXPECT_EQ(errors.Best(), std::vector<size_t>(errors.groups().size(), 0));
}

}  // namespace
}  // namespace octet::converter
