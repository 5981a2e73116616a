// Convolutions, fully connected layers and pools against their definitions.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "converter/float/float_executor.h"
#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

std::string ToText(const Window2dParams& w) {
  std::string text;
  for (int32_t value :
       {w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h,
        w.dilation_w, w.pad_top, w.pad_left, w.pad_bottom, w.pad_right}) {
    text += std::to_string(value) + " ";
  }
  return text;
}

// Runs `graph` on `input` and compares its only output with `expected`.
void ExpectOutput(const Graph& graph, const std::vector<float>& input,
                  const std::vector<double>& expected) {
  for (int threads : {1, 3}) {
    auto executor = FloatExecutor::Create(graph, {threads});
    ASSERT_TRUE(executor.ok()) << executor.status().message();
    ASSERT_TRUE((*executor)->Run({input}).ok());
    const float* output = (*executor)->Value(graph.outputs[0]);
    ASSERT_EQ(graph.value(graph.outputs[0]).shape.NumElements(),
              static_cast<int64_t>(expected.size()));
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(output[i], expected[i], 1e-4) << "element " << i;
    }
  }
}

// For each element {n, y, x, c} of `output`, in order, f(n, y, x, c).
std::vector<double> ForEach(
    const Shape& output, const std::function<double(int, int, int, int)>& f) {
  std::vector<double> result;
  for (int n = 0; n < output[0]; ++n) {
    for (int y = 0; y < output[1]; ++y) {
      for (int x = 0; x < output[2]; ++x) {
        for (int c = 0; c < output[3]; ++c) result.push_back(f(n, y, x, c));
      }
    }
  }
  return result;
}

// Calls f(iy, ix, ky, kx) for the taps at output pixel (y, x), those in the
// padding included.
void ForTaps(const Window2dParams& w, int y, int x,
             const std::function<void(int, int, int, int)>& f) {
  for (int ky = 0; ky < w.kernel_h; ++ky) {
    for (int kx = 0; kx < w.kernel_w; ++kx) {
      f(y * w.stride_h - w.pad_top + ky * w.dilation_h,
        x * w.stride_w - w.pad_left + kx * w.dilation_w, ky, kx);
    }
  }
}

bool Inside(const Shape& shape, int y, int x) {
  return y >= 0 && x >= 0 && y < shape[1] && x < shape[2];
}

double At(const std::vector<float>& data, const Shape& shape, int a, int b,
          int c, int d) {
  return data[size_t(((a * shape[1] + b) * shape[2] + c) * shape[3] + d)];
}

void CheckConv(const Window2dParams& window, const Shape& in, int32_t channels,
               int32_t groups, FloatClamp clamp = {}) {
  SCOPED_TRACE(ToText(window) + in.ToString() + " " + std::to_string(groups));
  Graph graph;
  const ValueId x = AddInput(graph, "x", in);
  const Shape shape{channels, window.kernel_h, window.kernel_w, in[3] / groups};
  const auto weights = RandomFloats(shape.NumElements(), 0.5f, 1);
  const auto bias = RandomFloats(channels, 1.0f, 2);
  graph.outputs = {Append(graph, "conv", Conv2d{window, groups, clamp},
                          {x, graph.AddConstant("w", shape, weights),
                           graph.AddConstant("b", {channels}, bias)})};
  const auto input = RandomFloats(in.NumElements(), 1.0f, 3);
  const auto value = [&](int n, int y, int xx, int c) {
    double sum = bias[size_t(c)];
    ForTaps(window, y, xx, [&](int iy, int ix, int ky, int kx) {
      if (!Inside(in, iy, ix)) return;
      const int first = c / (channels / groups) * shape[3];
      for (int i = 0; i < shape[3]; ++i) {
        sum += At(input, in, n, iy, ix, first + i) *
               At(weights, shape, c, ky, kx, i);
      }
    });
    return std::clamp(sum, double{clamp.min}, double{clamp.max});
  };
  ExpectOutput(graph, input,
               ForEach(graph.value(graph.outputs[0]).shape, value));
}

TEST(FloatLayersTest, Conv2d) {
  CheckConv({1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 5, 4, 7}, 9, 1);
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 7, 6, 3}, 8, 1);
  CheckConv({3, 2, 2, 1, 1, 1, 0, 1, 2, 0}, {1, 9, 8, 4}, 5, 1);
  CheckConv({3, 3, 1, 2, 2, 3, 2, 3, 1, 0}, {1, 11, 13, 2}, 17, 1);
  CheckConv({1, 1, 2, 2, 1, 1, 0, 0, 0, 0}, {1, 7, 7, 16}, 33, 1);
  CheckConv({1, 1, 3, 3, 1, 1, 1, 1, 0, 0}, {1, 4, 4, 2}, 2, 1);
}

