// Quantized networks keep their integers: each operator against the naive walk
// over the file, in int8 and uint8.

#include "converter/tflite/quantized_model.h"

#include <gtest/gtest.h>

#include "tests/converter/tflite/quantized_check.h"
#include "tests/converter/tflite/tflite_builder.h"
#include "tests/test_seed.h"

namespace octet::converter {
namespace {

using tflite::BuiltinOperator;
using tflite::TensorType;

class QuantizedModelTest : public testing::TestWithParam<TensorType> {
 protected:
  // The zero point is that of int8.
  static TestStorage Storage(float scale, int64_t zero_point) {
    const bool is_uint8 = GetParam() == TensorType::UINT8;
    return {GetParam(), {scale}, {zero_point + (is_uint8 ? 128 : 0)}};
  }
};

std::string TypeName(const testing::TestParamInfo<TensorType>& type) {
  return tflite::EnumNameTensorType(type.param);
}

INSTANTIATE_TEST_SUITE_P(Types, QuantizedModelTest,
                         testing::Values(TensorType::INT8, TensorType::UINT8),
                         TypeName);

TEST_P(QuantizedModelTest, SmallClassifier) {
  for (uint32_t seed = 0; seed < 5; ++seed) {
    ExpectMatchesReference(SmallClassifier(GetParam(), seed).Finish(),
                           TestSeed() + seed);
  }
}

TEST_P(QuantizedModelTest, MaxPoolAndPad) {
  TfliteBuilder builder;
  const int input = builder.Input({2, 6, 7, 3}, Storage(0.1f, -7));
  const int pads =
      builder.Constant({4, 2}, std::vector<int32_t>{0, 0, 1, 2, 0, 3, 0, 0},
                       {TensorType::INT32});
  const int padded = builder.Activation({2, 9, 10, 3}, Storage(0.1f, -7));
  builder.Operator(BuiltinOperator::PAD, {input, pads}, {padded});
  tflite::Pool2DOptionsT pool;
  pool.padding = tflite::Padding::VALID;
  pool.filter_height = 3;
  pool.filter_width = 2;
  pool.stride_h = pool.stride_w = 2;
  pool.fused_activation_function = tflite::Activation::RELU;
  const int output = builder.Activation({2, 4, 5, 3}, Storage(0.1f, -7));
  builder.Operator(BuiltinOperator::MAX_POOL_2D, pool, {padded}, {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

TEST_P(QuantizedModelTest, MeanIsRequantized) {
  for (const bool keep_dims : {false, true}) {
    TfliteBuilder builder;
    const int input = builder.Input({2, 7, 6, 3}, Storage(0.1f, 20));
    const Shape shape = keep_dims ? Shape{2, 1, 1, 3} : Shape{2, 3};
    const int output = builder.Activation(shape, Storage(0.06f, -11));
    tflite::ReducerOptionsT options;
    options.keep_dims = keep_dims;
    builder.Operator(BuiltinOperator::MEAN, options,
                     {input, builder.Integers({2, -3})}, {output});
    builder.Output(output);
    ExpectMatchesReference(builder.Finish(), TestSeed());
  }
}

TEST_P(QuantizedModelTest, MeanOverOtherAxes) {
  struct Case {
    std::vector<int32_t> axes;
    Shape output;
  };
  for (const Case& test :
       {Case{{3}, {2, 7, 6}}, Case{{0}, {7, 6, 3}}, Case{{0, 1, 2, 3}, {}},
        Case{{3, 1}, {2, 6}}, Case{{1, 2, 3}, {2}}}) {
    TfliteBuilder builder;
    const int input = builder.Input({2, 7, 6, 3}, Storage(0.1f, 20));
    const int output = builder.Activation(test.output, Storage(0.06f, -11));
    builder.Operator(BuiltinOperator::MEAN, tflite::ReducerOptionsT(),
                     {input, builder.Integers(test.axes)}, {output});
    builder.Output(output);
    SCOPED_TRACE(test.output.ToString());
    ExpectMatchesReference(builder.Finish(), TestSeed());
  }
}

// Inputs of each pair of shapes, one of which is repeated.
template <typename Options>
void TestBinary(BuiltinOperator code, const TestStorage& a,
                const TestStorage& b, const TestStorage& to) {
  const Shape shapes[][3] = {{{2, 5, 7}, {2, 5, 7}, {2, 5, 7}},
                             {{2, 5, 7}, {7}, {2, 5, 7}},
                             {{1, 4, 1, 300}, {2, 1, 5, 300}, {2, 4, 5, 300}},
                             {{1, 1}, {6, 5}, {6, 5}}};
  for (const auto activation :
       {tflite::Activation::NONE, tflite::Activation::RELU6}) {
    for (const auto& shape : shapes) {
      TfliteBuilder builder;
      const int first = builder.Input(shape[0], a);
      const int second = builder.Input(shape[1], b);
      const int output = builder.Activation(shape[2], to);
      Options options;
      options.fused_activation_function = activation;
      builder.Operator(code, options, {first, second}, {output});
      builder.Output(output);
      SCOPED_TRACE(shape[2].ToString());
      ExpectMatchesReference(builder.Finish(), TestSeed());
    }
  }
}

TEST_P(QuantizedModelTest, SumsDifferencesAndProducts) {
  for (const float scale : {0.013f, 0.2f}) {
    TestBinary<tflite::AddOptionsT>(BuiltinOperator::ADD, Storage(0.1f, 20),
                                    Storage(scale, -3), Storage(0.12f, -60));
    TestBinary<tflite::SubOptionsT>(BuiltinOperator::SUB, Storage(0.1f, 20),
                                    Storage(scale, -3), Storage(0.12f, -60));
    TestBinary<tflite::MulOptionsT>(BuiltinOperator::MUL, Storage(0.1f, 20),
                                    Storage(scale, -3),
                                    Storage(scale * 3, -60));
  }
}

TEST_P(QuantizedModelTest, ConstantFactorsAndSubtrahends) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 4, 5, 3}, Storage(0.1f, 20));
  const int constant = builder.Constant({3}, std::vector<int8_t>{-100, 0, 77},
                                        Storage(0.02f, 5));
  const int product = builder.Activation({1, 4, 5, 3}, Storage(0.12f, 0));
  const int output = builder.Activation({1, 4, 5, 3}, Storage(0.12f, 0));
  builder.Operator(BuiltinOperator::MUL, tflite::MulOptionsT(),
                   {input, constant}, {product});
  builder.Operator(BuiltinOperator::SUB, tflite::SubOptionsT(),
                   {constant, product}, {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

// To larger and smaller pictures, with each meaning of a position.
template <typename Options>
void TestResize(BuiltinOperator code, const TestStorage& storage) {
  for (const auto& [from, to] :
       {std::pair<Shape, Shape>{{2, 5, 4, 3}, {2, 9, 10, 3}},
        std::pair<Shape, Shape>{{1, 9, 7, 2}, {1, 4, 7, 2}},
        std::pair<Shape, Shape>{{1, 1, 1, 5}, {1, 90, 33, 5}},
        std::pair<Shape, Shape>{{1, 65, 3, 1}, {1, 129, 1, 1}}}) {
    for (const int mode : {0, 1, 2}) {
      TfliteBuilder builder;
      const int input = builder.Input(from, storage);
      const int output = builder.Activation(to, storage);
      Options options;
      options.align_corners = mode == 1;
      options.half_pixel_centers = mode == 2;
      builder.Operator(code, options, {input, builder.Integers({to[1], to[2]})},
                       {output});
      builder.Output(output);
      SCOPED_TRACE(to.ToString() + ", mode " + std::to_string(mode));
      ExpectMatchesReference(builder.Finish(), TestSeed());
    }
  }
}

TEST_P(QuantizedModelTest, Resizing) {
  TestResize<tflite::ResizeBilinearOptionsT>(BuiltinOperator::RESIZE_BILINEAR,
                                             Storage(0.1f, 20));
  TestResize<tflite::ResizeNearestNeighborOptionsT>(
      BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, Storage(0.1f, 20));
}

TEST_P(QuantizedModelTest, ArgMaxGivesIntegers) {
  for (const int32_t axis : {1, -1}) {
    TfliteBuilder builder;
    const int input = builder.Input({2, 4, 5}, Storage(0.1f, 20));
    const Shape shape = axis == 1 ? Shape{2, 5} : Shape{2, 4};
    const int output = builder.Activation(shape, {TensorType::INT64});
    builder.Operator(BuiltinOperator::ARG_MAX,
                     {input, builder.Integers({axis})}, {output});
    builder.Output(output);
    // Something quantized, by which the file is known as such.
    const int flat = builder.Activation({40}, Storage(0.1f, 20));
    builder.Operator(BuiltinOperator::RESHAPE, {input}, {flat});
    ExpectMatchesReference(builder.Finish(), TestSeed());
  }
}

TEST_P(QuantizedModelTest, SoftmaxWithBeta) {
  TfliteBuilder builder;
  const int input = builder.Input({4, 20}, Storage(0.1f, 20));
  const int output = builder.Activation({4, 20}, Storage(1.0f / 256, -128));
  tflite::SoftmaxOptionsT options;
  options.beta = 0.37f;
  builder.Operator(BuiltinOperator::SOFTMAX, options, {input}, {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

TEST_P(QuantizedModelTest, ConcatRescalesWhatDiffers) {
  TfliteBuilder builder;
  const int a = builder.Input({1, 3, 4, 2}, Storage(0.1f, 20));
  const int b = builder.Input({1, 3, 4, 5}, Storage(0.037f, -100));
  const int c = builder.Input({1, 3, 4, 1}, Storage(0.3f, 127));
  const int output = builder.Activation({1, 3, 4, 8}, Storage(0.1f, 20));
  tflite::ConcatenationOptionsT options;
  options.axis = -1;
  builder.Operator(BuiltinOperator::CONCATENATION, options, {a, b, c},
                   {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

TEST_P(QuantizedModelTest, ReshapeKeepsTheBytesWhateverTheScales) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 2, 3}, Storage(0.1f, 20));
  const int output = builder.Activation({6}, Storage(0.2f, -3));
  builder.Operator(BuiltinOperator::RESHAPE, {input}, {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

TEST_P(QuantizedModelTest, ConstantOperandsAreRepeated) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 4, 5, 3}, Storage(0.1f, 20));
  const int constant = builder.Constant({3}, std::vector<int8_t>{-100, 0, 77},
                                        Storage(0.02f, 5));
  const int output = builder.Activation({1, 4, 5, 3}, Storage(0.12f, 0));
  builder.Operator(BuiltinOperator::ADD, tflite::AddOptionsT(),
                   {constant, input}, {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

TEST_P(QuantizedModelTest, LayersWithoutBias) {
  TfliteBuilder builder;
  const int input = builder.Input({3, 4}, Storage(0.1f, 20));
  const int weights =
      builder.Constant({2, 4}, std::vector<int8_t>{1, -2, 33, 4, 100, 0, 7, -8},
                       Storage(0.02f, 0));
  const int output = builder.Activation({3, 2}, Storage(0.12f, 0));
  builder.Operator(BuiltinOperator::FULLY_CONNECTED,
                   tflite::FullyConnectedOptionsT(), {input, weights, -1},
                   {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

TEST_P(QuantizedModelTest, DepthMultiplier) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 5, 4, 3}, Storage(0.1f, 20));
  std::vector<int8_t> values;
  for (int i = 0; i < 54; ++i) values.push_back(static_cast<int8_t>(i * 29));
  const int weights = builder.Constant({1, 3, 3, 6}, values, Storage(0.02f, 0));
  const int output = builder.Activation({1, 3, 2, 6}, Storage(0.9f, 0));
  tflite::DepthwiseConv2DOptionsT options;
  options.stride_h = options.stride_w = 2;
  builder.Operator(BuiltinOperator::DEPTHWISE_CONV_2D, options,
                   {input, weights}, {output});
  builder.Output(output);
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

// Every value through a function.
TEST_P(QuantizedModelTest, Functions) {
  for (const BuiltinOperator code :
       {BuiltinOperator::LOGISTIC, BuiltinOperator::TANH, BuiltinOperator::ELU,
        BuiltinOperator::HARD_SWISH, BuiltinOperator::LEAKY_RELU}) {
    for (const float scale : {0.003f, 0.05f, 0.4f}) {
      TfliteBuilder builder;
      const int input = builder.Input({8, 500}, Storage(scale, 20));
      const bool to_one =
          code == BuiltinOperator::LOGISTIC || code == BuiltinOperator::TANH;
      const int output =
          builder.Activation({8, 500}, to_one ? Storage(1.0f / 200, -90)
                                              : Storage(scale * 0.9f, -100));
      builder.Operator(code, {input}, {output});
      if (code == BuiltinOperator::LEAKY_RELU) {
        tflite::LeakyReluOptionsT options;
        options.alpha = 0.3f;
        builder.last_operator().builtin_options.Set(std::move(options));
      }
      builder.Output(output);
      SCOPED_TRACE(tflite::EnumNameBuiltinOperator(code));
      ExpectMatchesReference(builder.Finish(), TestSeed());
    }
  }
}

TEST(QuantizedLayerTest, ScalesOfChannelsMayBeNegative) {
  TfliteBuilder builder = SmallClassifier(TensorType::INT8, 3);
  for (const int weights : {2, 5}) {
    builder.tensor(weights).quantization->scale[1] *= -1;
    builder.tensor(weights).quantization->scale[4] *= -1;
  }
  ExpectMatchesReference(builder.Finish(), TestSeed());
}

TEST(QuantizedBorderTest, QuantizeBetweenTypes) {
  // The same numbers: nothing is left to do. Others: they are scaled.
  for (const float scale : {0.1f, 0.07f}) {
    TfliteBuilder builder;
    const int input = builder.Input({1, 6}, Uint8(0.1f, 100));
    const int middle = builder.Activation({1, 6}, Int8(scale, -28));
    const int output = builder.Activation({1, 6}, Uint8(0.2f, 3));
    builder.Operator(BuiltinOperator::QUANTIZE, {input}, {middle});
    builder.Operator(BuiltinOperator::QUANTIZE, {middle}, {output});
    // An operator of its own, so that the network counts as quantized.
    const int flat = builder.Activation({6}, Uint8(0.2f, 3));
    builder.Operator(BuiltinOperator::RESHAPE, {output}, {flat});
    builder.Output(flat);
    const std::string bytes = builder.Finish();
    ExpectMatchesReference(bytes, TestSeed());
    const auto octet = ConvertTflite(bytes);
    ASSERT_TRUE(octet.ok());
    EXPECT_EQ(schema::GetModel(octet->data())->operators()->size(),
              scale == 0.1f ? 2u : 3u);
  }
}

TEST(QuantizedBorderTest, FloatsAtTheBorderAreLeftToTheApplication) {
  TfliteBuilder builder;
  const int input = builder.Input({1, 4});
  const int q = builder.Activation({1, 4}, Int8(0.1f, 4));
  const int scores = builder.Activation({1, 4}, Int8(1.0f / 256, -128));
  const int output = builder.Activation({1, 4});
  builder.Operator(BuiltinOperator::QUANTIZE, {input}, {q});
  tflite::SoftmaxOptionsT softmax;
  softmax.beta = 1.0f;
  builder.Operator(BuiltinOperator::SOFTMAX, softmax, {q}, {scores});
  builder.Operator(BuiltinOperator::DEQUANTIZE, {scores}, {output});
  builder.Output(output);
  const auto octet = ConvertTflite(builder.Finish());
  ASSERT_TRUE(octet.ok()) << octet.status().message();
  const schema::Model& model = *schema::GetModel(octet->data());
  EXPECT_EQ(model.operators()->size(), 1u);
  const auto& first = *model.tensors()->Get(model.inputs()->Get(0));
  EXPECT_EQ(first.name()->str(), "tensor_0");
  EXPECT_EQ(first.quantization()->scale()->Get(0), 0.1f);
  EXPECT_EQ(first.quantization()->zero_point(), 4);
  const auto& last = *model.tensors()->Get(model.outputs()->Get(0));
  EXPECT_EQ(last.name()->str(), "tensor_3");
}

TEST(QuantizedRefusalTest, FloatsInTheMiddleAndOtherBlockersAreListed) {
  TfliteBuilder builder = SmallClassifier(TensorType::INT8, 0);
  const int floats = builder.Activation({1, 6});
  const int more = builder.Activation({1, 6});
  const int scores = builder.graph().outputs[0];
  builder.Operator(BuiltinOperator::DEQUANTIZE, {scores}, {floats});
  builder.Operator(BuiltinOperator::RELU, {floats}, {more});
  builder.graph().outputs = {more};
  // The softmax's output has another scale than every softmax's.
  builder.tensor(scores).quantization->scale = {0.01f};
  const std::string message = RefusalOf(builder.Finish());
  EXPECT_NE(message.find("(SOFTMAX): its output must have the scale 1/256"),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("(RELU): 'tensor_"), std::string::npos) << message;
}

}  // namespace
}  // namespace octet::converter
