#include "converter/repair/adaround.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Correlated inputs of mean 0 and the targets of real weights.
struct Layer {
  size_t rows, inputs, outputs;
  float step;
  std::vector<float> x, weights, target, scale;
  std::vector<double> bias;
  std::vector<int8_t> nearest;
  FloatClamp clamp;

  Layer(size_t r, size_t k, size_t m, float s, uint64_t seed)
      : rows(r), inputs(k), outputs(m), step(s), scale(m, s), bias(m, 0.3) {
    x = RandomFloats(int64_t(r * k), 1.0f, seed);
    for (size_t i = 0; i < x.size(); ++i) {
      if (i % k > 0) x[i] += 0.9f * x[i - 1];
    }
    weights = RandomFloats(int64_t(m * k), 1.0f, seed + 1);
    for (size_t i = 0; i < r * m; ++i) {
      target.push_back(float(Output(i / m, i % m, weights, 1.0)));
    }
    for (float w : weights) nearest.push_back(int8_t(std::lround(w / s)));
  }

  template <typename T>
  double Output(size_t row, size_t output, const std::vector<T>& w,
                double factor) const {
    double sum = bias[output];
    for (size_t i = 0; i < inputs; ++i) {
      sum +=
          factor * double(w[output * inputs + i]) * double{x[row * inputs + i]};
    }
    return sum;
  }

  AdaRoundProblem Problem() const {
    return {.rows = rows,
            .inputs = inputs,
            .outputs = outputs,
            .x = x.data(),
            .target = target.data(),
            .target_stride = outputs,
            .clamp = clamp,
            .bias = bias,
            .weights = weights,
            .scale = scale,
            .start = nearest};
  }

  // By the definition, one output after the other.
  double Error(size_t output, const std::vector<int8_t>& q) const {
    double sum = 0.0;
    for (size_t row = 0; row < rows; ++row) {
      const double error = std::clamp(double{target[row * outputs + output]},
                                      double{clamp.min}, double{clamp.max}) -
                           std::clamp(Output(row, output, q, step),
                                      double{clamp.min}, double{clamp.max});
      sum += error * error;
    }
    return sum / double(rows);
  }

  // The least error of all ways to round each weight up or down.
  double Best(size_t output) const {
    double best = std::numeric_limits<double>::infinity();
    std::vector<int8_t> q = nearest;
    for (int choice = 0; choice < 1 << inputs; ++choice) {
      for (size_t i = 0; i < inputs; ++i) {
        const size_t at = output * inputs + i;
        q[at] = int8_t(int(std::floor(weights[at] / step)) + (choice >> i & 1));
      }
      best = std::min(best, Error(output, q));
    }
    return best;
  }
};

TEST(AdaRoundTest, LayerErrorIsTheMeanSquareBehindTheClamp) {
  Layer layer(200, 7, 3, 0.2f, 1);
  for (const FloatClamp& clamp :
       {FloatClamp(), FloatClamp{0.0f, kInfinity}, FloatClamp{-0.5f, 0.8f}}) {
    layer.clamp = clamp;
    for (size_t m = 0; m < layer.outputs; ++m) {
      const double expected = layer.Error(m, layer.nearest);
      EXPECT_NEAR(LayerError(layer.Problem(), m,
                             std::span(layer.nearest).subspan(m * 7, 7)),
                  expected, 1e-5 * expected);
    }
  }
}

// A weight alone has nothing to make up for.
TEST(AdaRoundTest, OneInputIsRoundedToNearest) {
  Layer layer(300, 1, 40, 0.1f, 3);
  const std::vector<int8_t> nearest = layer.nearest;
  for (int8_t& q : layer.nearest) q = int8_t(q + 3);
  EXPECT_EQ(AdaRound(layer.Problem(), {}), nearest);
}

// Against all 2^8 ways to round, with and without a ReLU.
TEST(AdaRoundTest, FindsTheBestOfAllRoundingsOrOneNearIt) {
  for (bool relu : {false, true}) {
    Layer layer(400, 8, 32, 0.25f, 5);
    if (relu) layer.clamp = {0.0f, kInfinity};
    const std::vector<int8_t> found = AdaRound(layer.Problem(), {});
    int optimal = 0;
    double found_sum = 0.0, best_sum = 0.0, nearest_sum = 0.0;
    for (size_t m = 0; m < layer.outputs; ++m) {
      const double error = layer.Error(m, found), best = layer.Best(m);
      optimal += error <= best * (1 + 1e-4);
      found_sum += error;
      best_sum += best;
      nearest_sum += layer.Error(m, layer.nearest);
    }
    // Nine tenths of what can be gained.
    EXPECT_LE(found_sum - best_sum, 0.1 * (nearest_sum - best_sum)) << relu;
    EXPECT_GE(optimal, 14) << relu;
  }
}

TEST(AdaRoundTest, NoChannelIsWorseThanItsStart) {
  const Layer layer(150, 30, 21, 0.02f, 9);
  const std::vector<int8_t> found =
      AdaRound(layer.Problem(), {.iterations = 3});
  for (size_t m = 0; m < layer.outputs; ++m) {
    EXPECT_LE(layer.Error(m, found), layer.Error(m, layer.nearest) * (1 + 1e-5))
        << m;
  }
}

TEST(AdaRoundTest, StaysWithinTheLimit) {
  Layer layer(100, 6, 5, 0.125f, 11);
  AdaRoundProblem problem = layer.Problem();
  problem.limit = 4;
  for (int8_t& q : layer.nearest) q = std::clamp<int8_t>(q, -4, 4);
  for (int8_t q : AdaRound(problem, {.iterations = 200})) {
    EXPECT_LE(std::abs(int{q}), 4);
  }
}

TEST(AdaRoundTest, InputsThatAreConstantlyZeroKeepTheStart) {
  Layer layer(50, 4, 3, 0.25f, 13);
  std::fill(layer.x.begin(), layer.x.end(), 0.0f);
  EXPECT_EQ(AdaRound(layer.Problem(), {.iterations = 100}), layer.nearest);
}

TEST(AdaRoundTest, ThreadsDoNotChangeABit) {
  const Layer layer(300, 40, 29, 0.1f, 15);
  const auto one = AdaRound(layer.Problem(), {.iterations = 200, .threads = 1});
  const auto five =
      AdaRound(layer.Problem(), {.iterations = 200, .threads = 5});
  EXPECT_EQ(one, five);
  EXPECT_NE(one, layer.nearest);
}

}  // namespace
}  // namespace octet::converter
