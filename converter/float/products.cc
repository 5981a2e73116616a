// What XNNPACK has no operator for: MatMul, LayerNormalization and the
// logarithm of Softmax by the engine's kernels for floats, ConvTranspose2d by
// plain loops with sums in double precision.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "converter/float/float_operator.h"
#include "converter/ir/element_positions.h"
#include "kernels/float/gemm.h"
#include "kernels/float/normalization.h"

namespace octet::converter {
namespace {

constexpr int64_t kPanel = kFloatPanel;

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
  const size_t panels = size_t((n + kPanel - 1) / kPanel * kPanel);
  return FloatOperator([=, a_data = node.inputs[0], b_data = node.inputs[1],
                        clamp = octet::FloatClamp{op.clamp.min, op.clamp.max},
                        output = node.output] {
    std::vector<float> packed(panels * size_t(k));
    for (size_t batch = 0; batch < a_batches.size(); ++batch) {
      PackFloatPanels(b_data + b_batches[batch] * k * n, size_t(k), size_t(n),
                      size_t(n), 1, packed.data());
      FloatMatrixProduct({size_t(m), size_t(k), size_t(n),
                          a_data + a_batches[batch] * m * k, packed.data(),
                          nullptr, output + int64_t(batch) * m * n, size_t(n),
                          clamp});
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
  const FloatSoftmaxArgs args = {size_t(shape.NumElements() / n), size_t(n),
                                 node.inputs[0], node.output, true};
  return FloatOperator([args] {
    FloatSoftmax(args);
    return OkStatus();
  });
}

Result<FloatOperator> MakeFloatLayerNormalization(const LayerNormalization& op,
                                                  const FloatNode& node) {
  const Shape shape = node.output_shape();
  int64_t n = 1;
  for (int i = op.axis; i < shape.rank; ++i) n *= shape[i];
  const FloatLayerNormalizationArgs args = {
      size_t(shape.NumElements() / n),
      size_t(n),
      node.inputs[0],
      node.output,
      node.inputs.size() > 1 ? node.inputs[1] : nullptr,
      node.inputs.size() > 2 ? node.inputs[2] : nullptr,
      op.epsilon};
  return FloatOperator([args] {
    FloatLayerNormalization(args);
    return OkStatus();
  });
}

}  // namespace octet::converter
