#include "kernels/float/normalization.h"

#include <algorithm>
#include <cmath>

#include "kernels/float/math.h"

namespace octet {
namespace {

void SoftmaxRow(const float* input, size_t n, float* output) {
  const double largest = *std::max_element(input, input + n);
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) {
    output[i] = static_cast<float>(float_math::Exp(input[i] - largest));
  }
  for (size_t i = 0; i < n; ++i) sum += output[i];
  for (size_t i = 0; i < n; ++i) {
    output[i] = static_cast<float>(output[i] / sum);
  }
}

void LogSoftmaxRow(const float* input, size_t n, float* output) {
  const double largest = *std::max_element(input, input + n);
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) sum += float_math::Exp(input[i] - largest);
  const double logarithm = largest + float_math::Log(sum);
  for (size_t i = 0; i < n; ++i) {
    output[i] = static_cast<float>(input[i] - logarithm);
  }
}

}  // namespace

void FloatSoftmax(const FloatSoftmaxArgs& args) {
  for (size_t row = 0; row < args.rows; ++row) {
    const size_t at = row * args.n;
    if (args.logarithm) {
      LogSoftmaxRow(args.input + at, args.n, args.output + at);
    } else {
      SoftmaxRow(args.input + at, args.n, args.output + at);
    }
  }
}

void FloatLayerNormalization(const FloatLayerNormalizationArgs& args) {
  const double n = static_cast<double>(args.n);
  for (size_t row = 0; row < args.rows; ++row) {
    const float* input = args.input + row * args.n;
    float* output = args.output + row * args.n;
    double sum = 0.0;
    for (size_t i = 0; i < args.n; ++i) sum += input[i];
    const double mean = sum / n;
    double squares = 0.0;
    for (size_t i = 0; i < args.n; ++i) {
      squares += (input[i] - mean) * (input[i] - mean);
    }
    const double factor =
        1.0 / std::sqrt(squares / n + static_cast<double>(args.epsilon));
    for (size_t i = 0; i < args.n; ++i) {
      const double scale = args.scale == nullptr ? 1.0 : args.scale[i];
      const double bias = args.bias == nullptr ? 0.0 : args.bias[i];
      output[i] = static_cast<float>((input[i] - mean) * factor * scale + bias);
    }
  }
}

void FloatLrn(const FloatLrnArgs& args) {
  const size_t before = (args.size - 1) / 2;
  const size_t behind = args.size / 2;
  const double alpha =
      static_cast<double>(args.alpha) / static_cast<double>(args.size);
  for (size_t row = 0; row < args.rows; ++row) {
    const float* input = args.input + row * args.n;
    float* output = args.output + row * args.n;
    for (size_t c = 0; c < args.n; ++c) {
      const size_t first = c > before ? c - before : 0;
      const size_t last = std::min(args.n - 1, c + behind);
      double squares = 0.0;
      for (size_t j = first; j <= last; ++j) {
        squares += static_cast<double>(input[j]) * input[j];
      }
      const double base = args.bias + alpha * squares;
      output[c] = static_cast<float>(
          input[c] * float_math::Exp(-args.beta * float_math::Log(base)));
    }
  }
}

}  // namespace octet
