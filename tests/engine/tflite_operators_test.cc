// Operators with rounding TFLITE, whole, on every instruction set and several
// divisions into parts, against the naive definition.

#include <gtest/gtest.h>

#include "engine/model_contents.h"
#include "engine/plan.h"
#include "octet/model.h"
#include "tests/engine/run_network.h"
#include "tests/engine/tflite_network.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

struct ConvCase {
  const char* name;
  Shape input;
  int32_t output_channels;
  int groups;
  Window2dParams window;
  int weight_zero_point = 0;
};

void TestConv(const ConvCase& test) {
  for (const int zero_point : {-128, -3, 127}) {
    Random random(CaseSeed(test.name));
    const bool per_channel = test.weight_zero_point == 0;
    const TfliteLayer layer = RandomTfliteLayer(
        {test.output_channels, test.window.kernel_h, test.window.kernel_w,
         test.input[3] / test.groups},
        zero_point, test.weight_zero_point, per_channel, random);
    const reference::Tensor input = {
        test.input, RandomValues(test.input.NumElements(), random)};
    const Shape output =
        reference::WindowedShape(test.window, test.input, test.output_channels);
    ModelBuilder builder;
    const int from = builder.Input(test.input, {0.5f, zero_point});
    builder.Output(AppendTfliteConv(builder, layer, test.window, test.groups,
                                    from, output));
    ExpectOutputs(builder.Finish(), {input.data},
                  {reference::TfliteOutputs(
                      layer.layer, layer.scales,
                      reference::Conv2dSums(layer.layer, test.window,
                                            test.groups, input))},
                  std::string(test.name) + "; " + ReplayHint());
  }
}

const Window2dParams kSame3x3 = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};

TEST(TfliteConv2dTest, MatchesReference) {
  TestConv({"pointwise", {1, 7, 5, 24}, 40, 1, {}});
  TestConv({"one channel", {3, 1, 1, 9}, 1, 1, {}});
  TestConv({"3x3", {1, 9, 11, 8}, 19, 1, kSame3x3});
  TestConv({"zero point of the weights", {1, 9, 11, 8}, 19, 1, kSame3x3, 100});
  TestConv({"least zero point", {1, 5, 4, 3}, 9, 1, kSame3x3, -128});
  TestConv({"stride 2", {2, 12, 13, 3}, 33, 1, {3, 3, 2, 2, 1, 1, 0, 0, 1, 1}});
  TestConv({"dilation", {1, 9, 10, 4}, 8, 1, {3, 3, 1, 1, 2, 3, 2, 3, 2, 3}});
  TestConv({"groups", {1, 6, 7, 8}, 12, 2, kSame3x3});
  TestConv({"depth multiplier", {1, 6, 5, 6}, 18, 6, kSame3x3, 7});
  TestConv({"several blocks", {1, 3, 4, 200}, 150, 1, kSame3x3});
}

TEST(TfliteConv2dTest, Depthwise) {
  for (const int32_t channels : {2, 8, 19, 100}) {
    TestConv({"3x3", {2, 9, 12, channels}, channels, channels, kSame3x3});
    TestConv({"stride 2",
              {1, 9, 12, channels},
              channels,
              channels,
              {3, 3, 2, 2, 1, 1, 0, 0, 1, 1},
              -60});
  }
  TestConv({"wide", {1, 4, 90, 3}, 3, 3, {3, 7, 1, 1, 1, 1, 1, 3, 1, 3}});
  TestConv(
      {"pads alone", {1, 3, 3, 4}, 4, 4, {2, 2, 1, 1, 1, 1, 4, 13, 2, 12}});
  TestConv({"long calls", {1, 2, 70, 40}, 40, 40, kSame3x3, 127});
}

TEST(TfliteFullyConnectedTest, MatchesReference) {
  for (const int weight_zero_point : {0, -128, 50}) {
    for (const Shape& input : {Shape{1, 64}, Shape{5, 33}, Shape{1, 1500}}) {
      Random random(CaseSeed(input.ToString()));
      const TfliteLayer layer =
          RandomTfliteLayer({37, input[1]}, 11, weight_zero_point,
                            weight_zero_point == 0, random);
      const auto values = RandomValues(input.NumElements(), random);
      ModelBuilder builder;
      const int from = builder.Input(input, {1, 11});
      builder.Output(
          AppendTfliteFullyConnected(builder, layer, from, {input[0], 37}));
      ExpectOutputs(builder.Finish(), {values},
                    {reference::TfliteOutputs(
                        layer.layer, layer.scales,
                        reference::FullyConnectedSums(layer.layer, values))},
                    input.ToString() + "; " + ReplayHint());
    }
  }
}

