// The INT8 forms of ConvTranspose2d, Mul, MatMul, Resize and ArgExtremum: exact
// sums in double precision, then the arithmetic of reference_requantize.h.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/engine/float_network.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

using reference::RealTensor;
using Type = schema::DataType;

constexpr TestQuantization kA = {0.5f, -7};
constexpr TestQuantization kB = {0.25f, 12};
constexpr TestQuantization kOutput = {0.125f, 5};
const reference::OutputParams kStage = {5, -100, 110};

std::vector<int8_t> Requantized(const RealTensor& sums,
                                const reference::Requantization& scales,
                                int64_t channels) {
  std::vector<int8_t> values;
  for (size_t i = 0; i < sums.data.size(); ++i) {
    const int64_t channel = static_cast<int64_t>(i) % channels;
    values.push_back(reference::RequantizeExactly(
        static_cast<int64_t>(sums.data[i]), scales.MultiplierOf(channel),
        scales.ShiftOf(channel), kStage));
  }
  return values;
}

TEST(Int8Forms, ConvTranspose2d) {
  struct Case {
    ConvTranspose2dParams params;
    Shape input, output;
  };
  const Case cases[] = {
      {{{2, 2, 2, 2, 1, 1, 0, 0, 0, 0}, 1, 0, 0}, {1, 3, 4, 5}, {1, 6, 8, 7}},
      {{{3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, 1, 1, 1}, {2, 3, 2, 3}, {2, 6, 4, 9}},
      {{{3, 2, 1, 3, 2, 1, 1, 0, 0, 1}, 2, 0, 2}, {1, 4, 5, 6}, {1, 7, 15, 4}},
  };
  for (const Case& c : cases) {
    Random random(CaseSeed(c.output.ToString()));
    const Window2dParams& window = c.params.window;
    const int channels = c.output[3];
    const std::vector<int8_t> input =
        RandomValues(c.input.NumElements(), random);
    reference::Tensor weights = {{channels, window.kernel_h, window.kernel_w,
                                  c.input[3] / c.params.groups},
                                 {}};
    weights.data = RandomValues(weights.shape.NumElements(), random);
    for (int8_t& value : weights.data) {
      value = std::max<int8_t>(value, -127);
    }
    std::vector<int32_t> bias;
    RealTensor real_bias({channels});
    reference::Requantization scales;
    for (int i = 0; i < channels; ++i) {
      bias.push_back(static_cast<int32_t>(random.Between(-9000, 9000)));
      real_bias.data[static_cast<size_t>(i)] = bias.back();
      scales.multiplier.push_back(
          static_cast<int16_t>(random.Between(1 << 14, (1 << 15) - 1)));
      scales.shift.push_back(static_cast<int8_t>(random.Between(2, 5)));
    }
    ModelBuilder builder;
    schema::ConvTranspose2dT options;
    options.window = std::make_unique<schema::Window2d>(ToSchema(window));
    options.groups = c.params.groups;
    options.output_pad_h = c.params.output_pad_h;
    options.output_pad_w = c.params.output_pad_w;
    options.clamp = ToSchema(kStage);
    options.requantization = ToSchema(scales);
    const int tensor = builder.Input(c.input, kA);
    const int constant = builder.Weights(weights);
    builder.Output(builder.Operator(std::move(options),
                                    {tensor, constant, builder.Bias(bias)},
                                    c.output, kOutput));
    const RealTensor sums = reference::ConvTranspose2d(
        c.params, c.output, Centered(c.input, input, kA.zero_point),
        Centered(weights.shape, weights.data, 0), real_bias);
    ExpectOutputs(builder.Finish(), {input},
                  {Requantized(sums, scales, channels)}, c.output.ToString());
  }
}

TEST(Int8Forms, Mul) {
  const Shape shapes[][3] = {{{2, 5, 17}, {2, 5, 17}, {2, 5, 17}},
                             {{2, 5, 17}, {17}, {2, 5, 17}},
                             {{1, 4, 1, 3}, {2, 1, 5, 3}, {2, 4, 5, 3}},
                             // Gates of channels and of pixels, one number.
                             {{2, 6, 5, 70}, {2, 1, 1, 70}, {2, 6, 5, 70}},
                             {{2, 1, 1, 70}, {2, 6, 5, 70}, {2, 6, 5, 70}},
                             {{1, 6, 5, 300}, {1, 6, 5, 1}, {1, 6, 5, 300}},
                             {{7, 90}, {1}, {7, 90}},
                             {{7, 1}, {1, 300}, {7, 300}}};
  for (const auto& shape : shapes) {
    Random random(CaseSeed(shape[0].ToString() + shape[1].ToString()));
    const std::vector<int8_t> a = RandomValues(shape[0].NumElements(), random);
    const std::vector<int8_t> b = RandomValues(shape[1].NumElements(), random);
    const reference::Requantization scales = {{20000}, {2}};
    ModelBuilder builder;
    schema::MulT options;
    options.clamp = ToSchema(kStage);
    options.requantization = ToSchema(scales);
    const int first = builder.Input(shape[0], kA);
    builder.Output(builder.Operator(std::move(options),
                                    {first, builder.Input(shape[1], kB)},
                                    shape[2], kOutput));
    const RealTensor products =
        reference::Broadcast(shape[2], Centered(shape[0], a, kA.zero_point),
                             Centered(shape[1], b, kB.zero_point),
                             [](double x, double y) { return x * y; });
    ExpectOutputs(builder.Finish(), {a, b}, {Requantized(products, scales, 1)},
                  shape[2].ToString());
  }
}

TEST(Int8Forms, MatMul) {
  const Shape shapes[][3] = {{{3, 40}, {40, 7}, {3, 7}},
                             {{2, 1, 4, 9}, {3, 9, 5}, {2, 3, 4, 5}}};
  for (const auto& shape : shapes) {
    Random random(CaseSeed(shape[2].ToString()));
    const std::vector<int8_t> a = RandomValues(shape[0].NumElements(), random);
    const std::vector<int8_t> b = RandomValues(shape[1].NumElements(), random);
    const reference::Requantization scales = {{30000}, {5}};
    ModelBuilder builder;
    schema::MatMulT options;
    options.clamp = ToSchema(kStage);
    options.requantization = ToSchema(scales);
    const int first = builder.Input(shape[0], kA);
    builder.Output(builder.Operator(std::move(options),
                                    {first, builder.Input(shape[1], kB)},
                                    shape[2], kOutput));
    const RealTensor sums =
        reference::MatMul(shape[2], Centered(shape[0], a, kA.zero_point),
                          Centered(shape[1], b, kB.zero_point));
    ExpectOutputs(builder.Finish(), {a, b}, {Requantized(sums, scales, 1)},
                  shape[2].ToString());
  }
}

// Halves of half pixels: 11 bits hold the weights exactly.
TEST(Int8Forms, ResizeLinear) {
  const Shape input = {1, 3, 4, 5}, output = {1, 6, 8, 5};
  Random random(CaseSeed("ResizeLinear"));
  const std::vector<int8_t> values = RandomValues(input.NumElements(), random);
  ModelBuilder builder;
  schema::ResizeT options;
  options.mode = schema::ResizeMode::LINEAR;
  options.scales = {1, 2, 2, 1};
  const int tensor = builder.Input(input, kA);
  builder.Output(builder.Operator(std::move(options), {tensor}, output, kA));
  const RealTensor q = Centered(input, values, 0);
  std::vector<int8_t> expected;
  reference::ForEachIndex(output, [&](const std::vector<int64_t>& at) {
    const double y = static_cast<double>(at[1]) / 2.0 - 0.25;
    const double x = static_cast<double>(at[2]) / 2.0 - 0.25;
    double sum = 0;
    for (int64_t dy = 0; dy < 2; ++dy) {
      for (int64_t dx = 0; dx < 2; ++dx) {
        const double row = std::floor(y) + static_cast<double>(dy);
        const double column = std::floor(x) + static_cast<double>(dx);
        const int64_t from_y =
            std::min<int64_t>(std::max<int64_t>(int64_t(row), 0), 2);
        const int64_t from_x =
            std::min<int64_t>(std::max<int64_t>(int64_t(column), 0), 3);
        sum += (1 - std::fabs(y - row)) * (1 - std::fabs(x - column)) *
               q.At({0, from_y, from_x, at[3]});
      }
    }
    expected.push_back(static_cast<int8_t>(std::floor(sum + 0.5)));
  });
  ExpectOutputs(builder.Finish(), {values}, {expected}, "linear");
}

TEST(Int8Forms, ResizeNearest) {
  ModelBuilder builder;
  schema::ResizeT options;
  options.coordinates = schema::ResizeCoordinates::ASYMMETRIC;
  options.nearest = schema::ResizeNearest::FLOOR;
  options.scales = {1.5f};
  const int tensor = builder.Input({4}, kA);
  builder.Output(builder.Operator(std::move(options), {tensor}, {6}, kA));
  ExpectOutputs(builder.Finish(), {{-128, -1, 3, 127}},
                {{-128, -128, -1, 3, 3, 127}}, "nearest");
}

TEST(Int8Forms, ArgExtremum) {
  for (const bool last : {false, true}) {
    ModelBuilder builder;
    schema::ArgExtremumT options;
    options.axis = 1;
    options.last = last;
    const int tensor = builder.Input({2, 4}, kA);
    builder.Output(
        builder.Operator(std::move(options), {tensor}, {2}, Type::INT32));
    const std::vector<int8_t> values = {-128, 127, 127, 3, -5, -6, -5, -7};
    ExpectBytes(builder.Finish(), {BytesOf(values)},
                {BytesOf(last ? std::vector<int32_t>{2, 2}
                              : std::vector<int32_t>{1, 0})},
                "arg max");
  }
}

}  // namespace
}  // namespace octet
