#include "converter/calibrate/function_limits.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/ir/evaluate_function.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

using schema::UnaryFunction;

// x -> conv -> function; the range of conv's output is `conv`, the function's
// output has what follows from it.
struct Network {
  Graph graph;
  ValueId conv;
  Ranges seen;

  Network(const Unary& function, const Range& range) {
    const ValueId x = AddInput(graph, "x", {1, 2, 2, 2});
    conv = AppendConv(graph, "conv", x, 2, 1, 1);
    const ValueId y = Append(graph, "function", function, {conv});
    graph.outputs = {y};
    seen.resize(graph.values.size());
    seen[size_t(x)] = {-1, 1};
    seen[size_t(conv)] = range;
    Range& output = seen[size_t(y)];
    for (int i = 0; i <= 1000; ++i) {
      const double at = range.min + (double{range.max} - range.min) * i / 1000;
      const float value = static_cast<float>(EvaluateUnary(function, at));
      output = i == 0 ? Range{value, value} : output.Union({value, value});
    }
  }
  Range Limits() const { return LimitsOfFunctions(graph, seen)[size_t(conv)]; }
  double HalfStep() const {
    const Range& range = seen[size_t(graph.outputs[0])];
    return (std::max(range.max, 0.0f) - std::min(range.min, 0.0f)) / 510.0;
  }
};

TEST(FunctionLimitsTest, WhatTheFunctionDoesNotTellApartIsCutOff) {
  // HardSwish is 0 up to -3, and half a step below it at about -2.9.
  const Range swish = Network({UnaryFunction::HARD_SWISH}, {-40, 20}).Limits();
  EXPECT_GT(swish.min, -3.0f);
  EXPECT_LT(swish.min, -2.85f);
  EXPECT_LE(swish.max, 20.0f);
  EXPECT_GT(swish.max, 19.9f);
  // 1 / (1 + exp(x)) = 1 / 510
  const Range sigmoid = Network({UnaryFunction::SIGMOID}, {-50, 30}).Limits();
  EXPECT_NEAR(sigmoid.min, -std::log(509.0), 0.03);
  EXPECT_NEAR(sigmoid.max, std::log(509.0), 0.03);
}

// Whatever the function: beyond the limits it stays within half a step.
TEST(FunctionLimitsTest, NoFunctionChangesByMoreThanHalfAStep) {
  const std::map<std::string, Unary> functions = {
      {"silu", {UnaryFunction::SWISH, 1.0f}},
      {"gelu", {UnaryFunction::GELU}},
      {"mish", {UnaryFunction::MISH}},
      {"elu", {UnaryFunction::ELU, 1.0f}},
      {"tanh", {UnaryFunction::TANH}},
      {"cosine", {UnaryFunction::COS}},
      {"scaled", {UnaryFunction::HARD_SWISH, 0, 0, -3.0f, 2.0f}}};
  for (const auto& [name, function] : functions) {
    for (const Range& range : {Range{-60, 5}, {-9, 70}, {-2, 1}, {3, 90}}) {
      const Network network(function, range);
      const Range limits = network.Limits();
      ASSERT_LT(limits.min, limits.max) << name;
      for (int i = 0; i <= 5000; ++i) {
        const double x = range.min + (double{range.max} - range.min) * i / 5000;
        const double end =
            std::clamp(x, double{limits.min}, double{limits.max});
        ASSERT_LE(
            std::abs(EvaluateUnary(function, x) - EvaluateUnary(function, end)),
            network.HalfStep() * 1.05)
            << name << " at " << x << " in " << range.min << " ... "
            << range.max;
      }
    }
  }
}

TEST(FunctionLimitsTest, RangesStayWhereSomethingElseReadsThem) {
  const Unary swish = {UnaryFunction::HARD_SWISH};
  const Range range = {-40, 20};
  Network output(swish, range);
  output.graph.outputs.push_back(output.conv);
  EXPECT_EQ(output.Limits(), range);
  Network layer(swish, range);
  layer.graph.outputs.push_back(
      AppendConv(layer.graph, "other", layer.conv, 2, 1, 1));
  layer.seen.resize(layer.graph.values.size());
  EXPECT_EQ(layer.Limits(), range);
  // Two functions: what both need.
  Network both(swish, range);
  const ValueId sigmoid =
      Append(both.graph, "sigmoid", Unary{UnaryFunction::SIGMOID}, {both.conv});
  both.graph.outputs.push_back(sigmoid);
  both.seen.resize(both.graph.values.size());
  both.seen[size_t(sigmoid)] = {0, 1};
  EXPECT_LT(both.Limits().min, -6.0f);
  EXPECT_GT(both.Limits().min, -6.5f);
  EXPECT_GT(both.Limits().max, 19.9f);
}

TEST(FunctionLimitsTest, RangesStayWhereLittleIsGained) {
  const Range range = {-3.1f, 20};
  EXPECT_EQ(Network({UnaryFunction::HARD_SWISH}, range).Limits(), range);
  EXPECT_EQ(Network({UnaryFunction::LEAKY_RELU, 0.1f}, {-5, 5}).Limits(),
            (Range{-5, 5}));
  EXPECT_EQ(Network({UnaryFunction::HARD_SWISH}, {-9, -4}).Limits(),
            (Range{-9, -4}));
}

// Every method, in calibration.
TEST(FunctionLimitsTest, CalibrationCutsWhatItsMethodsSee) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 200});
  const ValueId sum = Append(graph, "sum", Add{}, {x, x});
  graph.outputs = {
      Append(graph, "swish", Unary{UnaryFunction::HARD_SWISH}, {sum})};
  std::vector<float> values;
  for (int i = 0; i < 200; ++i) values.push_back(0.15f * float(i - 150));
  const SampleReader read = [&](size_t) {
    return Result<std::vector<std::vector<float>>>({values});
  };
  for (const std::string& method : RangeMethodNames()) {
    CalibrateOptions options;
    options.method = method;
    const auto ranges = Calibrate(graph, 1, read, options);
    ASSERT_TRUE(ranges.ok()) << ranges.status().message();
    EXPECT_LT((*ranges)[size_t(x)].min, -10.0f) << method;
    // `kl` has one threshold for both signs.
    EXPECT_GE((*ranges)[size_t(sum)].min, method == "kl" ? -15.0f : -3.0f)
        << method;
    EXPECT_GT((*ranges)[size_t(sum)].max, 5.0f) << method;
  }
  CalibrateOptions options;
  options.tensors["sum:0"] = Range{-45, 14};
  const auto fixed = Calibrate(graph, 1, read, options);
  ASSERT_TRUE(fixed.ok());
  EXPECT_EQ((*fixed)[size_t(sum)], (Range{-45, 14}));
}

}  // namespace
}  // namespace octet::converter
