// Layers of INT8 with a FLOAT32 output: on every instruction set and several
// divisions into parts, the bits of float(accumulator) * scale; and what a file
// with such a layer must fulfil.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>

#include "engine/model_contents.h"
#include "engine/plan.h"
#include "octet/model.h"
#include "tests/engine/damaged_file.h"
#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/kernels/layer_data.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Case {
  const char* name;
  Shape input;
  int32_t output_channels;
  int groups;
  Window2dParams window;
  bool per_channel = true;
  float min = -kInfinity, max = kInfinity;
};

// A layer, and a scale for each channel or one for all.
struct FloatLayer {
  reference::WeightedLayer layer;
  std::vector<float> scale;
};

FloatLayer RandomFloatLayer(const Shape& weights, int zero_point,
                            bool per_channel, Random& random) {
  FloatLayer result;
  result.layer = RandomLayer({.input_zero_point = zero_point}, weights, random);
  // Channel 0: an accumulator that float holds only rounded.
  result.layer.bias[0] = 0x7000003;
  const size_t scales =
      per_channel ? static_cast<size_t>(weights[0]) : size_t{1};
  for (size_t c = 0; c < scales; ++c) {
    result.scale.push_back(1e-5f * static_cast<float>(random.Between(1, 9999)));
  }
  return result;
}

std::vector<float> Expected(const FloatLayer& layer,
                            const std::vector<int64_t>& sums, float min,
                            float max) {
  std::vector<float> outputs;
  const std::vector<int32_t>& bias = layer.layer.bias;
  for (size_t i = 0; i < sums.size(); ++i) {
    const size_t c = i % bias.size();
    const int64_t accumulator = sums[i] + bias[c];
    const float scale = layer.scale[layer.scale.size() == 1 ? 0 : c];
    const float real = static_cast<float>(accumulator) * scale;
    outputs.push_back(std::clamp(real, min, max));
  }
  return outputs;
}

int AppendBias(ModelBuilder& builder, const FloatLayer& layer) {
  const int tensor = builder.Bias(layer.layer.bias);
  auto quantization = std::make_unique<schema::QuantizationT>();
  quantization->scale = layer.scale;
  quantization->axis = layer.scale.size() == 1 ? -1 : 0;
  builder.model().tensors.back()->quantization = std::move(quantization);
  return tensor;
}

std::unique_ptr<schema::FloatClamp> MakeClamp(float min, float max) {
  if (min == -kInfinity && max == kInfinity) return nullptr;
  return std::make_unique<schema::FloatClamp>(min, max);
}

int AppendConv(ModelBuilder& builder, const Case& test, const FloatLayer& layer,
               int input, const Shape& output) {
  schema::Conv2dT conv;
  conv.window = std::make_unique<schema::Window2d>(ToSchema(test.window));
  conv.groups = test.groups;
  conv.float_clamp = MakeClamp(test.min, test.max);
  const int weights = builder.Weights(layer.layer.weights);
  const int bias = AppendBias(builder, layer);
  return builder.Operator(std::move(conv), {input, weights, bias}, output,
                          schema::DataType::FLOAT32);
}

void TestConv(const Case& test) {
  for (const int zero_point : {-128, -3, 127}) {
    Random random(CaseSeed(test.name));
    const FloatLayer layer =
        RandomFloatLayer({test.output_channels, test.window.kernel_h,
                          test.window.kernel_w, test.input[3] / test.groups},
                         zero_point, test.per_channel, random);
    const reference::Tensor input = {
        test.input, RandomValues(test.input.NumElements(), random)};
    ModelBuilder builder;
    const int from = builder.Input(test.input, {0.5f, zero_point});
    builder.Output(AppendConv(builder, test, layer, from,
                              reference::WindowedShape(test.window, test.input,
                                                       test.output_channels)));
    const std::vector<float> expected = Expected(
        layer,
        reference::Conv2dSums(layer.layer, test.window, test.groups, input),
        test.min, test.max);
    ExpectBytes(builder.Finish(), {BytesOf(input.data)}, {BytesOf(expected)},
                std::string(test.name) + "; " + ReplayHint());
  }
}

