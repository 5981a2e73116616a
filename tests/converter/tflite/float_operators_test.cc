// Operators on floats and plain integers: imported, converted in FP32 and run
// by the engine, against numbers worked out by hand from the format's
// definitions.

#include <gtest/gtest.h>

#include <cmath>

#include "converter/passes/pass_list.h"
#include "converter/tflite/import.h"
#include "tests/converter/node_cases/run_in_engine.h"
#include "tests/converter/tflite/tflite_builder.h"

namespace octet::converter {
namespace {

using Code = tflite::BuiltinOperator;
using tflite::TensorType;
using Floats = std::vector<float>;
using Integers = std::vector<int64_t>;

std::vector<ConstantData> RunModel(const TfliteBuilder& builder,
                                   const std::vector<Floats>& inputs) {
  Result<TfliteImport> imported = ImportTflite(builder.Finish(), "test.tflite");
  EXPECT_TRUE(imported.ok()) << imported.status().message();
  if (!imported.ok()) return {};
  const Status status = RunPasses(imported->graph);
  EXPECT_TRUE(status.ok()) << status.message();
  std::vector<ConstantData> values;
  for (const Floats& input : inputs) {
    values.push_back({DataType::FLOAT32, input, {}});
  }
  const auto outputs = RunInEngine(imported->graph, values);
  EXPECT_TRUE(outputs.ok()) << outputs.status().message();
  return outputs.ok() ? *outputs : std::vector<ConstantData>();
}

void ExpectFloats(const TfliteBuilder& builder,
                  const std::vector<Floats>& inputs, const Floats& expected) {
  const std::vector<ConstantData> outputs = RunModel(builder, inputs);
  ASSERT_EQ(outputs.size(), 1u);
  ASSERT_EQ(outputs[0].floats.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(outputs[0].floats[i], expected[i],
                1e-5 * (1 + std::abs(expected[i])))
        << i;
  }
}

// One operator of one input and constants of integers.
template <typename Options>
TfliteBuilder OneInput(Code code, Options options, const Shape& input,
                       const Shape& output,
                       const std::vector<std::vector<int32_t>>& arguments) {
  TfliteBuilder builder;
  std::vector<int> inputs = {builder.Input(input)};
  for (const auto& argument : arguments) {
    inputs.push_back(builder.Integers(argument));
  }
  const int result = builder.Activation(output);
  builder.Operator(code, options, inputs, {result});
  builder.Output(result);
  return builder;
}

TfliteBuilder OneInput(Code code, const Shape& input, const Shape& output,
                       const std::vector<std::vector<int32_t>>& arguments) {
  TfliteBuilder builder =
      OneInput(code, tflite::LeakyReluOptionsT(), input, output, arguments);
  builder.last_operator().builtin_options.Reset();
  return builder;
}

Floats Counting(int count) {
  Floats values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return values;
}

TEST(TfliteFloatOperatorsTest, FunctionsOfOneValue) {
  const Floats x = {-2.5f, -0.5f, 0.25f, 4};
  struct Case {
    Code code;
    double (*function)(double);
  };
  const Case cases[] = {
      {Code::ABS, [](double v) { return std::fabs(v); }},
      {Code::NEG, [](double v) { return -v; }},
      {Code::EXP, [](double v) { return std::exp(v); }},
      {Code::SIN, [](double v) { return std::sin(v); }},
      {Code::COS, [](double v) { return std::cos(v); }},
      {Code::FLOOR, [](double v) { return std::floor(v); }},
      {Code::CEIL, [](double v) { return std::ceil(v); }},
      {Code::ROUND, [](double v) { return std::nearbyint(v); }},
      {Code::SQUARE, [](double v) { return v * v; }},
      {Code::LOGISTIC, [](double v) { return 1 / (1 + std::exp(-v)); }},
      {Code::TANH, [](double v) { return std::tanh(v); }},
      {Code::ELU, [](double v) { return v < 0 ? std::expm1(v) : v; }},
      {Code::HARD_SWISH,
       [](double v) { return v * std::fmin(std::fmax(v + 3, 0), 6) / 6; }},
      {Code::RELU_0_TO_1,
       [](double v) { return std::fmin(std::fmax(v, 0), 1); }},
      {Code::GELU,
       [](double v) { return v / 2 * (1 + std::erf(v / std::sqrt(2.0))); }},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(tflite::EnumNameBuiltinOperator(test.code));
    Floats expected;
    for (const float v : x) {
      expected.push_back(static_cast<float>(test.function(double{v})));
    }
    ExpectFloats(OneInput(test.code, {1, 4}, {1, 4}, {}), {x}, expected);
  }
  ExpectFloats(OneInput(Code::LOG, {2}, {2}, {}), {{1, 2}}, {0, 0.6931472f});
  ExpectFloats(OneInput(Code::SQRT, {2}, {2}, {}), {{4, 2}}, {2, 1.4142135f});
  ExpectFloats(OneInput(Code::RSQRT, {2}, {2}, {}), {{4, 1}}, {0.5f, 1});
  tflite::LeakyReluOptionsT leaky;
  leaky.alpha = 0.1f;
  ExpectFloats(OneInput(Code::LEAKY_RELU, leaky, {2}, {2}, {}), {{-4, 3}},
               {-0.4f, 3});
}

TEST(TfliteFloatOperatorsTest, FunctionsOfTwoValues) {
  const Floats a = {-2, 3, 5, 0.5f}, b = {4, 3, 2, 2};
  const std::pair<Code, Floats> cases[] = {
      {Code::DIV, {-0.5f, 1, 2.5f, 0.25f}},
      {Code::SUB, {-6, 0, 3, -1.5f}},
      {Code::MAXIMUM, {4, 3, 5, 2}},
      {Code::MINIMUM, {-2, 3, 2, 0.5f}},
      {Code::POW, {16, 27, 25, 0.25f}},
      {Code::SQUARED_DIFFERENCE, {36, 0, 9, 2.25f}},
      {Code::PRELU, {-8, 3, 5, 0.5f}},
      {Code::ADD_N, {2, 6, 7, 2.5f}},
  };
  for (const auto& [code, expected] : cases) {
    SCOPED_TRACE(tflite::EnumNameBuiltinOperator(code));
    TfliteBuilder builder;
    const int first = builder.Input({4});
    const int second = builder.Input({4});
    const int output = builder.Activation({4});
    builder.Operator(code, {first, second}, {output});
    builder.Output(output);
    ExpectFloats(builder, {a, b}, expected);
  }
}

TEST(TfliteFloatOperatorsTest, ComparisonsChoose) {
  const std::pair<Code, Floats> cases[] = {
      {Code::LESS, {1, -2, -3}},    {Code::LESS_EQUAL, {1, 2, -3}},
      {Code::GREATER, {-1, -2, 3}}, {Code::GREATER_EQUAL, {-1, 2, 3}},
      {Code::EQUAL, {-1, 2, -3}},   {Code::NOT_EQUAL, {1, -2, 3}},
  };
  for (const auto& [code, expected] : cases) {
    SCOPED_TRACE(tflite::EnumNameBuiltinOperator(code));
    TfliteBuilder builder;
    const int a = builder.Input({3});
    const int truth = builder.Activation({3}, {TensorType::BOOL});
    const int output = builder.Activation({3});
    builder.Operator(code, {a, builder.Floats({1}, {5})}, {truth});
    builder.Operator(Code::SELECT_V2,
                     {truth, builder.Floats({3}, {1, 2, 3}),
                      builder.Floats({3}, {-1, -2, -3})},
                     {output});
    builder.Output(output);
    ExpectFloats(builder, {{4, 5, 6}}, expected);
  }
}

TEST(TfliteFloatOperatorsTest, Reductions) {
  const std::pair<Code, Floats> cases[] = {
      {Code::SUM, {12, 18}},         {Code::MEAN, {3, 4.5f}},
      {Code::REDUCE_MAX, {7, 8}},    {Code::REDUCE_MIN, {0, 1}},
      {Code::REDUCE_PROD, {0, 280}},
  };
  for (const auto& [code, expected] : cases) {
    SCOPED_TRACE(tflite::EnumNameBuiltinOperator(code));
    Floats x = {0, 1, 2, 5, 3, 4, 7, 8};
    if (code == Code::REDUCE_PROD) x[7] = 14;
    ExpectFloats(
        OneInput(code, tflite::ReducerOptionsT(), {2, 2, 2}, {2}, {{0, -2}}),
        {x}, expected);
  }
  ExpectFloats(OneInput(Code::L2_NORMALIZATION, {2, 2}, {2, 2}, {}),
               {{3, 4, 0, -2}}, {0.6f, 0.8f, 0, -1});
  tflite::LocalResponseNormalizationOptionsT lrn;
  lrn.radius = 1;
  lrn.bias = 1;
  lrn.alpha = 0.5f;
  lrn.beta = 1;
  ExpectFloats(OneInput(Code::LOCAL_RESPONSE_NORMALIZATION, lrn, {1, 1, 1, 3},
                        {1, 1, 1, 3}, {}),
               {{1, 2, 3}}, {1 / 3.5f, 2 / 8.0f, 3 / 7.5f});
}

TEST(TfliteFloatOperatorsTest, Softmaxes) {
  tflite::SoftmaxOptionsT options;
  options.beta = 2;
  ExpectFloats(OneInput(Code::SOFTMAX, options, {1, 2}, {1, 2}, {}),
               {{0, 0.5f}},
               {1 / (1 + std::exp(1.0f)), 1 / (1 + std::exp(-1.0f))});
  ExpectFloats(OneInput(Code::LOG_SOFTMAX, {1, 2}, {1, 2}, {}), {{0, 1}},
               {-1.3132617f, -0.3132617f});
}

TEST(TfliteFloatOperatorsTest, Picking) {
  tflite::GatherOptionsT gather;
  gather.axis = 1;
  ExpectFloats(OneInput(Code::GATHER, gather, {2, 3}, {2, 2}, {{2, 0}}),
               {Counting(6)}, {2, 0, 5, 3});
  ExpectFloats(
      OneInput(Code::TILE, {1, 2, 2}, {2, 2, 6}, {{2, 1, 3}}), {Counting(4)},
      {0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3});
  ExpectFloats(OneInput(Code::BROADCAST_TO, {1, 2}, {2, 2}, {{2, 2}}), {{4, 5}},
               {4, 5, 4, 5});
  ExpectFloats(OneInput(Code::REVERSE_V2, {2, 3}, {2, 3}, {{1}}), {Counting(6)},
               {2, 1, 0, 5, 4, 3});
  tflite::MirrorPadOptionsT mirror;
  ExpectFloats(OneInput(Code::MIRROR_PAD, mirror, {3}, {7}, {{2, 2}}),
               {Counting(3)}, {2, 1, 0, 1, 2, 1, 0});
  mirror.mode = tflite::MirrorPadMode::SYMMETRIC;
  ExpectFloats(OneInput(Code::MIRROR_PAD, mirror, {3}, {6}, {{2, 1}}),
               {Counting(3)}, {1, 0, 0, 1, 2, 2});
  tflite::CumsumOptionsT sums;
  sums.exclusive = true;
  ExpectFloats(OneInput(Code::CUMSUM, sums, {2, 3}, {2, 3}, {{1}}),
               {Counting(6)}, {0, 0, 1, 0, 3, 7});
}

TEST(TfliteFloatOperatorsTest, Blocks) {
  tflite::DepthToSpaceOptionsT to_space;
  to_space.block_size = 2;
  ExpectFloats(
      OneInput(Code::DEPTH_TO_SPACE, to_space, {1, 1, 2, 4}, {1, 2, 4, 1}, {}),
      {Counting(8)}, {0, 1, 4, 5, 2, 3, 6, 7});
  tflite::SpaceToDepthOptionsT to_depth;
  to_depth.block_size = 2;
  ExpectFloats(
      OneInput(Code::SPACE_TO_DEPTH, to_depth, {1, 2, 4, 1}, {1, 1, 2, 4}, {}),
      {{0, 1, 4, 5, 2, 3, 6, 7}}, Counting(8));
  // {{0, 1, 2}, {3, 4, 5}} and a column of zeros, in four batches.
  ExpectFloats(OneInput(Code::SPACE_TO_BATCH_ND, {1, 2, 3, 1}, {4, 1, 2, 1},
                        {{2, 2}, {0, 0, 0, 1}}),
               {Counting(6)}, {0, 2, 1, 0, 3, 5, 4, 0});
  TfliteBuilder builder;
  const int input = builder.Input({4, 1, 2, 1});
  const int crops = builder.Constant({2, 2}, std::vector<int32_t>{0, 0, 0, 1},
                                     {TensorType::INT32});
  const int output = builder.Activation({1, 2, 3, 1});
  builder.Operator(Code::BATCH_TO_SPACE_ND,
                   {input, builder.Integers({2, 2}), crops}, {output});
  builder.Output(output);
  ExpectFloats(builder, {{0, 2, 1, 0, 3, 5, 4, 0}}, Counting(6));
}

// Every input spreads {1, 2, 3} over its output: 1 2 3 0 0, 0 0 10 20 30; SAME
// keeps four of five.
TEST(TfliteFloatOperatorsTest, TransposedConvolution) {
  for (const int width : {4, 5, 6}) {
    TfliteBuilder builder;
    const int input = builder.Input({1, 1, 2, 1});
    const int weights = builder.Floats({1, 1, 3, 1}, {1, 2, 3});
    const int output = builder.Activation({1, 1, width, 1});
    tflite::TransposeConvOptionsT options;
    options.stride_h = 1;
    options.stride_w = 2;
    builder.Operator(Code::TRANSPOSE_CONV, options,
                     {builder.Integers({1, 1, width, 1}), weights, input},
                     {output});
    builder.Output(output);
    Floats expected = {1, 2, 13, 20, 30, 0};
    expected.resize(size_t(width));
    SCOPED_TRACE(width);
    ExpectFloats(builder, {{1, 10}}, expected);
  }
}

TEST(TfliteFloatOperatorsTest, BatchMatMul) {
  TfliteBuilder builder;
  const int a = builder.Input({1, 2, 1});
  const int b = builder.Input({1, 3, 2});
  const int output = builder.Activation({1, 1, 3});
  tflite::BatchMatMulOptionsT options;
  options.adj_x = options.adj_y = true;
  builder.Operator(Code::BATCH_MATMUL, options, {a, b}, {output});
  builder.Output(output);
  ExpectFloats(builder, {{1, 10}, {1, 2, 3, 4, 5, 6}}, {21, 43, 65});
}

TEST(TfliteFloatOperatorsTest, Resizing) {
  tflite::ResizeBilinearOptionsT bilinear;
  ExpectFloats(OneInput(Code::RESIZE_BILINEAR, bilinear, {1, 1, 2, 1},
                        {1, 1, 4, 1}, {{1, 4}}),
               {{0, 4}}, {0, 2, 4, 4});
  bilinear.align_corners = true;
  ExpectFloats(OneInput(Code::RESIZE_BILINEAR, bilinear, {1, 1, 2, 1},
                        {1, 1, 5, 1}, {{1, 5}}),
               {{0, 4}}, {0, 1, 2, 3, 4});
  bilinear.align_corners = false;
  bilinear.half_pixel_centers = true;
  ExpectFloats(OneInput(Code::RESIZE_BILINEAR, bilinear, {1, 1, 2, 1},
                        {1, 1, 4, 1}, {{1, 4}}),
               {{0, 4}}, {0, 1, 3, 4});
  tflite::ResizeNearestNeighborOptionsT nearest;
  ExpectFloats(OneInput(Code::RESIZE_NEAREST_NEIGHBOR, nearest, {1, 1, 2, 1},
                        {1, 1, 5, 1}, {{1, 5}}),
               {{0, 4}}, {0, 0, 0, 4, 4});
}

TEST(TfliteFloatOperatorsTest, IndicesAndTheirTypes) {
  TfliteBuilder builder;
  const int input = builder.Input({2, 3});
  const int best = builder.Activation({2}, {TensorType::INT32});
  builder.Operator(Code::ARG_MAX, {input, builder.Integers({-1})}, {best});
  builder.Output(best);
  const int as_float = builder.Activation({2});
  builder.Operator(Code::CAST, {best}, {as_float});
  builder.Output(as_float);
  const int values = builder.Activation({2, 2});
  const int indices = builder.Activation({2, 2}, {TensorType::INT32});
  builder.Operator(Code::TOPK_V2, {input, builder.Integers({2})},
                   {values, indices});
  builder.Output(values);
  builder.Output(indices);
  const auto outputs = RunModel(builder, {{1, 3, 2, 9, 8, 7}});
  ASSERT_EQ(outputs.size(), 4u);
  EXPECT_EQ(outputs[0].integers, (Integers{1, 0}));
  EXPECT_EQ(outputs[1].floats, (Floats{1, 0}));
  EXPECT_EQ(outputs[2].floats, (Floats{3, 2, 9, 8}));
  EXPECT_EQ(outputs[3].integers, (Integers{1, 2, 0, 1}));
}

}  // namespace
}  // namespace octet::converter
