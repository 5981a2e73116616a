// --vary and --shape of .tflite files, whose shapes are static.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "converter/command/convert.h"
#include "octet/session.h"
#include "tests/converter/tflite/tflite_builder.h"
#include "tests/engine/image/temporary_folder.h"
#include "tests/random.h"

namespace octet::converter {
namespace {

using tflite::BuiltinOperator;

constexpr int32_t kChannels = 4;

std::vector<float> Reals(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(0.01f * static_cast<float>(random.Between(-99, 99)));
  }
  return values;
}

std::vector<int8_t> Int8Values(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<int8_t> values;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<int8_t>(random.Between(-127, 127)));
  }
  return values;
}

tflite::Conv2DOptionsT StrideTwo() {
  tflite::Conv2DOptionsT conv;
  conv.padding = tflite::Padding::SAME;
  conv.stride_h = conv.stride_w = 2;
  return conv;
}

// An activation of the shape that an interpreter would have recorded.
class FloatNetwork {
 public:
  // picture {1, 8, 12, 3} - convolution of stride 2, SAME.
  FloatNetwork() {
    const int input = builder_.Input({1, 8, 12, 3});
    last_ = Append(
        BuiltinOperator::CONV_2D, StrideTwo(),
        {input, builder_.Floats({kChannels, 3, 3, 3}, Reals(kChannels * 27, 1)),
         builder_.Floats({kChannels}, Reals(kChannels, 2))},
        {1, 4, 6, kChannels});
  }

  template <typename Options>
  int Append(BuiltinOperator code, Options options, std::vector<int> inputs,
             const Shape& shape) {
    const int output = builder_.Activation(shape);
    builder_.Operator(code, std::move(options), std::move(inputs), {output});
    return output;
  }
  int Append(BuiltinOperator code, std::vector<int> inputs,
             const Shape& shape) {
    const int output = builder_.Activation(shape);
    builder_.Operator(code, std::move(inputs), {output});
    return output;
  }

  TfliteBuilder& builder() { return builder_; }
  int picture() const { return last_; }  // {1, 4, 6, kChannels}

 private:
  TfliteBuilder builder_;
  int last_ = 0;
};

// A head of averages: MEAN, FULLY_CONNECTED.
TfliteBuilder Classifier(bool keep_dims) {
  FloatNetwork net;
  TfliteBuilder& b = net.builder();
  tflite::ReducerOptionsT options;
  options.keep_dims = keep_dims;
  const Shape shape =
      keep_dims ? Shape{1, 1, 1, kChannels} : Shape{1, kChannels};
  int x = net.Append(BuiltinOperator::MEAN, options,
                     {net.picture(), b.Integers({1, 2})}, shape);
  if (keep_dims) {
    tflite::SqueezeOptionsT squeeze;
    squeeze.squeeze_dims = {1, 2};
    x = net.Append(BuiltinOperator::SQUEEZE, squeeze, {x}, {1, kChannels});
  }
  b.Output(net.Append(BuiltinOperator::FULLY_CONNECTED,
                      tflite::FullyConnectedOptionsT(),
                      {x, b.Floats({5, kChannels}, Reals(5 * kChannels, 3)),
                       b.Floats({5}, Reals(5, 4))},
                      {1, 5}));
  return b;
}

