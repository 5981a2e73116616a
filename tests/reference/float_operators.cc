#include "tests/reference/float_operators.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::reference {
namespace {

using Index = std::vector<int64_t>;

size_t Position(const Shape& shape, const Index& index) {
  int64_t at = 0;
  for (int axis = 0; axis < shape.rank; ++axis) {
    at = at * shape[axis] + index[static_cast<size_t>(axis)];
  }
  return static_cast<size_t>(at);
}

// The element that an output index reads of a tensor that is broadcast.
double BroadcastAt(const RealTensor& tensor, const Index& output) {
  Index index;
  const size_t missing = output.size() - static_cast<size_t>(tensor.shape.rank);
  for (int axis = 0; axis < tensor.shape.rank; ++axis) {
    const int64_t i = output[missing + static_cast<size_t>(axis)];
    index.push_back(tensor.shape[axis] == 1 ? 0 : i);
  }
  return tensor.At(index);
}

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

double Softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

}  // namespace

double& RealTensor::At(const Index& index) {
  return data[Position(shape, index)];
}

double RealTensor::At(const Index& index) const {
  return data[Position(shape, index)];
}

void ForEachIndex(const Shape& shape,
                  const std::function<void(const Index&)>& visit) {
  Index index(static_cast<size_t>(shape.rank));
  for (int64_t i = 0; i < shape.NumElements(); ++i) {
    int64_t rest = i;
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      index[static_cast<size_t>(axis)] = rest % shape[axis];
      rest /= shape[axis];
    }
    visit(index);
  }
}

