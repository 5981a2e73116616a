// Given a graph and ranges -> Result: which values share their parameters.

#include "converter/quantize/assign_params.h"

#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

const Shape kPicture{1, 4, 4, 2};

Concat ChannelConcat() { return {ConcatParams{3}}; }

MaxPool2d Pool2x2() {
  MaxPool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 2;
  return pool;
}

// Every activation has the range [0, 1 + its id].
Ranges DistinctRanges(const Graph& graph) {
  Ranges ranges;
  for (size_t i = 0; i < graph.values.size(); ++i) {
    ranges.push_back({0.0f, 1.0f + static_cast<float>(i)});
  }
  return ranges;
}

TEST(AssignParamsTest, EveryOperatorHasItsOwnRange) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId y = AppendConv(graph, "conv", x, 3, 1, 1);
  graph.outputs = {y};
  Ranges ranges = DistinctRanges(graph);
  ranges[size_t(y)] = {-2.0f, 5.0f};
  const auto params = AssignParams(graph, ranges).params;
  EXPECT_EQ(params[size_t(x)], ChooseActivationParams({0.0f, 1.0f}));
  EXPECT_EQ(params[size_t(y)], ChooseActivationParams({-2.0f, 5.0f}));
}

TEST(AssignParamsTest, MovedValuesKeepTheInputsParams) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 1, 1);
  const ValueId pool = Append(graph, "pool", Pool2x2(), {conv});
  const ValueId flat = Append(graph, "flat", Reshape{{1, 18}}, {pool});
  graph.outputs = {flat};
  Ranges ranges = DistinctRanges(graph);
  ranges[size_t(conv)] = {-3.0f, 9.0f};
  ranges[size_t(pool)] = ranges[size_t(flat)] = {-1.0f, 9.0f};
  const auto params = AssignParams(graph, ranges).params;
  EXPECT_EQ(params[size_t(conv)], ChooseActivationParams({-3.0f, 9.0f}));
  EXPECT_EQ(params[size_t(pool)], params[size_t(conv)]);
  EXPECT_EQ(params[size_t(flat)], params[size_t(conv)]);
}

// A nearly symmetric range is widened, so that the zero point is 0, and with it
// that of the values that it was moved from.
TEST(AssignParamsTest, SecondMatrices) {
  Graph graph;
  const ValueId a = AddInput(graph, "a", {5, 4});
  const ValueId b = AddInput(graph, "b", {3, 4});
  const ValueId moved = Append(graph, "moved", Transpose{{{1, 0}}}, {b});
  graph.outputs = {Append(graph, "product", MatMul{}, {a, moved})};
  Ranges ranges = DistinctRanges(graph);
  ranges[size_t(b)] = ranges[size_t(moved)] = {-3.0f, 4.0f};
  AssignedParams assigned = AssignParams(graph, ranges);
  EXPECT_EQ(assigned.params[size_t(b)], (ActivationParams{4.0f / 127.0f, 0}));
  EXPECT_EQ(assigned.params[size_t(moved)], assigned.params[size_t(b)]);
  EXPECT_EQ(assigned.params[size_t(a)],
            ChooseActivationParams(ranges[size_t(a)]));
  ranges[size_t(b)] = ranges[size_t(moved)] = {-1.0f, 4.0f};
  assigned = AssignParams(graph, ranges);
  EXPECT_EQ(assigned.params[size_t(b)], ChooseActivationParams({-1.0f, 4.0f}));
}

TEST(AssignParamsTest, GridsOfTheSourceAreKept) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId conv = AppendConv(graph, "conv", x, 2, 1, 1);
  const ValueId pool = Append(graph, "pool", Pool2x2(), {conv});
  const ValueId other = Append(graph, "other", Pool2x2(), {x});
  const ValueId joined =
      Append(graph, "joined", ChannelConcat(), {pool, other});
  graph.outputs = {joined};
  graph.value(x).grid = Int8Grid{0.5f, -7};
  graph.value(conv).grid = Int8Grid{0.25f, 9};
  graph.value(joined).grid = Int8Grid{0.75f, 1};
  const auto params = AssignParams(graph, DistinctRanges(graph)).params;
  const ActivationParams of_x = {0.5f, -7}, of_conv = {0.25f, 9},
                         of_joined = {0.75f, 1};
  EXPECT_EQ(params[size_t(x)], of_x);
  EXPECT_EQ(params[size_t(other)], of_x);
  EXPECT_EQ(params[size_t(conv)], of_conv);
  EXPECT_EQ(params[size_t(pool)], of_conv);
  EXPECT_EQ(params[size_t(joined)], of_joined);
}

TEST(AssignParamsTest, ConcatInputsThatNothingElseReadsJoinIt) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId own = AppendConv(graph, "own", x, 2, 1, 1);
  const ValueId shared = AppendConv(graph, "shared", x, 2, 1, 2);
  const ValueId joined =
      Append(graph, "concat", ChannelConcat(), {own, shared});
  const ValueId other = AppendConv(graph, "other", shared, 2, 1, 3);
  graph.outputs = {joined, other};
  const Ranges ranges = DistinctRanges(graph);
  const auto params = AssignParams(graph, ranges).params;
  EXPECT_EQ(params[size_t(own)], params[size_t(joined)]);
  EXPECT_EQ(params[size_t(shared)],
            ChooseActivationParams(ranges[size_t(shared)]));
  EXPECT_NE(params[size_t(shared)], params[size_t(joined)]);
}