// Everything whose output's shape the file records and arguments give.
TfliteBuilder Movements() {
  FloatNetwork net;
  TfliteBuilder& b = net.builder();
  const int32_t c = kChannels;
  // Rows 1 ... end, every second column, all channels: {1, 3, 3, c}.
  tflite::StridedSliceOptionsT slice;
  slice.end_mask = 0xf;
  const int part =
      net.Append(BuiltinOperator::STRIDED_SLICE, slice,
                 {net.picture(), b.Integers({0, 1, 0, 0}),
                  b.Integers({0, 0, 0, 0}), b.Integers({1, 1, 2, 1})},
                 {1, 3, 3, c});
  // Channel 2: {1, 3, 3}.
  tflite::StridedSliceOptionsT channel;
  channel.begin_mask = channel.end_mask = 0x7;
  channel.shrink_axis_mask = 0x8;
  const int plane =
      net.Append(BuiltinOperator::STRIDED_SLICE, channel,
                 {part, b.Integers({0, 0, 0, 2}), b.Integers({0, 0, 0, 3}),
                  b.Integers({1, 1, 1, 1})},
                 {1, 3, 3});
  tflite::PackOptionsT pack;
  pack.axis = 3;
  const int packed =
      net.Append(BuiltinOperator::PACK, pack, {plane, plane}, {1, 3, 3, 2});
  const int expanded = net.Append(BuiltinOperator::EXPAND_DIMS,
                                  {plane, b.Integers({-1})}, {1, 3, 3, 1});
  tflite::ConcatenationOptionsT concat;
  concat.axis = 3;
  const int joined = net.Append(BuiltinOperator::CONCATENATION, concat,
                                {part, packed, expanded}, {1, 3, 3, c + 3});
  // {n, h * w, channels}
  tflite::ReshapeOptionsT reshape;
  const int rows =
      net.Append(BuiltinOperator::RESHAPE, reshape,
                 {joined, b.Integers({1, -1, c + 3})}, {1, 9, c + 3});
  b.Output(rows);
  tflite::ReducerOptionsT columns;
  b.Output(net.Append(BuiltinOperator::REDUCE_MAX, columns,
                      {joined, b.Integers({2})}, {1, 3, c + 3}));
  b.Output(net.Append(BuiltinOperator::ARG_MAX, {joined, b.Integers({3})},
                      {1, 3, 3}));
  b.tensor(b.graph().outputs.back()).type = tflite::TensorType::INT32;
  return b;
}

// What a converter writes of a network whose sizes it does not know: the
// picture at twice its size, and flattened by numbers that are computed.
TfliteBuilder ComputedShapes() {
  FloatNetwork net;
  TfliteBuilder& b = net.builder();
  const TestStorage int32 = {tflite::TensorType::INT32};
  const auto integers = [&](const Shape& shape) {
    return b.Activation(shape, int32);
  };
  const auto one_of = [&](int shape, int axis) {
    tflite::StridedSliceOptionsT options;
    options.shrink_axis_mask = 1;
    const int number = integers(Shape{});
    b.Operator(
        BuiltinOperator::STRIDED_SLICE, options,
        {shape, b.Integers({axis}), b.Integers({axis + 1}), b.Integers({1})},
        {number});
    return number;
  };
  const auto shape_of = [&](int tensor) {
    const int shape = integers({4});
    b.Operator(BuiltinOperator::SHAPE, {tensor}, {shape});
    return shape;
  };
  const int shape = shape_of(net.picture());
  const int size = integers({2});
  b.Operator(BuiltinOperator::STRIDED_SLICE, tflite::StridedSliceOptionsT(),
             {shape, b.Integers({1}), b.Integers({3}), b.Integers({1})},
             {size});
  const int twice = integers({2});
  b.Operator(BuiltinOperator::MUL, tflite::MulOptionsT(),
             {size, b.Integers({2, 2})}, {twice});
  const int large = net.Append(BuiltinOperator::RESIZE_NEAREST_NEIGHBOR,
                               tflite::ResizeNearestNeighborOptionsT(),
                               {net.picture(), twice}, {1, 8, 12, kChannels});
  const int target = integers({3});
  const int rest = b.Constant(Shape{}, std::vector<int32_t>{-1}, int32);
  const int channels =
      b.Constant(Shape{}, std::vector<int32_t>{kChannels}, int32);
  b.Operator(BuiltinOperator::PACK, tflite::PackOptionsT(),
             {one_of(shape_of(large), 0), rest, channels}, {target});
  b.Output(net.Append(BuiltinOperator::RESHAPE, tflite::ReshapeOptionsT(),
                      {large, target}, {1, 96, kChannels}));
  return b;
}

