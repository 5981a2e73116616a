// MaxPool2d and AveragePool2d, whole, against the naive definition.

#include <gtest/gtest.h>

#include <set>

#include "tests/engine/model_builder.h"
#include "tests/engine/run_network.h"
#include "tests/reference/layers.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

struct PoolCase {
  Shape input;
  Window2dParams window;
};

Window2dParams Window(int kh, int kw, int sh, int sw, int dh, int dw, int top,
                      int left, int bottom, int right) {
  return {kh, kw, sh, sw, dh, dw, top, left, bottom, right};
}

const PoolCase kCases[] = {
    {{1, 8, 8, 16}, Window(2, 2, 2, 2, 1, 1, 0, 0, 0, 0)},
    {{2, 9, 11, 5}, Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1)},
    {{1, 9, 11, 70}, Window(3, 3, 2, 2, 1, 1, 0, 0, 1, 1)},
    {{1, 7, 7, 130}, Window(7, 7, 1, 1, 1, 1, 0, 0, 0, 0)},
    {{1, 3, 2, 4}, Window(5, 4, 1, 1, 1, 1, 4, 3, 4, 3)},
    {{1, 12, 10, 3}, Window(2, 3, 1, 3, 3, 2, 2, 3, 0, 1)},
    {{1, 4, 9, 1}, Window(3, 5, 4, 7, 1, 1, 2, 1, 0, 4)},
    {{3, 1, 6, 2}, Window(1, 2, 1, 1, 1, 1, 0, 0, 0, 1)},
};

std::string Describe(const PoolCase& test) {
  return test.input.ToString() + ", kernel " +
         std::to_string(test.window.kernel_h) + "x" +
         std::to_string(test.window.kernel_w) + "; " + ReplayHint();
}

TEST(MaxPool2dTest, MatchesReference) {
  for (const PoolCase& test : kCases) {
    Random random(CaseSeed(Describe(test)));
    const reference::Tensor input = {
        test.input, RandomValues(test.input.NumElements(), random)};
    const reference::OutputParams params = {-7, -100, 90};
    const reference::Tensor expected =
        reference::MaxPool2d(test.window, params, input);
    ModelBuilder builder;
    schema::MaxPool2dT pool;
    pool.window = std::make_unique<schema::Window2d>(ToSchema(test.window));
    pool.clamp = ToSchema(params);
    builder.Output(builder.Operator(std::move(pool),
                                    {builder.Input(test.input, {0.5f, -7})},
                                    expected.shape, {0.5f, -7}));
    ExpectOutputs(builder.Finish(), {input.data}, {expected.data},
                  Describe(test));
  }
}

// Cells of the picture under window `i` of an axis, from the definition.
int CellsAt(int i, int input, int kernel, int stride, int dilation, int pad) {
  int cells = 0;
  for (int k = 0; k < kernel; ++k) {
    const int cell = i * stride + k * dilation - pad;
    if (cell >= 0 && cell < input) ++cells;
  }
  return cells;
}

std::set<int32_t> CountsOf(const PoolCase& test, const Shape& output) {
  const Window2dParams& w = test.window;
  std::set<int32_t> counts;
  for (int y = 0; y < output[1]; ++y) {
    for (int x = 0; x < output[2]; ++x) {
      counts.insert(CellsAt(y, test.input[1], w.kernel_h, w.stride_h,
                            w.dilation_h, w.pad_top) *
                    CellsAt(x, test.input[2], w.kernel_w, w.stride_w,
                            w.dilation_w, w.pad_left));
    }
  }
  return counts;
}

TEST(AveragePool2dTest, MatchesReference) {
  for (const PoolCase& test : kCases) {
    for (const bool count_include_pad : {false, true}) {
      Random random(CaseSeed(Describe(test)));
      const reference::Tensor input = {
          test.input, RandomValues(test.input.NumElements(), random)};
      reference::AveragePool2dLayer layer;
      layer.window = test.window;
      layer.count_include_pad = count_include_pad;
      layer.input_zero_point = static_cast<int>(random.Between(-128, 127));
      layer.output = {11, -110, 120};
      const Shape shape =
          reference::WindowedShape(test.window, test.input, test.input[3]);
      const std::set<int32_t> counts = CountsOf(test, shape);
      layer.counts.assign(counts.begin(), counts.end());
      if (count_include_pad) {
        layer.counts = {test.window.kernel_h * test.window.kernel_w};
      }
      for (size_t i = 0; i < layer.counts.size(); ++i) {
        layer.requantization.multiplier.push_back(
            static_cast<int16_t>(random.Between(1 << 14, 32767)));
        layer.requantization.shift.push_back(
            static_cast<int8_t>(random.Between(-5, -2)));
      }
      ModelBuilder builder;
      schema::AveragePool2dT pool;
      pool.window = std::make_unique<schema::Window2d>(ToSchema(test.window));
      pool.count_include_pad = count_include_pad;
      pool.counts = layer.counts;
      pool.requantization = ToSchema(layer.requantization);
      pool.clamp = ToSchema(layer.output);
      const int from =
          builder.Input(test.input, {0.5f, layer.input_zero_point});
      builder.Output(
          builder.Operator(std::move(pool), {from}, shape, {0.25f, 11}));
      ExpectOutputs(builder.Finish(), {input.data},
                    {reference::AveragePool2d(layer, input).data},
                    Describe(test));
    }
  }
}

}  // namespace
}  // namespace octet
