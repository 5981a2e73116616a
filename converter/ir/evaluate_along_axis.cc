#include "converter/ir/evaluate_along_axis.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace octet::converter {
namespace {

// The elements of a tensor along an axis of size n: element i of line
// {outer, inner} is at (outer * n + i) * stride + inner.
struct Lines {
  size_t outer = 1;
  size_t n = 1;
  size_t stride = 1;

  Lines(const Shape& shape, int axis) {
    for (int i = 0; i < axis; ++i) outer *= size_t(shape[i]);
    n = size_t(shape[axis]);
    for (int i = axis + 1; i < shape.rank; ++i) stride *= size_t(shape[i]);
  }

  // Calls visit(first position of a line in a tensor whose axis has `size`
  // elements) for the lines in order.
  template <typename Visit>
  void ForEach(size_t size, Visit visit) const {
    for (size_t o = 0; o < outer; ++o) {
      for (size_t i = 0; i < stride; ++i) visit(o * size * stride + i, o, i);
    }
  }
};

// Whether a comes in front of b; NaN is in front of any number.
template <typename Number>
bool IsInFront(Number a, Number b, bool largest) {
  if (a != a || b != b) return a != a && b == b;
  return largest ? a > b : a < b;
}

// The indices of a line in order; equal elements keep theirs.
template <typename Number>
std::vector<size_t> Order(const std::vector<Number>& data, const Lines& lines,
                          size_t first, bool largest) {
  std::vector<size_t> order(lines.n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return IsInFront(data[first + a * lines.stride],
                     data[first + b * lines.stride], largest);
  });
  return order;
}

template <typename Number>
void TakeFirst(const TopK& op, const Shape& shape,
               const std::vector<Number>& data, std::vector<Number>& values,
               std::vector<int64_t>& indices) {
  const Lines lines(shape, op.params.axis);
  const auto k = size_t(op.params.k);
  values.resize(lines.outer * k * lines.stride);
  indices.resize(values.size());
  lines.ForEach(lines.n, [&](size_t first, size_t outer, size_t inner) {
    const auto order = Order(data, lines, first, op.largest);
    for (size_t i = 0; i < k; ++i) {
      const size_t to = (outer * k + i) * lines.stride + inner;
      values[to] = data[first + order[i] * lines.stride];
      indices[to] = static_cast<int64_t>(order[i]);
    }
  });
}

template <typename Sum, typename Number>
std::vector<Number> RunningSums(const CumSum& op, const Shape& shape,
                                const std::vector<Number>& data) {
  const Lines lines(shape, op.axis);
  std::vector<Number> sums(data.size());
  lines.ForEach(lines.n, [&](size_t first, size_t, size_t) {
    Sum sum = 0;
    for (size_t i = 0; i < lines.n; ++i) {
      const size_t index = op.reverse ? lines.n - 1 - i : i;
      const size_t at = first + index * lines.stride;
      if (op.exclusive) sums[at] = static_cast<Number>(sum);
      sum += static_cast<Sum>(data[at]);
      if (!op.exclusive) sums[at] = static_cast<Number>(sum);
    }
  });
  return sums;
}

}  // namespace

ConstantData EvaluateArgExtremum(const ArgExtremum& op, const Value& input) {
  const std::vector<float>& data = *input.data;
  const Lines lines(input.shape, op.axis);
  ConstantData result{DataType::INT64, {}, {}};
  lines.ForEach(lines.n, [&](size_t first, size_t, size_t) {
    size_t best = 0;
    for (size_t i = 1; i < lines.n; ++i) {
      const float x = data[first + i * lines.stride];
      const float y = data[first + best * lines.stride];
      const bool equal = x == y || (std::isnan(x) && std::isnan(y));
      if (IsInFront(x, y, op.largest) || (op.last && equal)) best = i;
    }
    result.integers.push_back(static_cast<int64_t>(best));
  });
  return result;
}

ConstantData EvaluateTopK(const TopK& op, const Value& input) {
  ConstantData values{input.type, {}, {}};
  ConstantData indices{DataType::INT64, {}, {}};
  if (input.is_float()) {
    TakeFirst(op, input.shape, *input.data, values.floats, indices.integers);
  } else {
    TakeFirst(op, input.shape, *input.integers, values.integers,
              indices.integers);
  }
  return op.result == schema::TopKResult::VALUES ? values : indices;
}

ConstantData EvaluateCumSum(const CumSum& op, const Value& input) {
  ConstantData sums{input.type, {}, {}};
  if (input.is_float()) {
    sums.floats = RunningSums<double>(op, input.shape, *input.data);
  } else {
    sums.integers = RunningSums<uint64_t>(op, input.shape, *input.integers);
  }
  return sums;
}

}  // namespace octet::converter
