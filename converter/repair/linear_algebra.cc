#include "converter/repair/linear_algebra.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "converter/repair/parallel_for.h"

// Lane by lane these loops compute the same numbers at every width, because
// products and sums are not contracted and no sum is reordered.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define OCTET_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define OCTET_WIDE
#endif

namespace octet::converter {
namespace {

// Rows that are summed in float before they are added to a double.
constexpr size_t kRowsInFloat = 256;
// Rows of a Gram matrix that one thread computes at a time.
constexpr size_t kGramRows = 16;

OCTET_WIDE void AddScaledDoubles(double* y, const double* x, double a,
                                 size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += a * x[i];
}

// Four rows at a time, so that y is read and written once for them.
OCTET_WIDE void AddFourScaled(float* y, const float* const* x, const float* a,
                              size_t n) {
  const float *x0 = x[0], *x1 = x[1], *x2 = x[2], *x3 = x[3];
  const float a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];
  for (size_t i = 0; i < n; ++i) {
    y[i] += (a0 * x0[i] + a1 * x1[i]) + (a2 * x2[i] + a3 * x3[i]);
  }
}

// sum[j] += sum over rows of factor(row) * x[row][j], j < n.
template <typename FactorT>
void AddWeightedRows(const Columns& x, size_t n, const FactorT& factor,
                     std::span<double> sum) {
  std::vector<float> partial(n);
  for (size_t begin = 0; begin < x.rows; begin += kRowsInFloat) {
    const size_t end = std::min(x.rows, begin + kRowsInFloat);
    std::fill(partial.begin(), partial.end(), 0.0f);
    for (size_t row = begin; row < end; row += 4) {
      const float* rows[4];
      float factors[4];
      for (size_t i = 0; i < 4; ++i) {
        const bool inside = row + i < end;
        rows[i] = x.row(inside ? row + i : row);
        factors[i] = inside ? factor(row + i) : 0.0f;
      }
      AddFourScaled(partial.data(), rows, factors, n);
    }
    for (size_t j = 0; j < n; ++j) sum[j] += partial[j];
  }
}

}  // namespace

void AddScaled(std::span<double> y, std::span<const double> x, double a) {
  assert(y.size() == x.size());
  AddScaledDoubles(y.data(), x.data(), a, y.size());
}

SquareMatrix Gram(const Columns& x, int threads) {
  SquareMatrix gram(x.columns);
  const size_t pieces = (x.columns + kGramRows - 1) / kGramRows;
  ParallelFor(pieces, threads, [&](size_t piece) {
    const size_t end = std::min(x.columns, (piece + 1) * kGramRows);
    for (size_t i = piece * kGramRows; i < end; ++i) {
      const auto factor = [&](size_t row) { return x.row(row)[i]; };
      AddWeightedRows(x, i + 1, factor, {gram.row(i), i + 1});
      for (size_t j = 0; j <= i; ++j) gram.row(i)[j] /= double(x.rows);
    }
  });
  for (size_t i = 0; i < gram.size; ++i) {
    for (size_t j = 0; j < i; ++j) gram.row(j)[i] = gram.row(i)[j];
  }
  return gram;
}

std::vector<double> MeanRow(const Columns& x) {
  std::vector<double> sum(x.columns);
  AddWeightedRows(
      x, x.columns, [](size_t) { return 1.0f; }, sum);
  for (double& value : sum) value /= double(x.rows);
  return sum;
}

bool Cholesky(const SquareMatrix& a, SquareMatrix& u) {
  u = a;
  const size_t n = a.size;
  for (size_t k = 0; k < n; ++k) {
    double* pivot = u.row(k);
    if (!(pivot[k] > 0.0)) return false;
    const double scale = 1.0 / std::sqrt(pivot[k]);
    for (size_t j = k; j < n; ++j) pivot[j] *= scale;
    for (size_t i = k + 1; i < n; ++i) {
      AddScaledDoubles(u.row(i) + i, pivot + i, -pivot[i], n - i);
    }
  }
  return true;
}

}  // namespace octet::converter