TEST(TfliteAveragePool2dTest, MatchesReference) {
  const Window2dParams windows[] = {{2, 2, 2, 2, 1, 1, 0, 0, 0, 0},
                                    {3, 3, 2, 2, 1, 1, 1, 1, 1, 1},
                                    {4, 5, 1, 2, 1, 1, 3, 2, 0, 4},
                                    {7, 9, 1, 1, 1, 1, 0, 0, 0, 0}};
  for (const bool halves_up : {false, true}) {
    for (const Window2dParams& window : windows) {
      Random random(TestSeed());
      const Shape shape = {2, 7, 9, 70};
      const reference::Tensor input = {
          shape, RandomValues(shape.NumElements(), random)};
      const reference::OutputParams output = {-4, -90, 100};
      const reference::Tensor expected =
          reference::TfliteAveragePool2d(window, halves_up, output, input);
      schema::AveragePool2dT pool;
      pool.window = std::make_unique<schema::Window2d>(ToSchema(window));
      pool.rounding = schema::Rounding::TFLITE;
      pool.halves_up = halves_up;
      pool.clamp = ToSchema(output);
      ModelBuilder builder;
      const int from = builder.Input(shape, {1, -4});
      builder.Output(
          builder.Operator(std::move(pool), {from}, expected.shape, {1, -4}));
      ExpectOutputs(builder.Finish(), {input.data}, {expected.data},
                    "kernel_h " + std::to_string(window.kernel_h) +
                        (halves_up ? ", halves up; " : "; ") + ReplayHint());
    }
  }
}

// Sums -6 ... 6 of two cells: every tie, in both directions.
TEST(TfliteAveragePool2dTest, Halves) {
  for (const bool halves_up : {false, true}) {
    std::vector<int8_t> input, expected;
    for (int sum = -6; sum <= 6; ++sum) {
      input.insert(input.end(), {static_cast<int8_t>(sum), 0});
      const int toward = sum > 0 || halves_up ? sum + 1 : sum - 1;
      expected.push_back(
          static_cast<int8_t>(toward >= 0 || toward % 2 == 0
                                  ? toward / 2
                                  : (toward + (halves_up ? -1 : 1)) / 2));
    }
    schema::AveragePool2dT pool;
    pool.window = std::make_unique<schema::Window2d>(
        ToSchema({1, 2, 1, 2, 1, 1, 0, 0, 0, 0}));
    pool.rounding = schema::Rounding::TFLITE;
    pool.halves_up = halves_up;
    pool.clamp = std::make_unique<schema::Clamp>(-128, 127);
    ModelBuilder builder;
    const int from = builder.Input({1, 1, 26, 1}, {1, 0});
    builder.Output(
        builder.Operator(std::move(pool), {from}, {1, 1, 13, 1}, {1, 0}));
    ExpectOutputs(builder.Finish(), {input}, {expected},
                  halves_up ? "up" : "away from zero");
  }
}

TEST(TfliteNetworkTest, SameBytesEverywhere) {
  Random random(TestSeed());
  for (int i = 0; i < 5; ++i) {
    const auto picture = RandomValues(kTflitePicture.NumElements(), random);
    std::vector<int8_t> expected;
    const ModelBuilder builder = TfliteNetwork(picture, &expected);
    ExpectOutputs(builder.Finish(), {picture}, {expected}, ReplayHint());
  }
}

TEST(TfliteNetworkTest, PlanNamesIt) {
  const std::vector<uint8_t> bytes =
      TfliteNetwork(std::vector<int8_t>(216), nullptr).Finish();
  const auto model = Model::FromMemory(bytes.data(), bytes.size());
  ASSERT_TRUE(model.ok()) << model.status().message();
  PlanOptions options;
  options.table = BestTable();
  options.allocator = DefaultAllocator();
  const auto plan = Plan::Create((*model)->contents().network, options);
  ASSERT_TRUE(plan.ok());
  const std::string text = (*plan)->Describe();
  for (const char* name :
       {"tflite gemm ", "tflite depthwise_conv any", "tflite add",
        "tflite average_pool", "tflite requantize", "tflite mean",
        "tflite softmax"}) {
    EXPECT_NE(text.find(name), std::string::npos) << name << "\n" << text;
  }
}

}  // namespace
}  // namespace octet
