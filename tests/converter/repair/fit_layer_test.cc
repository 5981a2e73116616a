#include "converter/repair/fit_layer.h"

#include <cmath>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

// Inputs with a mean, targets of the real weights on slightly other inputs.
struct Layer {
  size_t rows, inputs, outputs;
  std::vector<float> x, weights, target, scale;
  std::vector<int8_t> rounded;

  Layer(size_t r, size_t k, size_t m, uint64_t seed)
      : rows(r), inputs(k), outputs(m) {
    x = RandomFloats(int64_t(r * k), 1.0f, seed);
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] += 0.5f + (i % k > 0 ? 0.8f * x[i - 1] : 0.0f);
    }
    weights = RandomFloats(int64_t(m * k), 1.0f, seed + 1);
    const auto noise = RandomFloats(int64_t(r * k), 0.02f, seed + 2);
    for (size_t row = 0; row < r; ++row) {
      for (size_t o = 0; o < m; ++o) {
        double sum = 0.25;
        for (size_t i = 0; i < k; ++i) {
          sum += double{weights[o * k + i]} *
                 (x[row * k + i] + noise[row * k + i]);
        }
        target.push_back(float(sum));
      }
    }
    scale.assign(m, 0.125f);
    for (float w : weights) {
      rounded.push_back(int8_t(std::lround(w / 0.125f)));
    }
  }

  FitProblem Problem() const {
    FitProblem problem;
    problem.rows = rows;
    problem.inputs = inputs;
    problem.outputs = outputs;
    problem.x = x;
    problem.target = target.data();
    problem.target_stride = outputs;
    problem.weights = weights;
    problem.scale = scale;
    problem.rounded = rounded;
    return problem;
  }

  // target - (scale q x + bias) on all rows.
  std::vector<double> Errors(const FitResult& fit, size_t output) const {
    std::vector<double> errors;
    for (size_t row = 0; row < rows; ++row) {
      double sum = fit.bias[output];
      for (size_t i = 0; i < inputs; ++i) {
        sum += double{scale[output]} * fit.values[output * inputs + i] *
               x[row * inputs + i];
      }
      errors.push_back(target[row * outputs + output] - sum);
    }
    return errors;
  }
};

double Mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (double value : values) sum += value;
  return sum / double(values.size());
}

double MeanSquare(const std::vector<double>& values) {
  double sum = 0.0;
  for (double value : values) sum += value * value;
  return sum / double(values.size());
}

TEST(FitLayerTest, BiasCorrectionRemovesTheMeanErrorAndKeepsTheWeights) {
  const Layer layer(500, 9, 4, 1);
  const FitResult fit = FitGroup(layer.Problem(), {});
  EXPECT_EQ(fit.values, layer.rounded);
  const FitResult plain = {layer.rounded, std::vector<float>(4, 0.25f)};
  for (size_t m = 0; m < layer.outputs; ++m) {
    EXPECT_GT(std::abs(Mean(layer.Errors(plain, m))), 1e-3);
    EXPECT_NEAR(Mean(layer.Errors(fit, m)), 0.0, 1e-5);
  }
}

TEST(FitLayerTest, RoundingLowersTheErrorOfTheOutput) {
  const Layer layer(3000, 24, 6, 5);
  const FitResult nearest = FitGroup(layer.Problem(), {});
  const FitResult fit =
      FitGroup(layer.Problem(), {.rounding = Rounding::kSuccessive});
  double before = 0.0, after = 0.0;
  for (size_t m = 0; m < layer.outputs; ++m) {
    EXPECT_NEAR(Mean(layer.Errors(fit, m)), 0.0, 1e-4);
    before += MeanSquare(layer.Errors(nearest, m));
    after += MeanSquare(layer.Errors(fit, m));
  }
  EXPECT_LT(after, 0.6 * before);
}

// More inputs than fit one slice: slices make up for each other.
TEST(FitLayerTest, WideLayer) {
  const Layer layer(2600, 1300, 2, 9);
  const FitResult nearest = FitGroup(layer.Problem(), {});
  const FitResult fit =
      FitGroup(layer.Problem(), {.rounding = Rounding::kSuccessive});
  for (size_t m = 0; m < layer.outputs; ++m) {
    EXPECT_LT(MeanSquare(layer.Errors(fit, m)),
              0.8 * MeanSquare(layer.Errors(nearest, m)));
  }
}

TEST(FitLayerTest, ThreadsDoNotChangeABit) {
  const Layer layer(700, 40, 9, 13);
  const FitResult one = FitGroup(
      layer.Problem(), {.rounding = Rounding::kSuccessive, .threads = 1});
  const FitResult five = FitGroup(
      layer.Problem(), {.rounding = Rounding::kSuccessive, .threads = 5});
  EXPECT_EQ(one.values, five.values);
  EXPECT_EQ(one.bias, five.bias);
}

}  // namespace
}  // namespace octet::converter
