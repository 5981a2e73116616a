// Convolutions and fully connected layers, whole: verified, planned and run,
// against the naive definition.

#include <gtest/gtest.h>

#include "engine/model_contents.h"
#include "engine/plan.h"
#include "octet/model.h"
#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/kernels/layer_data.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/reference/layers.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

struct ConvCase {
  Shape input;
  int32_t output_channels;
  int groups;
  Window2dParams window;
  bool per_channel = true;

  std::string ToString() const {
    const Window2dParams& w = window;
    std::string text = "input " + input.ToString() + ", output channels " +
                       std::to_string(output_channels) + ", groups " +
                       std::to_string(groups) + ", window";
    for (const int32_t value :
         {w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h,
          w.dilation_w, w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) {
      text += " " + std::to_string(value);
    }
    return text;
  }
};

reference::WeightedLayer LayerOf(const ConvCase& test, LayerOptions options,
                                 Random& random) {
  options.per_channel = test.per_channel;
  const Shape weights = {test.output_channels, test.window.kernel_h,
                         test.window.kernel_w, test.input[3] / test.groups};
  return RandomLayer(options, weights, random);
}

// A file with that one layer.
std::vector<uint8_t> NetworkOf(const ConvCase& test,
                               const reference::WeightedLayer& layer) {
  ModelBuilder builder;
  const int from = builder.Input(test.input, {0.5f, layer.input_zero_point});
  builder.Output(builder.Operator(
      Conv2dOptions(layer, test.window, test.groups),
      {from, builder.Weights(layer.weights), builder.Bias(layer.bias)},
      reference::WindowedShape(test.window, test.input, test.output_channels),
      {0.25f, layer.output.zero_point}));
  return builder.Finish();
}

void TestConv(const ConvCase& test, LayerOptions options = {}) {
  Random random(CaseSeed(test.ToString()));
  options.input_zero_point = static_cast<int>(random.Between(-128, 127));
  options.output.zero_point = static_cast<int>(random.Between(-100, 100));
  options.output.clamp_min = -120;
  const reference::WeightedLayer layer = LayerOf(test, options, random);
  const reference::Tensor input = {
      test.input, RandomValues(test.input.NumElements(), random)};
  const reference::Tensor expected =
      reference::Conv2d(layer, test.window, test.groups, input);
  ExpectOutputs(NetworkOf(test, layer), {input.data}, {expected.data},
                test.ToString() + "; " + ReplayHint());
}

// {kernel, stride, dilation} h x w, {pads top, left, bottom, right}.
Window2dParams Window(int kh, int kw, int sh, int sw, int dh, int dw, int top,
                      int left, int bottom, int right) {
  return {kh, kw, sh, sw, dh, dw, top, left, bottom, right};
}

const Window2dParams kPointwise;
const Window2dParams kSame3x3 = Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
const Window2dParams kValid3x3 = Window(3, 3, 1, 1, 1, 1, 0, 0, 0, 0);
const Window2dParams kHalf3x3 = Window(3, 3, 2, 2, 1, 1, 0, 0, 1, 1);

TEST(Conv2dTest, Pointwise) {
  TestConv({{1, 7, 5, 24}, 40, 1, kPointwise});
  TestConv({{3, 1, 1, 9}, 5, 1, kPointwise});
  TestConv({{2, 4, 4, 16}, 100, 1, kPointwise, false});
  TestConv({{1, 1, 1, 3}, 1, 1, kPointwise});
  // With a stride, and with pads, whose pixels are all zero points.
  TestConv({{1, 7, 6, 8}, 12, 1, Window(1, 1, 2, 3, 1, 1, 0, 0, 0, 0)});
  TestConv({{1, 3, 4, 8}, 12, 1, Window(1, 1, 1, 1, 1, 1, 1, 2, 0, 3)});
}

TEST(Conv2dTest, Kernels) {
  TestConv({{1, 9, 11, 8}, 16, 1, kSame3x3});
  TestConv({{2, 12, 13, 3}, 33, 1, kHalf3x3});
  TestConv({{1, 8, 8, 5}, 7, 1, kValid3x3});
  TestConv({{1, 16, 15, 3}, 10, 1, Window(7, 7, 2, 2, 1, 1, 3, 3, 3, 3)});
  TestConv({{1, 9, 40, 2}, 6, 1, Window(1, 5, 1, 1, 1, 1, 0, 2, 0, 2)});
  TestConv({{1, 30, 3, 2}, 6, 1, Window(5, 1, 3, 1, 1, 1, 2, 0, 2, 0)});
  TestConv({{1, 6, 6, 4}, 9, 1, Window(2, 4, 2, 1, 1, 1, 0, 1, 0, 2)});
}

TEST(Conv2dTest, Edges) {
  // Wider pads on one side than on the other.
  TestConv({{1, 5, 6, 8}, 70, 1, Window(3, 3, 1, 1, 1, 1, 2, 0, 0, 1)});
  // Edges larger than what is between them.
  TestConv({{1, 4, 4, 8}, 16, 1, Window(7, 7, 1, 1, 1, 1, 3, 3, 3, 3)});
  // A kernel larger than the picture: no column is free of padding.
  TestConv({{2, 2, 3, 4}, 72, 1, Window(5, 7, 1, 1, 1, 1, 2, 3, 2, 3)});
  // Rows and columns of outputs that read padding alone.
  TestConv({{1, 3, 3, 4}, 6, 1, Window(2, 2, 1, 1, 1, 1, 4, 3, 2, 5)});
  // Strides that leave cells unread at the end.
  TestConv({{1, 11, 12, 4}, 6, 1, Window(3, 3, 4, 5, 1, 1, 1, 1, 0, 0)});
}

TEST(Conv2dTest, Dilations) {
  TestConv({{1, 9, 10, 4}, 8, 1, Window(3, 3, 1, 1, 2, 2, 2, 2, 2, 2)});
  TestConv({{1, 9, 10, 4}, 8, 1, Window(3, 3, 1, 1, 3, 1, 3, 1, 3, 1)});
  TestConv({{1, 9, 20, 4}, 8, 1, Window(2, 3, 2, 2, 1, 4, 0, 1, 1, 5)});
  TestConv({{1, 4, 5, 3}, 66, 1, Window(3, 3, 1, 1, 4, 5, 4, 5, 4, 5)});
}

TEST(Conv2dTest, Groups) {
  TestConv({{1, 6, 7, 8}, 12, 2, kSame3x3});
  TestConv({{2, 5, 5, 12}, 12, 3, kPointwise});
  TestConv({{1, 6, 5, 6}, 18, 6, kSame3x3});  // depth multiplier 3
  TestConv({{1, 6, 5, 8}, 4, 4, kHalf3x3});   // two inputs an output
  TestConv({{1, 6, 6, 128}, 140, 2, Window(3, 3, 1, 1, 2, 1, 1, 1, 2, 0)});
}

// Groups that are merged, to one or to several; and counts with few divisors.
TEST(Conv2dTest, SmallGroups) {
  TestConv({{1, 7, 8, 64}, 128, 64, kSame3x3});  // depth multiplier 2
  TestConv({{2, 6, 5, 24}, 96, 24, kHalf3x3});   // 4
  TestConv({{1, 6, 5, 64}, 64, 16, kSame3x3});   // as in a ResNeXt
  TestConv({{1, 6, 5, 48}, 48, 8, kPointwise});
  TestConv({{1, 5, 6, 14}, 21, 7, kSame3x3});
  TestConv({{1, 5, 6, 22}, 209, 11, kSame3x3});
  TestConv({{1, 6, 6, 60}, 60, 20, Window(3, 3, 1, 1, 2, 2, 2, 2, 2, 2)});
}

TEST(Conv2dTest, Depthwise) {
  for (const int32_t channels : {2, 8, 16, 19, 33, 64, 100}) {
    const int groups = channels;
    TestConv({{1, 9, 12, channels}, channels, groups, kSame3x3});
    TestConv({{2, 9, 12, channels}, channels, groups, kHalf3x3});
  }
  TestConv({{1, 7, 7, 24}, 24, 24, Window(5, 5, 1, 1, 1, 1, 2, 2, 2, 2)});
  TestConv({{1, 11, 7, 24}, 24, 24, Window(5, 5, 2, 2, 1, 1, 2, 1, 1, 2)});
  TestConv({{1, 8, 90, 3}, 3, 3, Window(3, 7, 1, 1, 1, 1, 1, 3, 1, 3)});
  TestConv({{1, 3, 2, 20}, 20, 20, Window(7, 7, 1, 1, 1, 1, 3, 3, 3, 3)});
  TestConv({{1, 9, 9, 20}, 20, 20, Window(3, 3, 1, 1, 2, 3, 2, 3, 2, 3)});
  TestConv({{1, 9, 9, 6}, 6, 6, Window(3, 3, 2, 3, 3, 2, 5, 4, 0, 9)});
  TestConv({{1, 5, 5, 40}, 40, 40, kPointwise});
  TestConv({{1, 4, 4, 5}, 5, 5, kValid3x3, false});
  TestConv({{1, 3, 3, 4}, 4, 4, Window(2, 2, 1, 1, 1, 1, 4, 13, 2, 12)});
}

TEST(Conv2dTest, SeveralColumnBlocks) {
  // More than 256 KB of packed weights.
  TestConv({{1, 3, 4, 200}, 180, 1, kSame3x3});
}

// Enough channels that tables with a Winograd form take it.
TEST(Conv2dTest, ThreeByThreeOfManyChannels) {
  for (const int32_t size : {1, 2, 3, 4, 7, 12}) {
    TestConv({{1, size, size, 40}, 48, 1, kSame3x3});
    TestConv({{2, size, 13, 33}, 64, 1, kSame3x3});
    TestConv({{1, size + 2, size + 3, 64}, 37, 1, kValid3x3, false});
  }
  // More tiles than one call takes.
  TestConv({{1, 31, 30, 32}, 32, 1, kSame3x3});
  TestConv({{5, 6, 9, 64}, 33, 1, kSame3x3});
  // More padding than a tile's cells, and rows and columns of padding alone.
  TestConv({{1, 5, 6, 48}, 48, 1, Window(3, 3, 1, 1, 1, 1, 2, 0, 0, 1)});
  TestConv({{1, 3, 2, 48}, 48, 1, Window(3, 3, 1, 1, 1, 1, 5, 4, 6, 7)});
  TestConv({{1, 9, 9, 64}, 64, 1, kSame3x3}, {.extreme_values = true});
}

std::string KernelOf(const ConvCase& test, const LayerOptions& options,
                     const KernelTable* table) {
  Random random(1);
  const std::vector<uint8_t> bytes =
      NetworkOf(test, LayerOf(test, options, random));
  const auto model = Model::FromMemory(bytes.data(), bytes.size());
  PlanOptions plan_options;
  plan_options.table = table;
  plan_options.allocator = DefaultAllocator();
  const auto plan = Plan::Create((*model)->contents().network, plan_options);
  return (*plan)->step(0).plan().kernel;
}

bool TakesWinograd(const ConvCase& test, const KernelTable* table,
                   const LayerOptions& options = {}) {
  return KernelOf(test, options, table).find(" winograd ") != std::string::npos;
}

TEST(Conv2dTest, ThePlanTakesWinogradWhereItIsExactAndFewerSteps) {
  for (const TestedTable& tested : TestedTables()) {
    if (tested.table->num_winograd_conv == 0) continue;
    const KernelTable* table = tested.table;
    SCOPED_TRACE(table->isa);
    EXPECT_TRUE(TakesWinograd({{1, 56, 56, 64}, 64, 1, kSame3x3}, table));
    EXPECT_TRUE(TakesWinograd({{1, 14, 14, 256}, 256, 1, kSame3x3}, table));
    EXPECT_TRUE(TakesWinograd({{1, 9, 9, 64}, 64, 1, kValid3x3}, table));
    // Few channels: transforming would cost more than it saves.
    EXPECT_FALSE(TakesWinograd({{1, 56, 56, 3}, 64, 1, kSame3x3}, table));
    // One pixel is a quarter of a tile.
    EXPECT_FALSE(TakesWinograd({{1, 1, 1, 64}, 64, 1, kSame3x3}, table));
    // Another shape of kernel, stride, dilation, groups.
    EXPECT_FALSE(TakesWinograd({{1, 56, 56, 64}, 64, 1, kHalf3x3}, table));
    EXPECT_FALSE(TakesWinograd(
        {{1, 28, 28, 64}, 64, 1, Window(3, 3, 1, 1, 2, 2, 2, 2, 2, 2)}, table));
    EXPECT_FALSE(TakesWinograd(
        {{1, 28, 28, 64}, 64, 1, Window(5, 3, 1, 1, 1, 1, 2, 1, 2, 1)}, table));
    EXPECT_FALSE(TakesWinograd({{1, 28, 28, 64}, 64, 2, kSame3x3}, table));
    // A shift that the factor 4 does not make up for.
    EXPECT_FALSE(TakesWinograd({{1, 14, 14, 64}, 64, 1, kSame3x3}, table,
                               {.min_shift = -3, .max_shift = -3}));
    // Accumulators of 2^29 and more.
    EXPECT_FALSE(
        TakesWinograd({{1, 4, 4, 1842}, 16, 1, kSame3x3}, table,
                      {.input_zero_point = -128, .extreme_values = true}));
  }
}

// A better table is not left for one with a Winograd form.
TEST(Conv2dTest, WinogradIsOfTheTableThatWouldServeAsGemm) {
  for (const TestedTable& tested : TestedTables()) {
    const std::string kernel =
        KernelOf({{1, 56, 56, 64}, 64, 1, kSame3x3}, {}, tested.table);
    EXPECT_EQ(kernel.rfind(std::string(tested.table->isa) + " ", 0), 0u)
        << kernel;
  }
}

TEST(Conv2dTest, ManyShapes) {
  Random random(TestSeed());
  for (int i = 0; i < 40; ++i) {
    const auto draw = [&](int low, int high) {
      return static_cast<int32_t>(random.Between(low, high));
    };
    ConvCase test;
    test.groups = draw(0, 2) == 0 ? draw(2, 4) : 1;
    test.input = {draw(1, 2), draw(1, 10), draw(1, 10),
                  test.groups * draw(1, 9)};
    test.output_channels = test.groups * draw(1, draw(0, 1) == 0 ? 5 : 40);
    Window2dParams& w = test.window;
    w = Window(draw(1, 4), draw(1, 4), draw(1, 3), draw(1, 3), draw(1, 2),
               draw(1, 2), draw(0, 3), draw(0, 3), draw(0, 3), draw(0, 3));
    const bool fits = test.input[1] + w.pad_top + w.pad_bottom >
                          w.dilation_h * (w.kernel_h - 1) &&
                      test.input[2] + w.pad_left + w.pad_right >
                          w.dilation_w * (w.kernel_w - 1);
    if (fits) TestConv(test);
  }
}

TEST(FullyConnectedTest, MatchesReference) {
  const struct {
    Shape input;
    int32_t n;
  } cases[] = {{{1, 64}, 10},     {{1, 7}, 1},      {{5, 33}, 100},
               {{64}, 17},        {{2, 3, 12}, 50}, {{1, 1500}, 300},
               {{2, 1, 1, 20}, 8}};
  for (const auto& test : cases) {
    const int32_t k = test.input[test.input.rank - 1];
    Random random(CaseSeed(test.input.ToString()));
    LayerOptions options;
    options.input_zero_point = static_cast<int>(random.Between(-128, 127));
    const reference::WeightedLayer layer =
        RandomLayer(options, {test.n, k}, random);
    const std::vector<int8_t> input =
        RandomValues(test.input.NumElements(), random);
    Shape output = test.input;
    output[output.rank - 1] = test.n;

    ModelBuilder builder;
    const int from = builder.Input(test.input, {1, options.input_zero_point});
    schema::FullyConnectedT fully_connected;
    fully_connected.clamp = ToSchema(layer.output);
    fully_connected.requantization = ToSchema(layer.requantization);
    builder.Output(builder.Operator(
        std::move(fully_connected),
        {from, builder.Weights(layer.weights), builder.Bias(layer.bias)},
        output, {1, layer.output.zero_point}));
    ExpectOutputs(builder.Finish(), {input},
                  {reference::FullyConnected(layer, input)},
                  test.input.ToString() + "; " + ReplayHint());
  }
}

}  // namespace
}  // namespace octet