TEST(AssignParamsTest, ConcatReachesThroughPoolsAndOtherConcats) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 2, 1, 1);
  const ValueId b = AppendConv(graph, "b", x, 2, 1, 2);
  const ValueId inner = Append(graph, "inner", ChannelConcat(), {a, b});
  const ValueId pool = Append(graph, "pool", Pool2x2(), {inner});
  AveragePool2d average;
  average.window = Pool2x2().window;
  const ValueId c = Append(graph, "c", average, {x});
  const ValueId outer = Append(graph, "outer", ChannelConcat(), {pool, c});
  graph.outputs = {outer};
  Ranges ranges = DistinctRanges(graph);
  ranges[size_t(a)] = {-7.0f, 0.0f};
  ranges[size_t(outer)] = {-6.0f, 3.0f};
  const auto params = AssignParams(graph, ranges).params;
  for (ValueId id : {a, b, inner, pool, c}) {
    EXPECT_EQ(params[size_t(id)], params[size_t(outer)]) << id;
  }
  // The union of all ranges, among them a's minimum and b's maximum.
  EXPECT_LE(params[size_t(outer)].scale *
                static_cast<float>(-128 - params[size_t(outer)].zero_point),
            -6.9f);
}

TEST(AssignParamsTest, GraphOutputsDoNotJoinAConcat) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId a = AppendConv(graph, "a", x, 2, 1, 1);
  const ValueId b = AppendConv(graph, "b", x, 2, 1, 2);
  const ValueId joined = Append(graph, "concat", ChannelConcat(), {a, b});
  graph.outputs = {joined, a};
  const auto params = AssignParams(graph, DistinctRanges(graph)).params;
  EXPECT_NE(params[size_t(a)], params[size_t(joined)]);
  EXPECT_EQ(params[size_t(b)], params[size_t(joined)]);
}

TEST(AssignParamsTest, SoftmaxIsFixedAndStaysOutOfConcats) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4});
  const ValueId softmax = Append(graph, "softmax", Softmax{}, {x});
  const ValueId moved =
      Append(graph, "moved", Reshape{{1, 4, 1, 1}}, {softmax});
  Pad pad;
  pad.params.begin[1] = 1;
  pad.value = 3.0f;
  const ValueId padded = Append(graph, "pad", pad, {moved});
  const ValueId y = AddInput(graph, "y", {1, 4, 1, 1});
  const ValueId joined = Append(graph, "concat", ChannelConcat(), {moved, y});
  graph.outputs = {padded, joined};
  const auto params = AssignParams(graph, DistinctRanges(graph)).params;
  EXPECT_EQ(params[size_t(softmax)], kSoftmaxOutputParams);
  EXPECT_EQ(params[size_t(moved)], kSoftmaxOutputParams);
  EXPECT_NE(params[size_t(padded)], kSoftmaxOutputParams);
  EXPECT_NE(params[size_t(joined)], kSoftmaxOutputParams);
  EXPECT_EQ(params[size_t(y)], params[size_t(joined)]);
}

TEST(AssignParamsTest, PadValuesAreInTheRange) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  Pad pad;
  pad.params.begin[1] = 1;
  pad.value = -4.0f;
  const ValueId y = Append(graph, "pad", pad, {x});
  graph.outputs = {y};
  const auto params = AssignParams(graph, DistinctRanges(graph)).params;
  EXPECT_EQ(params[size_t(x)], params[size_t(y)]);
  EXPECT_NEAR(
      params[size_t(y)].scale *
          static_cast<float>(QuantizeActivation(-4.0, params[size_t(y)]) -
                             params[size_t(y)].zero_point),
      -4.0f, params[size_t(y)].scale);
}

TEST(AssignParamsTest, ConstantOperandsHaveTheirOwnValuesRange) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", kPicture);
  const ValueId c = graph.AddConstant("c", {2}, {-1.0f, 7.0f});
  // Nothing reads it, so nothing has checked it.
  graph.AddConstant("unused", {1}, {std::numeric_limits<float>::infinity()});
  const ValueId sum = Append(graph, "add", Add{}, {x, c});
  graph.outputs = {sum};
  const auto params = AssignParams(graph, DistinctRanges(graph)).params;
  EXPECT_EQ(params[size_t(c)], ChooseActivationParams({-1.0f, 7.0f}));
}

TEST(AssignParamsTest, AddRaisesAnOutputScaleThatIsMuchSmaller) {
  Graph graph;
  const ValueId a = AddInput(graph, "a", kPicture);
  const ValueId b = AddInput(graph, "b", kPicture);
  const ValueId sum = Append(graph, "add", Add{}, {a, b});
  graph.outputs = {sum};
  Ranges ranges = DistinctRanges(graph);
  ranges[size_t(a)] = {-1000.0f, 1000.0f};
  ranges[size_t(b)] = {-1000.0f, 1000.0f};
  ranges[size_t(sum)] = {-1.0f, 1.0f};
  const AssignedParams result = AssignParams(graph, ranges);
  ASSERT_EQ(result.raised_adds, std::vector<std::string>{"add"});
  const float a_scale = result.params[size_t(a)].scale;
  const float out_scale = result.params[size_t(sum)].scale;
  EXPECT_EQ(DeriveAdd(a_scale, a_scale, out_scale).fraction_bits, 0);
  EXPECT_LT(out_scale, a_scale / 127.0f);

  ranges[size_t(sum)] = {-100.0f, 100.0f};
  EXPECT_TRUE(AssignParams(graph, ranges).raised_adds.empty());
}

}  // namespace
}  // namespace octet::converter