double Unary(schema::UnaryFunction function, double a, double b, double x) {
  using F = schema::UnaryFunction;
  switch (function) {
    case F::ABS:
      return std::fabs(x);
    case F::NEG:
      return -x;
    case F::EXP:
      return std::exp(x);
    case F::LOG:
      return std::log(x);
    case F::SQRT:
      return std::sqrt(x);
    case F::RECIPROCAL:
      return 1.0 / x;
    case F::ERF:
      return std::erf(x);
    case F::SIGMOID:
      return Sigmoid(x);
    case F::TANH:
      return std::tanh(x);
    case F::HARD_SIGMOID:
      return std::max(0.0, std::min(1.0, a * x + b));
    case F::HARD_SWISH:
      return x * std::max(0.0, std::min(1.0, x / 6.0 + 0.5));
    case F::LEAKY_RELU:
      return x < 0 ? a * x : x;
    case F::ELU:
      return x < 0 ? a * std::expm1(x) : x;
    case F::SELU:
      return b * (x > 0 ? x : a * std::expm1(x));
    case F::CELU:
      return std::max(0.0, x) + std::min(0.0, a * std::expm1(x / a));
    case F::THRESHOLDED_RELU:
      return x > a ? x : 0;
    case F::GELU:
      return 0.5 * x * (1.0 + std::erf(x / std::sqrt(2.0)));
    case F::GELU_TANH:
      return 0.5 * x *
             (1.0 +
              std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
    case F::MISH:
      return x * std::tanh(Softplus(x));
    case F::SOFTPLUS:
      return Softplus(x);
    case F::SOFTSIGN:
      return x / (1.0 + std::fabs(x));
    case F::SWISH:
      return x * Sigmoid(a * x);
    case F::FLOOR:
      return std::floor(x);
    case F::CEIL:
      return std::ceil(x);
    case F::ROUND:
      return std::nearbyint(x);
    case F::SIGN:
      return x > 0 ? 1 : (x < 0 ? -1 : 0);
    case F::SIN:
      return std::sin(x);
    case F::COS:
      return std::cos(x);
    case F::TAN:
      return std::tan(x);
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

RealTensor Broadcast(const Shape& output, const RealTensor& a,
                     const RealTensor& b,
                     const std::function<double(double, double)>& function) {
  RealTensor result(output);
  ForEachIndex(output, [&](const Index& index) {
    result.At(index) = function(BroadcastAt(a, index), BroadcastAt(b, index));
  });
  return result;
}

RealTensor Conv2d(const Window2dParams& window, int groups,
                  const RealTensor& input, const RealTensor& weights,
                  const RealTensor& bias) {
  const Shape& in = input.shape;
  const auto size = [](int64_t n, int64_t kernel, int64_t stride,
                       int64_t dilation, int64_t pads) {
    return static_cast<int32_t>(
        (n + pads - dilation * (kernel - 1) - 1) / stride + 1);
  };
  RealTensor output(
      {in[0],
       size(in[1], window.kernel_h, window.stride_h, window.dilation_h,
            window.pad_top + window.pad_bottom),
       size(in[2], window.kernel_w, window.stride_w, window.dilation_w,
            window.pad_left + window.pad_right),
       weights.shape[0]});
  const int64_t per_group = weights.shape[0] / groups;
  ForEachIndex(output.shape, [&](const Index& at) {
    double sum = bias.At({at[3]});
    ForEachIndex({window.kernel_h, window.kernel_w, weights.shape[3]},
                 [&](const Index& tap) {
                   const int64_t y = at[1] * window.stride_h - window.pad_top +
                                     tap[0] * window.dilation_h;
                   const int64_t x = at[2] * window.stride_w - window.pad_left +
                                     tap[1] * window.dilation_w;
                   if (y < 0 || y >= in[1] || x < 0 || x >= in[2]) return;
                   const int64_t c =
                       at[3] / per_group * weights.shape[3] + tap[2];
                   sum += input.At({at[0], y, x, c}) *
                          weights.At({at[3], tap[0], tap[1], tap[2]});
                 });
    output.At(at) = sum;
  });
  return output;
}

RealTensor ConvTranspose2d(const ConvTranspose2dParams& params,
                           const Shape& output, const RealTensor& input,
                           const RealTensor& weights, const RealTensor& bias) {
  const Window2dParams& window = params.window;
  RealTensor result(output);
  ForEachIndex(output,
               [&](const Index& at) { result.At(at) = bias.At({at[3]}); });
  const int64_t inputs_per_group = weights.shape[3];
  const int64_t outputs_per_group = weights.shape[0] / params.groups;
  ForEachIndex(input.shape, [&](const Index& at) {
    const int64_t group = at[3] / inputs_per_group;
    ForEachIndex({window.kernel_h, window.kernel_w,
                  static_cast<int32_t>(outputs_per_group)},
                 [&](const Index& tap) {
                   const int64_t y = at[1] * window.stride_h - window.pad_top +
                                     tap[0] * window.dilation_h;
                   const int64_t x = at[2] * window.stride_w - window.pad_left +
                                     tap[1] * window.dilation_w;
                   if (y < 0 || y >= output[1] || x < 0 || x >= output[2]) {
                     return;
                   }
                   const int64_t o = group * outputs_per_group + tap[2];
                   result.At({at[0], y, x, o}) +=
                       input.At(at) * weights.At({o, tap[0], tap[1],
                                                  at[3] % inputs_per_group});
                 });
  });
  return result;
}

RealTensor MatMul(const Shape& output, const RealTensor& a,
                  const RealTensor& b) {
  RealTensor result(output);
  const int64_t k = a.shape[a.shape.rank - 1];
  ForEachIndex(output, [&](const Index& at) {
    double sum = 0;
    for (int64_t i = 0; i < k; ++i) {
      // The index of the row in a and of the column in b, then aligned.
      Index in_a = at;
      in_a.back() = i;
      Index in_b = at;
      in_b[in_b.size() - 2] = i;
      sum += BroadcastAt(a, in_a) * BroadcastAt(b, in_b);
    }
    result.At(at) = sum;
  });
  return result;
}

RealTensor Pool2d(const Window2dParams& window, bool average,
                  bool count_include_pad, const Shape& output,
                  const RealTensor& input) {
  RealTensor result(output);
  ForEachIndex(output, [&](const Index& at) {
    double sum = 0;
    double largest = -std::numeric_limits<double>::infinity();
    int64_t count = 0;
    ForEachIndex({window.kernel_h, window.kernel_w}, [&](const Index& tap) {
      const int64_t y =
          at[1] * window.stride_h - window.pad_top + tap[0] * window.dilation_h;
      const int64_t x = at[2] * window.stride_w - window.pad_left +
                        tap[1] * window.dilation_w;
      const bool inside =
          y >= 0 && y < input.shape[1] && x >= 0 && x < input.shape[2];
      if (inside || count_include_pad) ++count;
      if (!inside) return;
      sum += input.At({at[0], y, x, at[3]});
      largest = std::max(largest, input.At({at[0], y, x, at[3]}));
    });
    result.At(at) = average ? sum / static_cast<double>(count) : largest;
  });
  return result;
}

RealTensor Reduce(schema::ReduceFunction function, const std::vector<int>& axes,
                  const RealTensor& input) {
  using F = schema::ReduceFunction;
  Shape shape = input.shape;
  for (const int axis : axes) shape[axis] = 1;
  std::vector<std::vector<double>> values(
      static_cast<size_t>(shape.NumElements()));
  ForEachIndex(input.shape, [&](const Index& at) {
    Index to = at;
    for (const int axis : axes) to[static_cast<size_t>(axis)] = 0;
    values[Position(shape, to)].push_back(input.At(at));
  });
  RealTensor result(shape);
  for (size_t i = 0; i < values.size(); ++i) {
    double sum = 0, product = 1, absolute = 0, squares = 0, exponentials = 0;
    for (const double x : values[i]) {
      sum += x;
      product *= x;
      absolute += std::fabs(x);
      squares += x * x;
      exponentials += std::exp(x);
    }
    const double results[] = {
        sum,
        sum / static_cast<double>(values[i].size()),
        *std::max_element(values[i].begin(), values[i].end()),
        *std::min_element(values[i].begin(), values[i].end()),
        product,
        absolute,
        std::sqrt(squares),
        std::log(sum),
        std::log(exponentials),
        squares};
    static_assert(static_cast<int>(F::SUM_SQUARE) == 9);
    result.data[i] = results[static_cast<size_t>(function)];
  }
  return result;
}

RealTensor Softmax(bool logarithm, const RealTensor& input) {
  RealTensor result(input.shape);
  const size_t n = static_cast<size_t>(input.shape[input.shape.rank - 1]);
  for (size_t row = 0; row < input.data.size(); row += n) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) sum += std::exp(input.data[row + i]);
    for (size_t i = row; i < row + n; ++i) {
      const double share = std::exp(input.data[i]) / sum;
      result.data[i] = logarithm ? std::log(share) : share;
    }
  }
  return result;
}

RealTensor LayerNormalization(int axis, double epsilon, const RealTensor& input,
                              const RealTensor& scale, const RealTensor& bias) {
  RealTensor result(input.shape);
  size_t n = 1;
  for (; axis < input.shape.rank; ++axis) {
    n *= static_cast<size_t>(input.shape[axis]);
  }
  for (size_t row = 0; row < input.data.size(); row += n) {
    double sum = 0, variance = 0;
    for (size_t i = 0; i < n; ++i) sum += input.data[row + i];
    const double mean = sum / static_cast<double>(n);
    for (size_t i = 0; i < n; ++i) {
      variance += std::pow(input.data[row + i] - mean, 2);
    }
    variance /= static_cast<double>(n);
    for (size_t i = 0; i < n; ++i) {
      result.data[row + i] = (input.data[row + i] - mean) /
                                 std::sqrt(variance + epsilon) * scale.data[i] +
                             bias.data[i];
    }
  }
  return result;
}

}  // namespace octet::reference
