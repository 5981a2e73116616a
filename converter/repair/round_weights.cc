#include "converter/repair/round_weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace octet::converter {
namespace {

// Sweeps of single steps over all weights; the last ones find next to nothing.
constexpr int kMostSweeps = 20;

std::vector<double> ValuesAt(std::span<const float> values,
                             const std::vector<size_t>& order) {
  std::vector<double> result(order.size());
  for (size_t i = 0; i < order.size(); ++i) result[i] = values[order[i]];
  return result;
}

// H e.
std::vector<double> Multiply(const SquareMatrix& gram,
                             std::span<const double> e) {
  std::vector<double> product(gram.size);
  for (size_t i = 0; i < gram.size; ++i) {
    if (e[i] != 0.0) AddScaled(product, {gram.row(i), gram.size}, e[i]);
  }
  return product;
}

}  // namespace

RoundingProblem::RoundingProblem(SquareMatrix gram, double ridge)
    : order_(gram.size), gram_(gram.size) {
  const size_t n = gram.size;
  std::iota(order_.begin(), order_.end(), 0);
  std::stable_sort(order_.begin(), order_.end(), [&](size_t a, size_t b) {
    return gram.row(a)[a] < gram.row(b)[b];
  });
  double trace = 0.0;
  for (size_t i = 0; i < n; ++i) trace += gram.row(i)[i];
  // Inputs that are constantly 0 decide nothing; any ridge serves.
  const double mean = trace > 0.0 ? trace / double(n) : 1.0;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      gram_.row(i)[j] = gram.row(order_[i])[order_[j]];
    }
  }
  // More where rounding has left the matrix indefinite.
  for (double added = ridge * mean, total = 0.0;; added *= 10.0) {
    for (size_t i = 0; i < n; ++i) gram_.row(i)[i] += added - total;
    total = added;
    if (Cholesky(gram_, cholesky_)) break;
  }
}

RoundingProblem::Candidate RoundingProblem::Nearest(std::span<const double> t,
                                                    double scale,
                                                    WeightGrid grid) const {
  Candidate candidate;
  for (double value : t) {
    candidate.q.push_back(NearestOnGrid(value / scale, grid));
  }
  return candidate;
}

RoundingProblem::Candidate RoundingProblem::Successive(
    std::span<const double> t, double scale, WeightGrid grid) const {
  const size_t n = order_.size();
  Candidate candidate;
  candidate.q.resize(n);
  std::vector<double> error(n);
  for (size_t j = n; j-- > 0;) {
    const double* row = cholesky_.row(j);
    double spoilt = 0.0;
    for (size_t i = j + 1; i < n; ++i) spoilt += row[i] * error[i];
    candidate.q[j] = NearestOnGrid((t[j] - spoilt / row[j]) / scale, grid);
    error[j] = candidate.q[j] * scale - t[j];
  }
  return candidate;
}

void RoundingProblem::Improve(std::span<const double> t, double scale,
                              WeightGrid grid, Candidate& candidate) const {
  const size_t n = order_.size();
  std::vector<double> error(n);
  for (size_t i = 0; i < n; ++i) error[i] = candidate.q[i] * scale - t[i];
  std::vector<double> product = Multiply(gram_, error);
  bool changed = true;
  for (int sweep = 0; changed && sweep < kMostSweeps; ++sweep) {
    changed = false;
    for (size_t k = 0; k < n; ++k) {
      const double step = StepOnGrid(candidate.q[k], product[k] <= 0.0, grid);
      const double by = step * scale;
      if (2.0 * by * product[k] + by * by * gram_.row(k)[k] >= 0.0) continue;
      candidate.q[k] += step;
      error[k] += by;
      AddScaled(product, {gram_.row(k), n}, by);
      changed = true;
    }
  }
  product = Multiply(gram_, error);
  candidate.error =
      std::inner_product(error.begin(), error.end(), product.begin(), 0.0);
}

std::vector<int8_t> RoundingProblem::Round(std::span<const float> weights,
                                           double scale,
                                           WeightGrid grid) const {
  const std::vector<double> t = ValuesAt(weights, order_);
  Candidate best = Nearest(t, scale, grid);
  Improve(t, scale, grid, best);
  Candidate other = Successive(t, scale, grid);
  Improve(t, scale, grid, other);
  if (other.error < best.error) best = std::move(other);
  std::vector<int8_t> q(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) {
    q[order_[i]] = static_cast<int8_t>(best.q[i]);
  }
  return q;
}

double RoundingProblem::Error(std::span<const int8_t> q,
                              std::span<const float> weights,
                              double scale) const {
  std::vector<double> error(order_.size());
  for (size_t i = 0; i < order_.size(); ++i) {
    error[i] = q[order_[i]] * scale - double{weights[order_[i]]};
  }
  const std::vector<double> product = Multiply(gram_, error);
  return std::inner_product(error.begin(), error.end(), product.begin(), 0.0);
}

}  // namespace octet::converter
