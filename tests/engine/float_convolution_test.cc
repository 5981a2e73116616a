// FullyConnected, Conv2d, ConvTranspose2d, MatMul and the poolings of FLOAT32.
// The hashes prove the same bits on every CPU: they were computed on x86-64.

#include <gtest/gtest.h>

#include "tests/engine/float_network.h"

namespace octet {
namespace {

using reference::RealTensor;

constexpr double kTolerance = 2e-5;

std::unique_ptr<schema::FloatClamp> ClampOf(float low, float high) {
  return std::make_unique<schema::FloatClamp>(low, high);
}

RealTensor Clamped(RealTensor tensor, double low, double high) {
  for (double& x : tensor.data) x = std::min(std::max(x, low), high);
  return tensor;
}

struct ConvCase {
  Window2dParams window;
  int groups;
  Shape input;
  int outputs;
};

TEST(FloatLayers, Conv2d) {
  // kernel, stride, dilation, pads: top left bottom right
  const ConvCase cases[] = {
      {{1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, 1, {1, 3, 5, 7}, 9},
      {{3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, 1, {2, 5, 6, 3}, 8},
      {{3, 2, 2, 3, 1, 2, 1, 0, 2, 3}, 1, {1, 9, 8, 4}, 17},
      {{5, 3, 1, 2, 2, 1, 4, 2, 4, 0}, 2, {1, 7, 9, 6}, 10},
      {{3, 3, 1, 1, 1, 1, 2, 2, 2, 2}, 5, {1, 4, 4, 5}, 5},
      {{3, 3, 2, 2, 2, 2, 2, 2, 2, 2}, 13, {2, 9, 7, 13}, 13},
      {{3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, 4, {1, 5, 5, 4}, 8},
      {{7, 7, 4, 4, 1, 1, 6, 6, 6, 6}, 1, {1, 2, 2, 1}, 3},
  };
  FloatHash hash;
  Random random(1);
  for (const ConvCase& c : cases) {
    SCOPED_TRACE(c.input.ToString());
    const RealTensor input = RandomReals(c.input, -2, 2, random);
    const RealTensor weights =
        RandomReals({c.outputs, c.window.kernel_h, c.window.kernel_w,
                     c.input[3] / c.groups},
                    -1, 1, random);
    const RealTensor bias = RandomReals({c.outputs}, -1, 1, random);
    schema::Conv2dT options;
    options.window = std::make_unique<schema::Window2d>(ToSchema(c.window));
    options.groups = c.groups;
    options.float_clamp = ClampOf(-3.0f, 4.0f);
    ExpectReals(
        std::move(options), {input}, {weights, bias},
        Clamped(reference::Conv2d(c.window, c.groups, input, weights, bias), -3,
                4),
        kTolerance, &hash);
  }
  EXPECT_EQ(hash.value(), 0x611f4efce05993ffu);
}

struct TransposeCase {
  ConvTranspose2dParams params;
  Shape input;
  Shape output;
};

const TransposeCase kTransposes[] = {
    {{{2, 2, 2, 2, 1, 1, 0, 0, 0, 0}, 1, 0, 0}, {1, 3, 4, 5}, {1, 6, 8, 7}},
    {{{3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, 1, 1, 1}, {2, 3, 2, 3}, {2, 6, 4, 9}},
    {{{3, 2, 1, 3, 2, 1, 1, 0, 0, 1}, 2, 0, 2}, {1, 4, 5, 6}, {1, 7, 15, 4}},
    {{{4, 5, 3, 2, 1, 3, 0, 2, 1, 0}, 3, 0, 0}, {1, 2, 3, 3}, {1, 6, 15, 3}},
    {{{1, 1, 3, 3, 1, 1, 0, 0, 0, 0}, 1, 2, 0}, {1, 2, 3, 2}, {1, 6, 7, 8}},
};

TEST(FloatLayers, ConvTranspose2d) {
  FloatHash hash;
  Random random(2);
  for (const TransposeCase& c : kTransposes) {
    SCOPED_TRACE(c.output.ToString());
    const Window2dParams& window = c.params.window;
    const RealTensor input = RandomReals(c.input, -2, 2, random);
    const RealTensor weights =
        RandomReals({c.output[3], window.kernel_h, window.kernel_w,
                     c.input[3] / c.params.groups},
                    -1, 1, random);
    const RealTensor bias = RandomReals({c.output[3]}, -1, 1, random);
    schema::ConvTranspose2dT options;
    options.window = std::make_unique<schema::Window2d>(ToSchema(window));
    options.groups = c.params.groups;
    options.output_pad_h = c.params.output_pad_h;
    options.output_pad_w = c.params.output_pad_w;
    ExpectReals(
        std::move(options), {input}, {weights, bias},
        reference::ConvTranspose2d(c.params, c.output, input, weights, bias),
        kTolerance, &hash);
  }
  EXPECT_EQ(hash.value(), 0xd8e1d95e4fca22adu);
}

TEST(FloatLayers, FullyConnected) {
  FloatHash hash;
  Random random(3);
  for (const int m : {1, 4, 7}) {
    for (const int n : {1, 8, 19}) {
      const RealTensor input = RandomReals({m, 1, 1, 33}, -2, 2, random);
      const RealTensor weights = RandomReals({n, 1, 1, 33}, -1, 1, random);
      const RealTensor bias = RandomReals({n}, -1, 1, random);
      RealTensor expected =
          reference::Conv2d(Window2dParams(), 1, input, weights, bias);
      expected.shape = {m, n};
      RealTensor flat_input = input, flat_weights = weights;
      flat_input.shape = {m, 33};
      flat_weights.shape = {n, 33};
      ExpectReals(schema::FullyConnectedT(), {flat_input}, {flat_weights, bias},
                  expected, kTolerance, &hash);
    }
  }
  EXPECT_EQ(hash.value(), 0xe78dee02c48ec99cu);
}

TEST(FloatLayers, MatMul) {
  struct Case {
    Shape a, b, output;
  };
  const Case cases[] = {
      {{3, 5}, {5, 7}, {3, 7}},
      {{2, 4, 6}, {2, 6, 9}, {2, 4, 9}},
      {{2, 1, 5, 3}, {4, 3, 1}, {2, 4, 5, 1}},
      {{1, 17}, {3, 17, 20}, {3, 1, 20}},
  };
  FloatHash hash;
  Random random(4);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.output.ToString());
    const RealTensor a = RandomReals(c.a, -2, 2, random);
    const RealTensor b = RandomReals(c.b, -2, 2, random);
    schema::MatMulT options;
    options.float_clamp = ClampOf(-5.0f, 5.0f);
    ExpectReals(std::move(options), {a, b}, {},
                Clamped(reference::MatMul(c.output, a, b), -5, 5), kTolerance,
                &hash);
  }
  EXPECT_EQ(hash.value(), 0xf2e9caf2c4dcfabfu);
}

TEST(FloatLayers, Pooling) {
  struct Case {
    Window2dParams window;
    Shape input, output;
  };
  const Case cases[] = {
      {{2, 2, 2, 2, 1, 1, 0, 0, 0, 0}, {1, 4, 6, 5}, {1, 2, 3, 5}},
      {{3, 3, 2, 1, 1, 1, 1, 1, 1, 1}, {2, 5, 4, 3}, {2, 3, 4, 3}},
      {{2, 3, 1, 2, 2, 1, 1, 2, 0, 1}, {1, 5, 6, 17}, {1, 4, 4, 17}},
  };
  FloatHash hash;
  Random random(5);
  for (const Case& c : cases) {
    SCOPED_TRACE(c.input.ToString());
    const RealTensor input = RandomReals(c.input, -2, 2, random);
    schema::MaxPool2dT max;
    max.window = std::make_unique<schema::Window2d>(ToSchema(c.window));
    max.float_clamp = ClampOf(-1.0f, 1.5f);
    ExpectReals(
        std::move(max), {input}, {},
        Clamped(reference::Pool2d(c.window, false, false, c.output, input), -1,
                1.5),
        0, &hash);
    for (const bool include_pad : {false, true}) {
      schema::AveragePool2dT average;
      average.window = std::make_unique<schema::Window2d>(ToSchema(c.window));
      average.count_include_pad = include_pad;
      ExpectReals(
          std::move(average), {input}, {},
          reference::Pool2d(c.window, true, include_pad, c.output, input),
          kTolerance, &hash);
    }
  }
  EXPECT_EQ(hash.value(), 0x66a191901351c645u);
}

}  // namespace
}  // namespace octet
