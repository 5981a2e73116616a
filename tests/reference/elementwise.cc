#include "tests/reference/elementwise.h"

#include <algorithm>
#include <cmath>

namespace octet::reference {

std::vector<int8_t> Add(const AddLayer& layer, const std::vector<int8_t>& a,
                        const std::vector<int8_t>& b) {
  std::vector<int8_t> output;
  output.reserve(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    output.push_back(
        SumExactly(ShareExactly(a[i], layer.zero_point_a, layer.multiplier_a),
                   ShareExactly(b[i], layer.zero_point_b, layer.multiplier_b),
                   layer.fraction_bits, layer.output));
  }
  return output;
}

std::vector<int8_t> Mul(const MulLayer& layer, const std::vector<int8_t>& a,
                        const std::vector<int8_t>& b) {
  std::vector<int8_t> output;
  output.reserve(a.size());
  for (size_t i = 0; i < a.size(); ++i) {
    const int64_t product = int64_t{a[i] - layer.zero_point_a} *
                            (b[i % b.size()] - layer.zero_point_b);
    output.push_back(RequantizeExactly(product, layer.multiplier, layer.shift,
                                       layer.output));
  }
  return output;
}

std::vector<int8_t> Requantize(const std::vector<int8_t>& input,
                               int input_zero_point, int multiplier, int shift,
                               const OutputParams& output) {
  std::vector<int8_t> result;
  result.reserve(input.size());
  for (int64_t q : input) {
    result.push_back(
        RequantizeExactly(q - input_zero_point, multiplier, shift, output));
  }
  return result;
}

std::vector<int8_t> Lookup(const std::vector<int8_t>& input,
                           const std::vector<int8_t>& values) {
  std::vector<int8_t> output;
  output.reserve(input.size());
  for (int q : input) output.push_back(values[static_cast<size_t>(q + 128)]);
  return output;
}

std::vector<int8_t> Softmax(const std::vector<int8_t>& input, size_t n,
                            const std::vector<uint16_t>& table) {
  std::vector<int8_t> output;
  output.reserve(input.size());
  for (auto row = input.begin(); row != input.end();
       row += static_cast<ptrdiff_t>(n)) {
    const auto end = row + static_cast<ptrdiff_t>(n);
    const int largest = *std::max_element(row, end);
    int64_t sum = 0;
    for (auto q = row; q != end; ++q) {
      sum += table[static_cast<size_t>(largest - *q)];
    }
    for (auto q = row; q != end; ++q) {
      const int64_t share = table[static_cast<size_t>(largest - *q)];
      const int64_t value = FloorDivide(512 * share + sum, 2 * sum) - 128;
      output.push_back(static_cast<int8_t>(std::min<int64_t>(value, 127)));
    }
  }
  return output;
}

std::vector<int8_t> Quantize(const std::vector<float>& input, float scale,
                             int zero_point) {
  std::vector<int8_t> output;
  output.reserve(input.size());
  for (float real : input) {
    int64_t q = zero_point;
    if (!std::isnan(real)) {
      const float steps = std::clamp(real / scale, -1024.0f, 1024.0f);
      // nearbyint rounds half to even in the default rounding mode.
      q += static_cast<int64_t>(std::nearbyint(steps));
    }
    output.push_back(static_cast<int8_t>(Limit(q, -128, 127)));
  }
  return output;
}

std::vector<float> Dequantize(const std::vector<int8_t>& input, float scale,
                              int zero_point) {
  std::vector<float> output;
  output.reserve(input.size());
  for (int q : input) {
    output.push_back(scale * static_cast<float>(q - zero_point));
  }
  return output;
}

}  // namespace octet::reference