TEST(FloatLayersTest, GroupedAndDepthwiseConv2d) {
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 5, 6}, 9, 3);
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {2, 6, 5, 19}, 19, 19);
  CheckConv({5, 5, 2, 2, 1, 1, 1, 2, 2, 1}, {1, 9, 9, 8}, 8, 8);
  CheckConv({7, 7, 1, 1, 1, 1, 3, 3, 3, 3}, {1, 9, 9, 8}, 8, 8);
  CheckConv({3, 3, 1, 1, 2, 2, 2, 2, 2, 2}, {1, 9, 9, 8}, 8, 8);
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 4}, 8, 4);
  CheckConv({1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 6, 6, 11}, 11, 11);
}

TEST(FloatLayersTest, Conv2dClamps) {
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 3}, 8, 1, {0.0f, 0.5f});
  CheckConv({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 8}, 8, 8,
            {0.0f, std::numeric_limits<float>::infinity()});
}

TEST(FloatLayersTest, FullyConnected) {
  for (const Shape& in : {Shape{1, 37}, Shape{5, 37}, Shape{2, 3, 37}}) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", in);
    const auto weights = RandomFloats(10 * 37, 1.0f, 4);
    const auto bias = RandomFloats(10, 1.0f, 5);
    graph.outputs = {Append(graph, "fc", FullyConnected{{-1.0f, 2.0f}},
                            {x, graph.AddConstant("w", {10, 37}, weights),
                             graph.AddConstant("b", {10}, bias)})};
    const auto input = RandomFloats(in.NumElements(), 1.0f, 6);
    std::vector<double> expected;
    for (size_t row = 0; row < input.size() / 37; ++row) {
      for (size_t n = 0; n < 10; ++n) {
        double sum = bias[n];
        for (size_t k = 0; k < 37; ++k) {
          sum += double{input[row * 37 + k]} * weights[n * 37 + k];
        }
        expected.push_back(std::clamp(sum, -1.0, 2.0));
      }
    }
    ExpectOutput(graph, input, expected);
  }
}

void CheckPools(const Window2dParams& window, const Shape& in,
                FloatClamp clamp = {}) {
  SCOPED_TRACE(ToText(window) + in.ToString());
  const auto input = RandomFloats(in.NumElements(), 1.0f, 7);
  const auto check = [&](Operator op, bool include, bool max) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", in);
    graph.outputs = {Append(graph, "pool", std::move(op), {x})};
    const auto value = [&](int n, int y, int xx, int c) {
      double sum = 0.0, largest = -1e30;
      int count = 0;
      ForTaps(window, y, xx, [&](int iy, int ix, int, int) {
        if (!Inside(in, iy, ix)) return;
        ++count;
        sum += At(input, in, n, iy, ix, c);
        largest = std::max(largest, At(input, in, n, iy, ix, c));
      });
      if (include) count = window.kernel_h * window.kernel_w;
      return std::clamp(max ? largest : sum / count, double{clamp.min},
                        double{clamp.max});
    };
    ExpectOutput(graph, input,
                 ForEach(graph.value(graph.outputs[0]).shape, value));
  };
  check(MaxPool2d{window, clamp}, false, true);
  check(AveragePool2d{window, false, clamp}, false, false);
  check(AveragePool2d{window, true, clamp}, true, false);
}

TEST(FloatLayersTest, Pools) {
  CheckPools({2, 2, 2, 2, 1, 1, 0, 0, 0, 0}, {1, 6, 8, 5});
  CheckPools({3, 3, 2, 2, 1, 1, 1, 1, 1, 1}, {2, 7, 7, 16});
  CheckPools({3, 3, 2, 2, 1, 1, 0, 0, 1, 1}, {1, 8, 8, 3});
  CheckPools({3, 2, 1, 1, 1, 1, 2, 1, 0, 0}, {1, 5, 5, 9});
  CheckPools({1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 5, 4, 3});
  CheckPools({1, 1, 2, 3, 1, 1, 0, 0, 0, 0}, {1, 5, 7, 3});
  CheckPools({1, 3, 1, 2, 1, 1, 0, 1, 0, 1}, {1, 3, 9, 4});
  CheckPools({2, 2, 4, 4, 1, 1, 0, 0, 0, 0}, {1, 9, 9, 2});
  CheckPools({9, 9, 9, 9, 1, 1, 0, 0, 0, 0}, {2, 9, 9, 6});
  CheckPools({7, 7, 1, 1, 1, 1, 0, 0, 0, 0}, {2, 7, 7, 40});
}

TEST(FloatLayersTest, DilatedPools) {
  CheckPools({2, 2, 1, 1, 2, 2, 0, 0, 0, 0}, {1, 6, 6, 3});
  CheckPools({2, 2, 1, 1, 2, 2, 1, 1, 1, 1}, {1, 6, 6, 3});
  CheckPools({3, 3, 2, 1, 2, 3, 2, 3, 1, 2}, {1, 9, 11, 4});
}

TEST(FloatLayersTest, PoolsClamp) {
  CheckPools({3, 3, 1, 1, 1, 1, 1, 1, 1, 1}, {1, 6, 6, 4}, {-0.1f, 0.1f});
  CheckPools({6, 6, 1, 1, 1, 1, 0, 0, 0, 0}, {1, 6, 6, 4}, {0.0f, 0.01f});
}

}  // namespace
}  // namespace octet::converter