// Integers: convolution - MEAN over the picture, with another scale - RESHAPE -
// FULLY_CONNECTED.
TfliteBuilder QuantizedClassifier(tflite::TensorType type) {
  TfliteBuilder b;
  const bool is_uint8 = type == tflite::TensorType::UINT8;
  const auto storage = [&](float scale, int64_t zero_point) {
    return TestStorage{type, {scale}, {zero_point + (is_uint8 ? 128 : 0)}};
  };
  const TestStorage weights = storage(0.02f, is_uint8 ? 3 : 0);
  const auto bias = [](float scale) {
    return TestStorage{tflite::TensorType::INT32, {scale}, {0}};
  };
  const int input = b.Input({1, 8, 12, 3}, storage(0.01f, -3));
  const int features = b.Activation({1, 4, 6, kChannels}, storage(0.05f, 7));
  b.Operator(BuiltinOperator::CONV_2D, StrideTwo(),
             {input,
              b.Constant(Shape{kChannels, 3, 3, 3},
                         Int8Values(kChannels * 27, 1), weights),
              b.Constant(Shape{kChannels}, std::vector<int32_t>{9, -70, 800, 0},
                         bias(0.01f * 0.02f))},
             {features});
  const int mean = b.Activation({1, kChannels}, storage(0.017f, -9));
  b.Operator(BuiltinOperator::MEAN, tflite::ReducerOptionsT(),
             {features, b.Integers({1, 2})}, {mean});
  const int flat = b.Activation({1, kChannels}, storage(0.017f, -9));
  b.Operator(BuiltinOperator::RESHAPE, tflite::ReshapeOptionsT(),
             {mean, b.Integers({-1, kChannels})}, {flat});
  const int logits = b.Activation({1, 5}, storage(0.03f, 1));
  b.Operator(
      BuiltinOperator::FULLY_CONNECTED, tflite::FullyConnectedOptionsT(),
      {flat,
       b.Constant(Shape{5, kChannels}, Int8Values(5 * kChannels, 2), weights),
       b.Constant(Shape{5}, std::vector<int32_t>{1, 2, 3, 4, 5},
                  bias(0.017f * 0.02f))},
      {logits});
  b.Output(logits);
  return b;
}

// To a size that is in the file.
TfliteBuilder FixedResize() {
  FloatNetwork net;
  TfliteBuilder& b = net.builder();
  b.Output(net.Append(
      BuiltinOperator::RESIZE_BILINEAR, tflite::ResizeBilinearOptionsT(),
      {net.picture(), b.Integers({8, 12})}, {1, 8, 12, kChannels}));
  return b;
}

// A window of the picture's size.
TfliteBuilder FixedAverage() {
  FloatNetwork net;
  TfliteBuilder& b = net.builder();
  tflite::Pool2DOptionsT pool;
  pool.padding = tflite::Padding::VALID;
  pool.stride_h = pool.stride_w = 1;
  pool.filter_height = 4;
  pool.filter_width = 6;
  const int x = net.Append(BuiltinOperator::AVERAGE_POOL_2D, pool,
                           {net.picture()}, {1, 1, 1, kChannels});
  b.Output(net.Append(BuiltinOperator::RESHAPE, tflite::ReshapeOptionsT(),
                      {x, b.Integers({1, kChannels})}, {1, kChannels}));
  return b;
}

