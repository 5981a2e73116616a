#include "tests/engine/tflite_network.h"

#include <cmath>

namespace octet {
namespace {

constexpr int32_t kChannels = 10;
constexpr int32_t kClasses = 6;
constexpr int kZeroPoint = -20;  // of the picture and the features
constexpr TestQuantization kFeatures = {0.1f, kZeroPoint};

// factor = multiplier * 2^(shift - 31), as TFLite's converters derive it.
void AppendScale(double factor, reference::TfliteScales* scales) {
  int exponent = 0;
  const double fraction = std::frexp(factor, &exponent);
  int64_t multiplier = std::llround(std::ldexp(fraction, 31));
  if (multiplier == int64_t{1} << 31) {
    multiplier /= 2;
    ++exponent;
  }
  scales->multiplier.push_back(static_cast<int32_t>(multiplier));
  scales->shift.push_back(static_cast<int8_t>(exponent));
}

Window2dParams Square(int32_t size, int32_t stride, int32_t pad) {
  return {size, size, stride, stride, 1, 1, pad, pad, pad, pad};
}

int AppendAdd(ModelBuilder& builder, const reference::TfliteAddLayer& layer,
              int a, int b, const Shape& shape) {
  schema::AddT add;
  add.rounding = schema::Rounding::TFLITE;
  add.tflite_requantization = ToSchema(layer.scales);
  add.clamp = ToSchema(layer.output);
  return builder.Operator(std::move(add), {a, b}, shape,
                          {0.2f, layer.output.zero_point});
}

// What is behind the sum: the same values in both worlds.
struct Stage {
  int tensor;
  reference::Tensor values;
};

Stage AppendPooling(ModelBuilder& builder, const Stage& sum) {
  const reference::OutputParams output = {5, -100, 120};
  schema::AveragePool2dT pool;
  pool.window = std::make_unique<schema::Window2d>(ToSchema(Square(2, 2, 1)));
  pool.rounding = schema::Rounding::TFLITE;
  pool.clamp = ToSchema(output);
  const reference::Tensor pooled = reference::TfliteAveragePool2d(
      Square(2, 2, 1), false, output, sum.values);
  const int average =
      builder.Operator(std::move(pool), {sum.tensor}, pooled.shape, {0.2f, 5});

  reference::TfliteScales scales;
  AppendScale(1.7, &scales);
  schema::RequantizeT requantize;
  requantize.rounding = schema::Rounding::TFLITE;
  requantize.tflite_requantization = ToSchema(scales);
  requantize.clamp = std::make_unique<schema::Clamp>(-128, 127);
  const int scaled = builder.Operator(std::move(requantize), {average},
                                      pooled.shape, {0.12f, -9});
  return {scaled,
          {pooled.shape, reference::TfliteRequantize(pooled.data, 5, scales,
                                                     {-9, -128, 127})}};
}

Stage AppendMean(ModelBuilder& builder, const Stage& from) {
  const Shape& shape = from.values.shape;
  const Window2dParams window = {shape[1], shape[2], 1, 1, 1, 1, 0, 0, 0, 0};
  reference::TfliteScales scales;
  AppendScale(2.1, &scales);
  // What TFLite makes of it for this count.
  const int64_t count = shape[1] * shape[2];
  const int bits = static_cast<int>(std::log2(static_cast<double>(count)));
  scales.multiplier[0] =
      static_cast<int32_t>((int64_t{scales.multiplier[0]} << bits) / count);
  scales.shift[0] = static_cast<int8_t>(scales.shift[0] - bits);
  schema::AveragePool2dT pool;
  pool.window = std::make_unique<schema::Window2d>(ToSchema(window));
  pool.rounding = schema::Rounding::TFLITE;
  pool.tflite_requantization = ToSchema(scales);
  pool.counts = {static_cast<int32_t>(count)};
  pool.clamp = std::make_unique<schema::Clamp>(-128, 127);
  const int mean = builder.Operator(std::move(pool), {from.tensor},
                                    {1, 1, 1, shape[3]}, kFeatures);
  const int flat =
      builder.Operator(schema::ReshapeT(), {mean}, {1, shape[3]}, kFeatures);
  return {flat, reference::TfliteMean(window, -9, scales,
                                      {kZeroPoint, -128, 127}, from.values)};
}

std::vector<int8_t> AppendClassifier(ModelBuilder& builder, const Stage& from,
                                     Random& random) {
  const TfliteLayer layer =
      RandomTfliteLayer({kClasses, kChannels}, kZeroPoint, 3, false, random);
  const int logits =
      AppendTfliteFullyConnected(builder, layer, from.tensor, {1, kClasses});
  const std::vector<int8_t> values = reference::TfliteOutputs(
      layer.layer, layer.scales,
      reference::FullyConnectedSums(layer.layer, from.values.data));
  reference::TfliteScales scales;
  AppendScale(0.03 * (1 << 26), &scales);
  schema::SoftmaxT softmax;
  softmax.rounding = schema::Rounding::TFLITE;
  softmax.tflite_requantization = ToSchema(scales);
  builder.Output(builder.Operator(std::move(softmax), {logits}, {1, kClasses},
                                  {1.0f / 256, -128}));
  return reference::TfliteSoftmax(values, kClasses, scales);
}

}  // namespace

std::unique_ptr<schema::TfliteRequantizationT> ToSchema(
    const reference::TfliteScales& scales) {
  auto result = std::make_unique<schema::TfliteRequantizationT>();
  result->multiplier = scales.multiplier;
  result->shift = scales.shift;
  return result;
}

TfliteLayer RandomTfliteLayer(const Shape& weights, int input_zero_point,
                              int weight_zero_point, bool per_channel,
                              Random& random) {
  TfliteLayer result;
  reference::WeightedLayer& layer = result.layer;
  layer.weights.shape = weights;
  for (int64_t i = 0; i < weights.NumElements(); ++i) {
    layer.weights.data.push_back(
        static_cast<int8_t>(random.Between(-128, 127)));
  }
  layer.input_zero_point = input_zero_point;
  layer.weight_zero_point = weight_zero_point;
  layer.output = {kZeroPoint, -128, 120};
  const double k = static_cast<double>(weights.NumElements() / weights[0]);
  for (int32_t c = 0; c < weights[0]; ++c) {
    layer.bias.push_back(static_cast<int32_t>(random.Between(-5000, 5000)));
    if (c > 0 && !per_channel) continue;
    // The sums' deviation, 74 * 74 * sqrt(k), becomes about 40 steps.
    const double spread = static_cast<double>(random.Between(60, 140)) / 100;
    AppendScale(spread * 40 / (74 * 74 * std::sqrt(k)), &result.scales);
  }
  return result;
}

int AppendTfliteConv(ModelBuilder& builder, const TfliteLayer& layer,
                     const Window2dParams& window, int groups, int input,
                     const Shape& output) {
  schema::Conv2dT options;
  options.window = std::make_unique<schema::Window2d>(ToSchema(window));
  options.groups = groups;
  options.rounding = schema::Rounding::TFLITE;
  options.tflite_requantization = ToSchema(layer.scales);
  options.clamp = ToSchema(layer.layer.output);
  return builder.Operator(
      std::move(options),
      {input, builder.Weights(layer.layer), builder.Bias(layer.layer.bias)},
      output, kFeatures);
}

int AppendTfliteFullyConnected(ModelBuilder& builder, const TfliteLayer& layer,
                               int input, const Shape& output) {
  schema::FullyConnectedT options;
  options.rounding = schema::Rounding::TFLITE;
  options.tflite_requantization = ToSchema(layer.scales);
  options.clamp = ToSchema(layer.layer.output);
  return builder.Operator(
      std::move(options),
      {input, builder.Weights(layer.layer), builder.Bias(layer.layer.bias)},
      output, kFeatures);
}

ModelBuilder TfliteNetwork(const std::vector<int8_t>& picture,
                           std::vector<int8_t>* expected) {
  Random random(4);
  ModelBuilder builder;
  const Window2dParams same = Square(3, 1, 1);
  const Shape full = {1, kTflitePicture[1], kTflitePicture[2], kChannels};
  const int input = builder.Input(kTflitePicture, {0.02f, kZeroPoint});
  const TfliteLayer conv =
      RandomTfliteLayer({kChannels, 3, 3, 3}, kZeroPoint, 0, true, random);
  const TfliteLayer depthwise =
      RandomTfliteLayer({kChannels, 3, 3, 1}, kZeroPoint, -7, false, random);
  const int a = AppendTfliteConv(builder, conv, same, 1, input, full);
  const int b = AppendTfliteConv(builder, depthwise, same, kChannels, a, full);
  const std::vector<int8_t> values_a = reference::TfliteOutputs(
      conv.layer, conv.scales,
      reference::Conv2dSums(conv.layer, same, 1, {kTflitePicture, picture}));
  const std::vector<int8_t> values_b = reference::TfliteOutputs(
      depthwise.layer, depthwise.scales,
      reference::Conv2dSums(depthwise.layer, same, kChannels,
                            {full, values_a}));

  reference::TfliteAddLayer add;
  add.zero_point_a = add.zero_point_b = kZeroPoint;
  for (const double factor : {0.5, 0.5, 2 * 0.1 / ((1 << 20) * 0.2)}) {
    AppendScale(factor, &add.scales);
  }
  add.output = {5, -128, 127};
  const int sum = AppendAdd(builder, add, a, b, full);
  const Stage pooled = AppendPooling(
      builder, {sum, {full, reference::TfliteAdd(add, values_a, values_b)}});
  const std::vector<int8_t> output =
      AppendClassifier(builder, AppendMean(builder, pooled), random);
  if (expected != nullptr) *expected = output;
  return builder;
}

}  // namespace octet
