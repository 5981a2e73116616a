// FP32 files, and those whose weights alone are stored otherwise: what becomes
// of each operator, by its numbers.

#include <gtest/gtest.h>

#include "converter/tflite/import.h"
#include "tests/converter/passes/pass_check.h"
#include "tests/converter/tflite/tflite_builder.h"
#include "tests/reference/float_graph.h"

namespace octet::converter {
namespace {

using tflite::BuiltinOperator;
using tflite::TensorType;
using Floats = std::vector<float>;

Graph Import(const TfliteBuilder& builder) {
  Result<TfliteImport> imported = ImportTflite(builder.Finish(), "test.tflite");
  EXPECT_TRUE(imported.ok()) << imported.status().message();
  if (!imported.ok()) return {};
  EXPECT_FALSE(imported->is_quantized);
  return imported->graph;
}

Floats RunFloats(const TfliteBuilder& builder, const Floats& input) {
  const Graph graph = Import(builder);
  if (graph.outputs.empty()) return {};
  return reference::RunFloatGraph(graph, {input})[0].data;
}

Floats Counting(int count) {
  Floats values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return values;
}

// One operator from {1, 2, 3} counting numbers to `output`.
Floats RunMovement(BuiltinOperator code, const Shape& output,
                   const std::vector<std::vector<int32_t>>& arguments) {
  TfliteBuilder builder;
  std::vector<int> inputs = {builder.Input({1, 2, 3})};
  for (const auto& argument : arguments) {
    inputs.push_back(builder.Integers(argument));
  }
  const int result = builder.Activation(output);
  builder.Operator(code, inputs, {result});
  builder.Output(result);
  return RunFloats(builder, Counting(6));
}

TEST(TfliteFloatTest, SamePaddingPutsTheOddCellAtTheEnd) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 4, 3, 1});
  const int weights = builder.Floats({1, 2, 3, 1}, {1, 2, 3, 4, 5, 6});
  const int bias = builder.Floats({1}, {0.5f});
  const int output = builder.Activation({1, 4, 3, 1});
  tflite::Conv2DOptionsT options;
  options.stride_h = options.stride_w = 1;
  builder.Operator(BuiltinOperator::CONV_2D, options, {input, weights, bias},
                   {output});
  builder.Output(output);
  const Graph graph = Import(builder);
  const Window2dParams& window = TheOperator<Conv2d>(graph).window;
  EXPECT_EQ(window.pad_top, 0);
  EXPECT_EQ(window.pad_bottom, 1);
  EXPECT_EQ(window.pad_left, 1);
  EXPECT_EQ(window.pad_right, 1);
  // 0 * 2 + 1 * 3 + 3 * 5 + 4 * 6 + 0.5 in the corner.
  EXPECT_EQ(RunFloats(builder, Counting(12))[0], 42.5f);
}

TEST(TfliteFloatTest, DepthwiseChannelsOfOneInputLieSideBySide) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 1, 2, 2});
  // {1, h, w, channels}: channels 0 and 1 read the first input channel.
  const int weights =
      builder.Floats({1, 1, 2, 4}, {1, 2, 3, 4, 10, 20, 30, 40});
  const int output = builder.Activation({1, 1, 1, 4});
  tflite::DepthwiseConv2DOptionsT options;
  options.padding = tflite::Padding::VALID;
  options.stride_h = options.stride_w = 1;
  options.fused_activation_function = tflite::Activation::RELU6;
  builder.Operator(BuiltinOperator::DEPTHWISE_CONV_2D, options,
                   {input, weights}, {output});
  builder.Output(output);
  // Pixels (0.1, 0.2) and (0.3, 0.4): 0.1 * 1 + 0.3 * 10 ...
  const Floats actual = RunFloats(builder, {0.1f, 0.2f, 0.3f, 0.4f});
  const Floats expected = {3.1f, 6, 6, 6};
  for (size_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(actual[i], expected[i]);
}

TEST(TfliteFloatTest, FullyConnectedFlattensItsInput) {
  TfliteBuilder builder;
  const int input = builder.Input({2, 1, 3});
  const int weights = builder.Floats({2, 3}, {1, 0, 0, 1, 1, 1});
  const int output = builder.Activation({2, 2});
  builder.Operator(BuiltinOperator::FULLY_CONNECTED,
                   tflite::FullyConnectedOptionsT(), {input, weights},
                   {output});
  builder.Output(output);
  EXPECT_EQ(RunFloats(builder, Counting(6)), (Floats{0, 3, 3, 12}));
}

TEST(TfliteFloatTest, WeightsStoredAsIntegersAreDequantized) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 2});
  TestStorage storage = {TensorType::INT8, {0.5f, 0.25f}, {0, 0}, 0};
  const int weights =
      builder.Constant({2, 2}, std::vector<int8_t>{2, 4, -8, 100}, storage);
  const int output = builder.Activation({1, 2});
  builder.Operator(BuiltinOperator::FULLY_CONNECTED,
                   tflite::FullyConnectedOptionsT(), {input, weights},
                   {output});
  builder.Output(output);
  EXPECT_EQ(RunFloats(builder, {1, 10}), (Floats{21, 248}));
}