class VaryingTfliteTest : public ::testing::Test {
 protected:
  Status ConvertWith(const TfliteBuilder& builder,
                     const std::vector<std::string>& shapes,
                     const std::vector<std::string>& vary, bool quantized) {
    const std::string bytes = builder.Finish();
    ConvertOptions options;
    options.model_path = folder_.Write(
        "network.tflite",
        {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    options.output_path = output_;
    options.given = {"model", "output", "shape", "vary"};
    options.shapes = shapes;
    options.vary = vary;
    options.num_threads = 1;
    options.precision.all_float = !quantized;
    ::testing::internal::CaptureStdout();
    const Status status = Convert(options);
    ::testing::internal::GetCapturedStdout();
    return status;
  }

  std::shared_ptr<const Model> LoadOutput() {
    auto model = Model::Load(output_);
    EXPECT_TRUE(model.ok()) << model.status().message();
    return model.ok() ? *model : nullptr;
  }

  // All outputs, one behind the other.
  static std::vector<float> RunAt(std::shared_ptr<const Model> model,
                                  const Shape& shape) {
    auto session = Session::Create(std::move(model));
    EXPECT_TRUE(session.ok());
    const Status status = (*session)->Resize(0, shape);
    EXPECT_TRUE(status.ok()) << status.message();
    if (!status.ok()) return {};
    const std::vector<float> input = Reals(shape.NumElements(), 9);
    EXPECT_TRUE((*session)->SetInput(0, input.data(), input.size()).ok());
    EXPECT_TRUE((*session)->Run().ok());
    std::vector<float> all;
    for (size_t i = 0; i < (*session)->outputs().size(); ++i) {
      std::vector<float> output((*session)->outputs()[i].NumElements());
      EXPECT_TRUE((*session)->GetOutput(i, output.data(), output.size()).ok());
      all.insert(all.end(), output.begin(), output.end());
    }
    return all;
  }

  void ExpectAsConverted(const TfliteBuilder& builder, bool quantized,
                         const std::string& vary) {
    Status status = ConvertWith(builder, {}, {vary}, quantized);
    ASSERT_TRUE(status.ok()) << status.message();
    const auto varying = LoadOutput();
    for (const Shape& shape :
         {Shape{1, 4, 40, 3}, Shape{1, 24, 8, 3}, Shape{1, 8, 12, 3}}) {
      const std::string fixed = "tensor_0=1," + std::to_string(shape[1]) + "," +
                                std::to_string(shape[2]) + ",3";
      status = ConvertWith(builder, {fixed}, {}, quantized);
      ASSERT_TRUE(status.ok()) << status.message();
      EXPECT_EQ(RunAt(varying, shape), RunAt(LoadOutput(), shape))
          << shape.ToString();
    }
  }

  void ExpectRefused(const TfliteBuilder& builder,
                     const std::vector<std::string>& shapes,
                     const std::string& vary, const std::string& part) {
    std::vector<std::string> all;
    if (!vary.empty()) all.push_back(vary);
    const Status status = ConvertWith(builder, shapes, all, false);
    EXPECT_FALSE(status.ok());
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  }

  octet::testing::TemporaryFolder folder_;
  const std::string output_ = folder_.Path("network.octet");
};

constexpr char kPicture[] = "tensor_0=1,4..40/4,4..40/4,3";

TEST_F(VaryingTfliteTest, FloatsAreWhatIsConvertedAtThatSize) {
  ExpectAsConverted(Classifier(false), false, kPicture);
  ExpectAsConverted(Classifier(true), false, kPicture);
  ExpectAsConverted(Movements(), false, kPicture);
  ExpectAsConverted(ComputedShapes(), false, kPicture);
}

TEST_F(VaryingTfliteTest, IntegersAreWhatIsConvertedAtThatSize) {
  ExpectAsConverted(QuantizedClassifier(tflite::TensorType::INT8), true,
                    kPicture);
  ExpectAsConverted(QuantizedClassifier(tflite::TensorType::UINT8), true,
                    kPicture);
}

TEST_F(VaryingTfliteTest, TheBatchMayVary) {
  for (const bool quantized : {false, true}) {
    const TfliteBuilder builder =
        quantized ? QuantizedClassifier(tflite::TensorType::INT8)
                  : Classifier(false);
    const Status status =
        ConvertWith(builder, {}, {"tensor_0=1..8,8,12,3"}, quantized);
    ASSERT_TRUE(status.ok()) << status.message();
    const std::vector<float> one = RunAt(LoadOutput(), {1, 8, 12, 3});
    const std::vector<float> three = RunAt(LoadOutput(), {3, 8, 12, 3});
    ASSERT_EQ(three.size(), 3 * one.size());
    EXPECT_TRUE(std::equal(one.begin(), one.end(), three.begin()));
  }
}

TEST_F(VaryingTfliteTest, WhatTheFileFixesIsRefused) {
  // Pads of SAME differ for odd sizes.
  ExpectRefused(Classifier(false), {}, "tensor_0=1,8..12,12,3",
                "depends on the size");
  ExpectRefused(FixedResize(), {}, kPicture, "with tensor_0");
  ExpectRefused(FixedAverage(), {}, kPicture, "with tensor_0");
  const Status batch =
      ConvertWith(ComputedShapes(), {}, {"tensor_0=1..4,8,12,3"}, false);
  EXPECT_TRUE(batch.ok()) << batch.message();
  ExpectRefused(FixedAverage(), {}, "tensor_0=1..2,8,12,3", "RESHAPE");
  ExpectRefused(Classifier(false), {}, "tensor_7=1..2,8,12,3", "no input");
}

TEST_F(VaryingTfliteTest, ShapesMustFitTheInput) {
  ExpectRefused(Classifier(false), {"other=1,8,12,3"}, "",
                "there is no input 'other'");
  ExpectRefused(Classifier(false), {"tensor_0=8,12,3"}, "", "[1, 8, 12, 3]");
  ExpectRefused(Classifier(false), {"tensor_0=1,8,12,4"}, "", "CONV_2D");
}

}  // namespace
}  // namespace octet::converter
