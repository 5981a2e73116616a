#include "converter/repair/round_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

// Correlated inputs: `factors` random sources mixed into `inputs`.
std::vector<float> CorrelatedRows(size_t rows, size_t inputs, size_t factors,
                                  uint64_t seed) {
  const auto mix = RandomFloats(int64_t(factors * inputs), 1.0f, seed);
  const auto source = RandomFloats(int64_t(rows * factors), 1.0f, seed + 1);
  std::vector<float> x = RandomFloats(int64_t(rows * inputs), 0.1f, seed + 2);
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < inputs; ++i) {
      for (size_t f = 0; f < factors; ++f) {
        x[row * inputs + i] += source[row * factors + f] * mix[f * inputs + i];
      }
    }
  }
  return x;
}

// By the definition: mean over the rows of (sum of (scale q - t) x)^2.
double OutputError(const std::vector<float>& x, size_t inputs,
                   const std::vector<float>& t, const std::vector<int8_t>& q,
                   double scale) {
  double sum = 0.0;
  const size_t rows = x.size() / inputs;
  for (size_t row = 0; row < rows; ++row) {
    double error = 0.0;
    for (size_t i = 0; i < inputs; ++i) {
      error += (scale * q[i] - double{t[i]}) * double{x[row * inputs + i]};
    }
    sum += error * error;
  }
  return sum / double(rows);
}

std::vector<int8_t> Nearest(const std::vector<float>& t, double scale) {
  std::vector<int8_t> q;
  for (float value : t) {
    q.push_back(static_cast<int8_t>(std::lround(value / scale)));
  }
  return q;
}

constexpr double kTinyRidge = 1e-9;

RoundingProblem MakeProblem(const std::vector<float>& x, size_t inputs) {
  const Columns columns{x.data(), x.size() / inputs, inputs, 0, inputs};
  return RoundingProblem(Gram(columns, 1), kTinyRidge);
}

TEST(RoundWeightsTest, ErrorIsTheMeanSquareOfTheOutput) {
  const size_t inputs = 7;
  const auto x = CorrelatedRows(333, inputs, 3, 1);
  const std::vector<float> t = {0.31, -0.2, 0.77, 0.05, -0.4, 0.6, -0.9};
  const auto q = Nearest(t, 0.1);
  EXPECT_NEAR(MakeProblem(x, inputs).Error(q, t, 0.1),
              OutputError(x, inputs, t, q, 0.1), 1e-6);
}

// What is left of each input after the projection onto those of less power,
// mean squares, by Gram-Schmidt on the samples themselves.
std::vector<double> Innovations(const std::vector<float>& x, size_t inputs) {
  const size_t rows = x.size() / inputs;
  std::vector<std::vector<double>> columns(inputs, std::vector<double>(rows));
  for (size_t i = 0; i < x.size(); ++i) columns[i % inputs][i / inputs] = x[i];
  const auto product = [&](const std::vector<double>& a,
                           const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) /
           double(rows);
  };
  std::stable_sort(columns.begin(), columns.end(),
                   [&](const auto& a, const auto& b) {
                     return product(a, a) < product(b, b);
                   });
  std::vector<double> left;
  for (size_t i = 0; i < inputs; ++i) {
    for (size_t j = 0; j < i; ++j) {
      const double factor = product(columns[i], columns[j]) / left[j];
      for (size_t row = 0; row < rows; ++row) {
        columns[i][row] -= factor * columns[j][row];
      }
    }
    left.push_back(product(columns[i], columns[i]));
  }
  return left;
}

// Babai's nearest plane leaves at most half a step in the direction of each
// innovation.
TEST(RoundWeightsTest, ErrorIsBelowTheBoundOfTheNearestPlane) {
  int nearest_above = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    const size_t inputs = 3 + seed % 12;
    const auto x = CorrelatedRows(300, inputs, 1 + seed % 3, 100 + 10 * seed);
    const auto t = RandomFloats(int64_t(inputs), 1.0f, seed);
    const double scale = 0.15;
    double bound = 0.0;
    for (double innovation : Innovations(x, inputs)) {
      bound += 0.25 * scale * scale * innovation;
    }
    const auto q = MakeProblem(x, inputs).Round(t, scale, WeightGrid::kInt8);
    EXPECT_LE(OutputError(x, inputs, t, q, scale), bound * (1 + 1e-5)) << seed;
    nearest_above +=
        OutputError(x, inputs, t, Nearest(t, scale), scale) > bound;
  }
  // The bound says something: rounding to nearest breaks it often.
  EXPECT_GE(nearest_above, 30);
}

TEST(RoundWeightsTest, NoSingleStepLowersTheError) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const size_t inputs = 2 + seed % 20;
    const auto x = CorrelatedRows(200, inputs, 1 + seed % 4, 7 + 10 * seed);
    const auto t = RandomFloats(int64_t(inputs), 1.0f, seed);
    const double scale = 0.15;
    auto q = MakeProblem(x, inputs).Round(t, scale, WeightGrid::kInt8);
    const double found = OutputError(x, inputs, t, q, scale);
    for (int8_t& value : q) {
      for (int step : {-1, 1}) {
        value = int8_t(value + step);
        EXPECT_GE(OutputError(x, inputs, t, q, scale), found * (1 - 1e-5));
        value = int8_t(value - step);
      }
    }
  }
}

// Where inputs are orthogonal nothing can make up for anything.
TEST(RoundWeightsTest, OrthogonalInputsAreRoundedToNearest) {
  const size_t inputs = 8;
  std::vector<float> x(inputs * inputs, 0.0f);
  for (size_t i = 0; i < inputs; ++i) x[i * inputs + i] = 1.0f + float(i);
  const auto t = RandomFloats(inputs, 1.0f, 5);
  EXPECT_EQ(MakeProblem(x, inputs).Round(t, 0.15, WeightGrid::kInt8),
            Nearest(t, 0.15));
}

TEST(RoundWeightsTest, NeverWorseThanNearest) {
  for (uint64_t seed = 1; seed < 40; ++seed) {
    const size_t inputs = 1 + seed * 3 % 50;
    const auto x = CorrelatedRows(120, inputs, 1 + seed % 5, seed * 10);
    const auto t = RandomFloats(int64_t(inputs), 1.0f, seed);
    const RoundingProblem problem = MakeProblem(x, inputs);
    const double scale = seed % 2 == 0 ? 0.01 : 0.3;
    const auto q = problem.Round(t, scale, WeightGrid::kInt8);
    EXPECT_LE(problem.Error(q, t, scale),
              problem.Error(Nearest(t, scale), t, scale) * (1 + 1e-9))
        << seed;
  }
}

TEST(RoundWeightsTest, StaysWithinTheLimit) {
  const auto x = CorrelatedRows(100, 5, 2, 3);
  const std::vector<float> t = {9, -9, 0.4, 0.4, -0.4};
  for (int8_t q : MakeProblem(x, 5).Round(t, 1.0, WeightGrid::kInt4)) {
    EXPECT_LE(std::abs(int{q}), 7);
  }
}

TEST(RoundWeightsTest, InputsThatAreConstantlyZero) {
  const std::vector<float> x(30, 0.0f);
  const std::vector<float> t = {0.4, -0.6, 1.2};
  EXPECT_EQ(MakeProblem(x, 3).Round(t, 1.0, WeightGrid::kInt8),
            (std::vector<int8_t>{0, -1, 1}));
}

}  // namespace
}  // namespace octet::converter
