// MatMul, ConvTranspose2d, LayerNormalization and the logarithm of Softmax by
// plain loops, sums in double precision.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "converter/float/float_operator.h"
#include "converter/ir/element_positions.h"

namespace octet::converter {
namespace {

float Bound(double x, const FloatClamp& clamp) {
  return std::min(std::max(static_cast<float>(x), clamp.min), clamp.max);
}

// For each batch of the product, the batch of an operand of `shape`.
Positions BatchPositions(Shape shape, Shape output) {
  shape.rank -= 2;
  output.rank -= 2;
  return BroadcastPositions(shape, output);
}

}  // namespace

Result<FloatOperator> MakeFloatMatMul(const MatMul& op, const FloatNode& node) {
  const Shape a_shape = node.input_shape(0), b_shape = node.input_shape(1);
  const Positions a_batches = BatchPositions(a_shape, node.output_shape());
  const Positions b_batches = BatchPositions(b_shape, node.output_shape());
  const int64_t m = a_shape[a_shape.rank - 2];
  const int64_t k = a_shape[a_shape.rank - 1];
  const int64_t n = b_shape[b_shape.rank - 1];
  return FloatOperator([=, a_data = node.inputs[0], b_data = node.inputs[1],
                        clamp = op.clamp, output = node.output] {
    std::vector<double> row(static_cast<size_t>(n));
    float* to = output;
    for (size_t batch = 0; batch < a_batches.size(); ++batch) {
      const float* a = a_data + a_batches[batch] * m * k;
      const float* b = b_data + b_batches[batch] * k * n;
      for (int64_t i = 0; i < m; ++i) {
        std::fill(row.begin(), row.end(), 0.0);
        for (int64_t j = 0; j < k; ++j) {
          const double factor = double{a[i * k + j]};
          for (int64_t c = 0; c < n; ++c) {
            row[size_t(c)] += factor * double{b[j * n + c]};
          }
        }
        for (double sum : row) *to++ = Bound(sum, clamp);
      }
    }
    return OkStatus();
  });
}

Result<FloatOperator> MakeFloatConvTranspose2d(const ConvTranspose2d& op,
                                               const FloatNode& node) {
  const Shape in = node.input_shape(0), weights = node.input_shape(1);
  const Shape out = node.output_shape();
  return FloatOperator([=, x = node.inputs[0], w = node.inputs[1],
                        bias = node.inputs[2], output = node.output] {
    const Window2dParams& p = op.params.window;
    const int32_t inputs = weights[3];
    const int32_t outputs = out[3] / op.params.groups;
    std::vector<double> sums(size_t(out.NumElements()));
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i] = double{bias[i % size_t(out[3])]};
    }
    const auto spread = [&](const float* cell, int64_t row, int64_t column,
                            int32_t ky, int32_t kx) {
      double* to = sums.data() + (row * out[2] + column) * out[3];
      for (int32_t o = 0; o < out[3]; ++o) {
        const float* from = cell + o / outputs * inputs;
        const float* factors =
            w + ((int64_t{o} * p.kernel_h + ky) * p.kernel_w + kx) * inputs;
        for (int32_t i = 0; i < inputs; ++i) {
          to[o] += double{from[i]} * double{factors[i]};
        }
      }
    };
    for (int64_t n = 0; n < in[0]; ++n) {
      for (int64_t y = 0; y < in[1]; ++y) {
        for (int64_t c = 0; c < in[2]; ++c) {
          const float* cell = x + ((n * in[1] + y) * in[2] + c) * in[3];
          for (int32_t ky = 0; ky < p.kernel_h; ++ky) {
            const int64_t row =
                y * p.stride_h - p.pad_top + int64_t{ky} * p.dilation_h;
            if (row < 0 || row >= out[1]) continue;
            for (int32_t kx = 0; kx < p.kernel_w; ++kx) {
              const int64_t column =
                  c * p.stride_w - p.pad_left + int64_t{kx} * p.dilation_w;
              if (column < 0 || column >= out[2]) continue;
              spread(cell, n * out[1] + row, column, ky, kx);
            }
          }
        }
      }
    }
    for (size_t i = 0; i < sums.size(); ++i)
      output[i] = Bound(sums[i], op.clamp);
    return OkStatus();
  });
}

Result<FloatOperator> MakeFloatLogSoftmax(const FloatNode& node) {
  const Shape shape = node.output_shape();
  const int64_t n = shape[shape.rank - 1];
  return FloatOperator([n, count = shape.NumElements(), from = node.inputs[0],
                        to = node.output] {
    for (int64_t begin = 0; begin < count; begin += n) {
      const float* row = from + begin;
      const double largest = double{*std::max_element(row, row + n)};
      double sum = 0;
      for (int64_t i = 0; i < n; ++i) sum += std::exp(double{row[i]} - largest);
      for (int64_t i = 0; i < n; ++i) {
        to[begin + i] =
            static_cast<float>(double{row[i]} - largest - std::log(sum));
      }
    }
    return OkStatus();
  });
}

Result<FloatOperator> MakeFloatLayerNormalization(const LayerNormalization& op,
                                                  const FloatNode& node) {
  const Shape shape = node.output_shape();
  int64_t n = 1;
  for (int i = op.axis; i < shape.rank; ++i) n *= shape[i];
  const float* scale = node.inputs.size() > 1 ? node.inputs[1] : nullptr;
  const float* bias = node.inputs.size() > 2 ? node.inputs[2] : nullptr;
  return FloatOperator([=, count = shape.NumElements(), epsilon = op.epsilon,
                        from = node.inputs[0], to = node.output] {
    for (int64_t begin = 0; begin < count; begin += n) {
      double mean = 0, variance = 0;
      for (int64_t i = 0; i < n; ++i) mean += double{from[begin + i]};
      mean /= static_cast<double>(n);
      for (int64_t i = 0; i < n; ++i) {
        const double d = double{from[begin + i]} - mean;
        variance += d * d;
      }
      const double factor =
          1 / std::sqrt(variance / static_cast<double>(n) + double{epsilon});
      for (int64_t i = 0; i < n; ++i) {
        double y = (double{from[begin + i]} - mean) * factor;
        if (scale != nullptr) y *= double{scale[i]};
        if (bias != nullptr) y += double{bias[i]};
        to[begin + i] = static_cast<float>(y);
      }
    }
    return OkStatus();
  });
}

}  // namespace octet::converter