const Window2dParams kSame3x3 = {3, 3, 1, 1, 1, 1, 1, 1, 1, 1};

TEST(FloatOutputTest, Conv2d) {
  TestConv({"pointwise", {1, 7, 5, 24}, 40, 1, {}});
  TestConv({"one pixel", {1, 1, 1, 70}, 100, 1, {}});
  TestConv({"one channel", {3, 1, 1, 9}, 1, 1, {}});
  TestConv({"3x3", {1, 9, 11, 8}, 19, 1, kSame3x3});
  TestConv({"winograd's window", {1, 16, 16, 32}, 32, 1, kSame3x3});
  TestConv({"gathered", {1, 7, 7, 64}, 96, 1, kSame3x3});
  TestConv({"stride 2", {2, 12, 13, 3}, 33, 1, {3, 3, 2, 2, 1, 1, 0, 0, 1, 1}});
  TestConv({"dilation", {1, 9, 10, 4}, 8, 1, {3, 3, 1, 1, 2, 3, 2, 3, 2, 3}});
  TestConv({"groups", {1, 6, 7, 8}, 12, 2, kSame3x3});
  TestConv({"small groups", {1, 6, 7, 32}, 64, 16, kSame3x3});
  TestConv({"several blocks", {1, 3, 4, 200}, 1500, 1, {}});
  TestConv({"one scale", {1, 6, 7, 8}, 12, 1, kSame3x3, false});
  TestConv({"clamp", {1, 6, 7, 8}, 12, 1, kSame3x3, true, 0.0f, 6.0f});
}

TEST(FloatOutputTest, FullyConnected) {
  for (const bool per_channel : {false, true}) {
    for (const Shape& input : {Shape{1, 64}, Shape{5, 33}, Shape{1, 1500}}) {
      for (const int32_t n : {1, 10, 37, 1001}) {
        Random random(CaseSeed(input.ToString()));
        const FloatLayer layer =
            RandomFloatLayer({n, input[1]}, 11, per_channel, random);
        const auto values = RandomValues(input.NumElements(), random);
        schema::FullyConnectedT options;
        options.float_clamp = MakeClamp(-2.5f, kInfinity);
        ModelBuilder builder;
        const int from = builder.Input(input, {1, 11});
        const int weights = builder.Weights(layer.layer.weights);
        const int bias = AppendBias(builder, layer);
        builder.Output(builder.Operator(std::move(options),
                                        {from, weights, bias}, {input[0], n},
                                        schema::DataType::FLOAT32));
        const std::vector<float> expected =
            Expected(layer, reference::FullyConnectedSums(layer.layer, values),
                     -2.5f, kInfinity);
        ExpectBytes(builder.Finish(), {BytesOf(values)}, {BytesOf(expected)},
                    input.ToString() + " to " + std::to_string(n) + "; " +
                        ReplayHint());
      }
    }
  }
}

// float(sum of q - zero_point) * (scale / count), cell by cell.
std::vector<float> ExpectedPool(const Window2dParams& window, bool counts_pad,
                                float scale, int zero_point,
                                const reference::Tensor& input) {
  const Shape output =
      reference::WindowedShape(window, input.shape, input.shape[3]);
  std::vector<float> outputs;
  for (int64_t i = 0; i < output.NumElements(); ++i) {
    const int64_t c = i % output[3], x = i / output[3] % output[2];
    const int64_t y = i / output[3] / output[2] % output[1];
    const int64_t n = i / output[3] / output[2] / output[1];
    int64_t sum = 0, cells = 0;
    for (int64_t k = 0; k < int64_t{window.kernel_h} * window.kernel_w; ++k) {
      const int64_t in_y = y * window.stride_h - window.pad_top +
                           k / window.kernel_w * window.dilation_h;
      const int64_t in_x = x * window.stride_w - window.pad_left +
                           k % window.kernel_w * window.dilation_w;
      if (in_y < 0 || in_y >= input.shape[1] || in_x < 0 ||
          in_x >= input.shape[2]) {
        continue;
      }
      sum += reference::At(input, n, in_y, in_x, c) - zero_point;
      ++cells;
    }
    if (counts_pad) cells = int64_t{window.kernel_h} * window.kernel_w;
    outputs.push_back(static_cast<float>(sum) *
                      (scale / static_cast<float>(cells)));
  }
  return outputs;
}

