// The few dense operations that rounding needs. Matrices are row-major. Sums
// run in a fixed order: the same numbers on every machine.

#ifndef OCTET_CONVERTER_REPAIR_LINEAR_ALGEBRA_H_
#define OCTET_CONVERTER_REPAIR_LINEAR_ALGEBRA_H_

#include <cstddef>
#include <span>
#include <vector>

namespace octet::converter {

struct SquareMatrix {
  size_t size = 0;
  std::vector<double> values;  // size * size

  explicit SquareMatrix(size_t n = 0) : size(n), values(n * n) {}
  double* row(size_t i) { return &values[i * size]; }
  const double* row(size_t i) const { return &values[i * size]; }
};

// `columns` of the rows of a larger matrix, beginning at column `first`.
struct Columns {
  const float* values = nullptr;
  size_t rows = 0;
  size_t stride = 0;  // from a row to the next
  size_t first = 0;
  size_t columns = 0;

  const float* row(size_t i) const { return values + i * stride + first; }
};

// y[i] += a * x[i].
void AddScaled(std::span<double> y, std::span<const double> x, double a);

// The mean over the rows of x x^T, both triangles. Independent of the number of
// threads.
SquareMatrix Gram(const Columns& x, int threads);

// The mean of the rows.
std::vector<double> MeanRow(const Columns& x);

// The upper triangular u with a = u^T u; false if a is not positive definite.
bool Cholesky(const SquareMatrix& a, SquareMatrix& u);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_LINEAR_ALGEBRA_H_
