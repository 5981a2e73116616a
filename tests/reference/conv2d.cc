// Fully connected layers and convolutions.

#include "tests/reference/layers.h"

namespace octet::reference {
namespace {

// The number of places of a kernel along one axis.
int32_t CountPlaces(int64_t cells, int64_t kernel, int64_t dilation,
                    int64_t stride) {
  int32_t places = 0;
  for (int64_t at = 0; at + (kernel - 1) * dilation < cells; at += stride) {
    ++places;
  }
  return places;
}

// The sum at one place of one output channel.
int64_t WindowSum(const WeightedLayer& layer, const Window2dParams& window,
                  const Tensor& input, int64_t n, int64_t top, int64_t left,
                  int64_t output_channel, int64_t first_channel) {
  const Shape& weights = layer.weights.shape;
  int64_t sum = 0;
  for (int64_t ky = 0; ky < window.kernel_h; ++ky) {
    const int64_t y = top + ky * window.dilation_h;
    for (int64_t kx = 0; kx < window.kernel_w; ++kx) {
      const int64_t x = left + kx * window.dilation_w;
      if (y < 0 || y >= input.shape[1]) continue;  // 0.0: adds nothing
      if (x < 0 || x >= input.shape[2]) continue;
      for (int64_t i = 0; i < weights[3]; ++i) {
        const int64_t q = At(input, n, y, x, first_channel + i);
        sum += (q - layer.input_zero_point) *
               (At(layer.weights, output_channel, ky, kx, i) -
                layer.weight_zero_point);
      }
    }
  }
  return sum;
}

std::vector<int8_t> RequantizeSums(const WeightedLayer& layer,
                                   const std::vector<int64_t>& sums,
                                   const Residual* residual) {
  const size_t channels = layer.bias.size();
  std::vector<int8_t> output(sums.size());
  for (size_t i = 0; i < sums.size(); ++i) {
    const size_t c = i % channels;
    const int64_t channel = static_cast<int64_t>(c);
    const int64_t r = ScaleExactly(sums[i] + layer.bias[c],
                                   layer.requantization.MultiplierOf(channel),
                                   layer.requantization.ShiftOf(channel));
    output[i] =
        residual == nullptr
            ? SumExactly(r, 0, 6, layer.output)
            : SumExactly(r,
                         ShareExactly(residual->values[i], residual->zero_point,
                                      residual->multiplier),
                         residual->fraction_bits, layer.output);
  }
  return output;
}

}  // namespace

Shape WindowedShape(const Window2dParams& window, const Shape& input,
                    int32_t channels) {
  return Shape{input[0],
               CountPlaces(input[1] + window.pad_top + window.pad_bottom,
                           window.kernel_h, window.dilation_h, window.stride_h),
               CountPlaces(input[2] + window.pad_left + window.pad_right,
                           window.kernel_w, window.dilation_w, window.stride_w),
               channels};
}

std::vector<int64_t> FullyConnectedSums(const WeightedLayer& layer,
                                        const std::vector<int8_t>& input) {
  const size_t n = static_cast<size_t>(layer.weights.shape[0]);
  const size_t k = static_cast<size_t>(layer.weights.shape[1]);
  std::vector<int64_t> sums;
  sums.reserve(input.size() / k * n);
  for (size_t row = 0; row < input.size() / k; ++row) {
    for (size_t c = 0; c < n; ++c) {
      int64_t sum = 0;
      for (size_t j = 0; j < k; ++j) {
        const int64_t difference = input[row * k + j] - layer.input_zero_point;
        sum += difference *
               (layer.weights.data[c * k + j] - layer.weight_zero_point);
      }
      sums.push_back(sum);
    }
  }
  return sums;
}

std::vector<int8_t> FullyConnected(const WeightedLayer& layer,
                                   const std::vector<int8_t>& input,
                                   const Residual* residual) {
  return RequantizeSums(layer, FullyConnectedSums(layer, input), residual);
}

std::vector<int64_t> Conv2dSums(const WeightedLayer& layer,
                                const Window2dParams& window, int groups,
                                const Tensor& input) {
  const Shape& weights = layer.weights.shape;
  const Shape output = WindowedShape(window, input.shape, weights[0]);
  const int64_t outputs_per_group = weights[0] / groups;
  std::vector<int64_t> sums;
  for (int64_t n = 0; n < output[0]; ++n) {
    for (int64_t y = 0; y < output[1]; ++y) {
      for (int64_t x = 0; x < output[2]; ++x) {
        for (int64_t c = 0; c < output[3]; ++c) {
          const int64_t group = c / outputs_per_group;
          sums.push_back(WindowSum(
              layer, window, input, n, y * window.stride_h - window.pad_top,
              x * window.stride_w - window.pad_left, c, group * weights[3]));
        }
      }
    }
  }
  return sums;
}

Tensor Conv2d(const WeightedLayer& layer, const Window2dParams& window,
              int groups, const Tensor& input, const Residual* residual) {
  return {WindowedShape(window, input.shape, layer.weights.shape[0]),
          RequantizeSums(layer, Conv2dSums(layer, window, groups, input),
                         residual)};
}

}  // namespace octet::reference