TEST(FloatOutputTest, AveragePool2d) {
  const Window2dParams windows[] = {{2, 2, 2, 2, 1, 1, 0, 0, 0, 0},
                                    {3, 3, 2, 2, 1, 1, 1, 1, 1, 1},
                                    {2, 3, 1, 2, 2, 1, 1, 2, 0, 1},
                                    {7, 9, 1, 1, 1, 1, 0, 0, 0, 0}};
  for (const Window2dParams& window : windows) {
    for (const bool counts_pad : {false, true}) {
      for (const int32_t channels : {3, 64, 150}) {
        for (const int zero_point : {-128, 5, 127}) {
          Random random(TestSeed());
          const Shape shape = {2, 7, 9, channels};
          const reference::Tensor input = {
              shape, RandomValues(shape.NumElements(), random)};
          schema::AveragePool2dT pool;
          pool.window = std::make_unique<schema::Window2d>(ToSchema(window));
          pool.count_include_pad = counts_pad;
          ModelBuilder builder;
          const int from = builder.Input(shape, {0.3f, zero_point});
          builder.Output(builder.Operator(
              std::move(pool), {from},
              reference::WindowedShape(window, shape, channels),
              schema::DataType::FLOAT32));
          ExpectBytes(builder.Finish(), {BytesOf(input.data)},
                      {BytesOf(ExpectedPool(window, counts_pad, 0.3f,
                                            zero_point, input))},
                      "kernel_h " + std::to_string(window.kernel_h) + ", " +
                          std::to_string(channels) + " channels; " +
                          ReplayHint());
        }
      }
    }
  }
}

Status Load(const ModelBuilder& builder) {
  const std::vector<uint8_t> bytes = builder.Finish();
  return Model::FromMemory(bytes.data(), bytes.size()).status();
}

