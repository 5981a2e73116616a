#include "converter/repair/round_weights.h"

#include <cmath>
#include <limits>

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

// All 3^6 choices around the nearest integers.
double BruteForce(const std::vector<float>& x, size_t inputs,
                  const std::vector<float>& t, double scale) {
  double best = std::numeric_limits<double>::infinity();
  const std::vector<int8_t> nearest = Nearest(t, scale);
  for (int choice = 0; choice < 729; ++choice) {
    std::vector<int8_t> q = nearest;
    int rest = choice;
    for (int8_t& value : q) {
      value = static_cast<int8_t>(value + rest % 3 - 1);
      rest /= 3;
    }
    best = std::min(best, OutputError(x, inputs, t, q, scale));
  }
  return best;
}

TEST(RoundWeightsTest, ComesCloseToTheBestOfAllRoundings) {
  double found_sum = 0.0, best_sum = 0.0, nearest_sum = 0.0;
  int optimal = 0;
  constexpr int kCases = 20;
  for (int i = 0; i < kCases; ++i) {
    const size_t inputs = 6;
    const auto x = CorrelatedRows(200, inputs, 2, uint64_t(100 + 10 * i));
    const auto t = RandomFloats(inputs, 1.0f, uint64_t(7 + i));
    const double scale = 0.15;
    const auto q = MakeProblem(x, inputs).Round(t, scale, 127);
    const double found = OutputError(x, inputs, t, q, scale);
    const double best = BruteForce(x, inputs, t, scale);
    found_sum += found;
    best_sum += best;
    nearest_sum += OutputError(x, inputs, t, Nearest(t, scale), scale);
    optimal += found <= best * (1 + 1e-5);
  }
  EXPECT_GE(optimal, kCases / 4);
  EXPECT_LT(found_sum, 2.0 * best_sum);
  EXPECT_LT(found_sum, 0.5 * nearest_sum);
}

TEST(RoundWeightsTest, NeverWorseThanNearest) {
  for (uint64_t seed = 1; seed < 40; ++seed) {
    const size_t inputs = 1 + seed * 3 % 50;
    const auto x = CorrelatedRows(120, inputs, 1 + seed % 5, seed * 10);
    const auto t = RandomFloats(int64_t(inputs), 1.0f, seed);
    const RoundingProblem problem = MakeProblem(x, inputs);
    const double scale = seed % 2 == 0 ? 0.01 : 0.3;
    const auto q = problem.Round(t, scale, 127);
    EXPECT_LE(problem.Error(q, t, scale),
              problem.Error(Nearest(t, scale), t, scale) * (1 + 1e-9))
        << seed;
  }
}

TEST(RoundWeightsTest, StaysWithinTheLimit) {
  const auto x = CorrelatedRows(100, 5, 2, 3);
  const std::vector<float> t = {9, -9, 0.4, 0.4, -0.4};
  for (int8_t q : MakeProblem(x, 5).Round(t, 1.0, 7)) {
    EXPECT_LE(std::abs(int{q}), 7);
  }
}

TEST(RoundWeightsTest, InputsThatAreConstantlyZero) {
  const std::vector<float> x(30, 0.0f);
  const std::vector<float> t = {0.4, -0.6, 1.2};
  EXPECT_EQ(MakeProblem(x, 3).Round(t, 1.0, 127),
            (std::vector<int8_t>{0, -1, 1}));
}

}  // namespace
}  // namespace octet::converter