TEST(TfliteFloatTest, HalfFloatsBehindDequantize) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 2});
  // 1, -2, 0.5, the least subnormal.
  const int halves = builder.Constant(
      {2, 2}, std::vector<uint16_t>{0x3C00, 0xC000, 0x3800, 0x0001},
      {TensorType::FLOAT16});
  const int weights = builder.Activation({2, 2});
  const int output = builder.Activation({1, 2});
  builder.Operator(BuiltinOperator::DEQUANTIZE, {halves}, {weights});
  builder.Operator(BuiltinOperator::FULLY_CONNECTED,
                   tflite::FullyConnectedOptionsT(), {input, weights},
                   {output});
  builder.Output(output);
  EXPECT_EQ(RunFloats(builder, {1, 16777216}), (Floats{-33554432, 1.5f}));
}

TEST(TfliteFloatTest, MeanOverThePicture) {
  for (const bool keep_dims : {false, true}) {
    TfliteBuilder builder;
    const int input = builder.Input({1, 2, 2, 2});
    const int output =
        builder.Activation(keep_dims ? Shape{1, 1, 1, 2} : Shape{1, 2});
    tflite::ReducerOptionsT options;
    options.keep_dims = keep_dims;
    builder.Operator(BuiltinOperator::MEAN, options,
                     {input, builder.Integers({1, 2})}, {output});
    builder.Output(output);
    EXPECT_EQ(RunFloats(builder, Counting(8)), (Floats{3, 4}));
  }
}

TEST(TfliteFloatTest, ElementwiseOperators) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 3});
  const int constant = builder.Floats({3}, {1, 2, 3});
  const int product = builder.Activation({1, 3});
  const int difference = builder.Activation({1, 3});
  const int output = builder.Activation({1, 3});
  builder.Operator(BuiltinOperator::MUL, tflite::MulOptionsT(),
                   {constant, input}, {product});
  builder.Operator(BuiltinOperator::SUB, tflite::SubOptionsT(),
                   {product, constant}, {difference});
  builder.Operator(BuiltinOperator::RELU_N1_TO_1, {difference}, {output});
  builder.Output(output);
  EXPECT_EQ(RunFloats(builder, {-7, 1.25f, 1}), (Floats{-1, 0.5f, 0}));
}

TEST(TfliteFloatTest, DataMovement) {
  using Code = BuiltinOperator;
  EXPECT_EQ(RunMovement(Code::TRANSPOSE, {3, 1, 2}, {{2, 0, 1}}),
            (Floats{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(RunMovement(Code::SLICE, {1, 1, 2}, {{0, 1, 1}, {-1, 1, 2}}),
            (Floats{4, 5}));
  EXPECT_EQ(RunMovement(Code::EXPAND_DIMS, {1, 1, 2, 3}, {{0}}), Counting(6));
  EXPECT_EQ(RunMovement(Code::SQUEEZE, {2, 3}, {}), Counting(6));
}

TEST(TfliteFloatTest, StridedSlices) {
  TfliteBuilder builder;
  const int input = builder.Input({2, 5});
  tflite::StridedSliceOptionsT options;
  options.begin_mask = 2;        // of the second dimension
  options.shrink_axis_mask = 1;  // the first goes
  const int output = builder.Activation({3});
  builder.Operator(BuiltinOperator::STRIDED_SLICE, options,
                   {input, builder.Integers({-1, 3}), builder.Integers({0, -5}),
                    builder.Integers({1, -2})},
                   {output});
  builder.Output(output);
  builder.last_operator().builtin_options.AsStridedSliceOptions()->end_mask = 2;
  EXPECT_EQ(RunFloats(builder, Counting(10)), (Floats{9, 7, 5}));
}

TEST(TfliteFloatTest, SplitUnpackAndPack) {
  TfliteBuilder builder;
  const int input = builder.Input({2, 4});
  const int left = builder.Activation({2, 2});
  const int right = builder.Activation({2, 2});
  builder.Operator(BuiltinOperator::SPLIT, {builder.Integers({1}), input},
                   {left, right});
  const int first = builder.Activation({2});
  const int second = builder.Activation({2});
  tflite::UnpackOptionsT unpack;
  unpack.axis = 0;
  builder.Operator(BuiltinOperator::UNPACK, unpack, {right}, {first, second});
  const int output = builder.Activation({2, 2});
  tflite::PackOptionsT pack;
  pack.axis = -1;
  builder.Operator(BuiltinOperator::PACK, pack, {second, first}, {output});
  builder.Output(output);
  EXPECT_EQ(RunFloats(builder, Counting(8)), (Floats{6, 2, 7, 3}));
}

}  // namespace
}  // namespace octet::converter