TEST(FloatOutputTest, PoolsAreVerified) {
  const auto status_of = [](schema::AveragePool2dT pool, const Shape& input,
                            const Shape& output, schema::DataType type) {
    ModelBuilder builder;
    const int from = builder.Input(input, {0.3f, 0});
    builder.Output(builder.Operator(std::move(pool), {from}, output, type));
    return Load(builder);
  };
  schema::AveragePool2dT pool;
  pool.window = std::make_unique<schema::Window2d>(
      ToSchema({4, 4, 1, 1, 1, 1, 0, 0, 0, 0}));
  EXPECT_TRUE(
      status_of(pool, {1, 4, 4, 8}, {1, 1, 1, 8}, schema::DataType::FLOAT32)
          .ok());
  EXPECT_EQ(status_of(pool, {1, 4, 4, 8}, {1, 1, 1, 8}, schema::DataType::INT32)
                .code(),
            StatusCode::kInvalidModel);
  pool.rounding = schema::Rounding::TFLITE;
  EXPECT_EQ(
      status_of(pool, {1, 4, 4, 8}, {1, 1, 1, 8}, schema::DataType::FLOAT32)
          .code(),
      StatusCode::kInvalidModel);
  pool.rounding = schema::Rounding::Q15;
  pool.window = std::make_unique<schema::Window2d>(
      ToSchema({2049, 2048, 1, 1, 1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(status_of(pool, {1, 2049, 2048, 1}, {1, 1, 1, 1},
                      schema::DataType::FLOAT32)
                .code(),
            StatusCode::kUnsupported);
}

// conv -> FLOAT32 -> reshape.
ModelBuilder Network() {
  Random random(TestSeed());
  const Case test = {"verified", {1, 4, 4, 6}, 5, 1, kSame3x3};
  ModelBuilder builder;
  const int from = builder.Input(test.input, {0.5f, 3});
  const int conv =
      AppendConv(builder, test, RandomFloatLayer({5, 3, 3, 6}, 3, true, random),
                 from, {1, 4, 4, 5});
  builder.Output(builder.Operator(schema::ReshapeT(), {conv}, {1, 80},
                                  schema::DataType::FLOAT32));
  return builder;
}

void ExpectRefused(const std::function<void(ModelBuilder&)>& change,
                   const std::string& part) {
  ModelBuilder builder = Network();
  change(builder);
  const Status status = Load(builder);
  EXPECT_EQ(status.code(), StatusCode::kInvalidModel) << status.message();
  EXPECT_NE(status.message().find(part), std::string::npos) << status.message();
}

schema::Conv2dT& ConvOf(ModelBuilder& builder) {
  return *builder.model().operators[0]->options.AsConv2d();
}

schema::TensorT& TensorOf(ModelBuilder& builder, size_t input) {
  schema::ModelT& model = builder.model();
  return *model.tensors[model.operators[0]->inputs[input]];
}

TEST(FloatOutputTest, Verify) {
  EXPECT_TRUE(Load(Network()).ok()) << Load(Network()).message();
  ExpectRefused([](ModelBuilder& b) { TensorOf(b, 2).quantization.reset(); },
                "needs a scale");
  ExpectRefused(
      [](ModelBuilder& b) { ConvOf(b).rounding = schema::Rounding::TFLITE; },
      "rounding Q15 and no residual");
  ExpectRefused(
      [](ModelBuilder& b) {
        b.model().operators[0]->inputs.push_back(
            b.model().operators[0]->inputs[0]);
      },
      "rounding Q15 and no residual");
  ExpectRefused(
      [](ModelBuilder& b) {
        ConvOf(b).float_clamp = std::make_unique<schema::FloatClamp>(1.f, 0.f);
      },
      "clamp is empty");
  ExpectRefused(
      [](ModelBuilder& b) {
        schema::TensorT& output =
            *b.model().tensors[b.model().operators[0]->outputs[0]];
        output.type = schema::DataType::INT32;
      },
      "must be INT8 or FLOAT32");
}

TEST(FloatOutputTest, DepthwiseIsRefused) {
  Random random(TestSeed());
  const Case test = {"depthwise", {1, 4, 4, 6}, 6, 6, kSame3x3};
  ModelBuilder builder;
  const int from = builder.Input(test.input, {0.5f, 3});
  builder.Output(AppendConv(builder, test,
                            RandomFloatLayer({6, 3, 3, 1}, 3, true, random),
                            from, {1, 4, 4, 6}));
  const Status status = Load(builder);
  EXPECT_EQ(status.code(), StatusCode::kInvalidModel);
  EXPECT_NE(status.message().find("depthwise"), std::string::npos);
}

TEST(FloatOutputTest, DamagedFiles) {
  const std::vector<uint8_t> whole = Network().Finish();
  ExpectHarmlessTruncations(whole);
  ExpectHarmlessChanges(whole);
}

TEST(FloatOutputTest, PlanNamesIt) {
  const std::vector<uint8_t> bytes = Network().Finish();
  const auto model = Model::FromMemory(bytes.data(), bytes.size());
  ASSERT_TRUE(model.ok()) << model.status().message();
  PlanOptions options;
  options.table = BestTable();
  options.allocator = DefaultAllocator();
  const auto plan = Plan::Create((*model)->contents().network, options);
  ASSERT_TRUE(plan.ok());
  EXPECT_NE((*plan)->Describe().find("gemm to float"), std::string::npos)
      << (*plan)->Describe();
}

}  // namespace
}  // namespace octet
