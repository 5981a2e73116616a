#include "tests/reference/tflite.h"

#include <algorithm>
#include <cstddef>

namespace octet::reference {
namespace {

constexpr int64_t kOne = int64_t{1} << 31;  // of 31 fraction bits

int64_t SaturateInt32(int64_t value) {
  return Limit(value, INT32_MIN, INT32_MAX);
}

int8_t Output(int64_t steps, const OutputParams& output) {
  return static_cast<int8_t>(
      Limit(steps + output.zero_point, output.clamp_min, output.clamp_max));
}

int64_t ScaledBy(int64_t value, const TfliteScales& scales, size_t index) {
  const size_t entry = scales.multiplier.size() == 1 ? 0 : index;
  return TfliteScaled(value, scales.multiplier[entry], scales.shift[entry]);
}

// exp(x) for -1/4 <= x < 0; x and the result have 31 fraction bits. Taylor's
// polynomial of degree 4 around -1/8.
int64_t ExpOfQuarter(int64_t x) {
  const int64_t exp_of_minus_eighth = 1895147668;  // exp(-1/8)
  const int64_t third = 715827883;
  const int64_t t = x + kOne / 8;
  const int64_t t2 = TfliteHigh(t, t);
  const int64_t t3 = TfliteHigh(t2, t);
  const int64_t t4 = TfliteHigh(t2, t2);
  // t^2 / 2 + t^3 / 6 + t^4 / 24
  const int64_t tail =
      TfliteRight(TfliteHigh(TfliteRight(t4, 2) + t3, third) + t2, 1);
  return exp_of_minus_eighth + TfliteHigh(exp_of_minus_eighth, t + tail);
}

// exp(x) for x <= 0 with 26 fraction bits; the result has 31. Quarters are
// split into powers of 2, and each power present multiplies by its exponential.
int64_t ExpOfNegative(int64_t x) {
  if (x == 0) return kOne - 1;
  const int64_t quarter = int64_t{1} << 24;
  const int64_t inside = x - FloorDivide(x, quarter) * quarter - quarter;
  const int64_t quarters = (inside - x) / quarter;
  const int64_t factors[] = {1672461947, 1302514674, 790015084, 290630308,
                             39332535,   720401,     242};  // exp(-2^i / 4)
  int64_t result = ExpOfQuarter(inside * 32);
  for (int i = 0; i < 7; ++i) {
    if ((quarters >> i) % 2 == 1) result = TfliteHigh(result, factors[i]);
  }
  return result;
}

// 1 / (1 + x) for 0 <= x < 1, by three steps of Newton's iteration.
int64_t ReciprocalOfOnePlus(int64_t x) {
  // (x + 1) / 2, with 31 fraction bits; 1 is the largest number below.
  const int64_t half_denominator = (x + kOne - 1 + 1) / 2;
  // 29 fraction bits from here.
  const int64_t unit = int64_t{1} << 29;
  int64_t y = 1515870810 + TfliteHigh(half_denominator, -1010580540);
  for (int i = 0; i < 3; ++i) {
    const int64_t rest = unit - TfliteHigh(half_denominator, y);
    // The product has 27.
    y += SaturateInt32(TfliteHigh(y, rest) * 4);
  }
  return SaturateInt32(y * 2);
}

int8_t SoftmaxOutput(int64_t exponential, int64_t sum) {
  int zeros = 0;
  while ((sum << zeros) < kOne) ++zeros;
  const int64_t reciprocal = ReciprocalOfOnePlus((sum << zeros) - kOne);
  const int64_t product = TfliteHigh(reciprocal, exponential);
  return static_cast<int8_t>(
      std::min<int64_t>(TfliteRight(product, 35 - zeros) - 128, 127));
}

}  // namespace

int64_t TfliteHigh(int64_t a, int64_t b) {
  return FloorDivide(a * b + kOne / 2, kOne);
}

int64_t TfliteRight(int64_t value, int shift) {
  const int64_t power = int64_t{1} << shift;
  const int64_t magnitude = ((value < 0 ? -value : value) + power / 2) / power;
  return value < 0 ? -magnitude : magnitude;
}

int64_t TfliteScaled(int64_t value, int64_t multiplier, int shift) {
  const int64_t shifted =
      shift > 0 ? SaturateInt32(value * (int64_t{1} << shift)) : value;
  return TfliteRight(TfliteHigh(shifted, multiplier), shift > 0 ? 0 : -shift);
}

std::vector<int8_t> TfliteOutputs(const WeightedLayer& layer,
                                  const TfliteScales& scales,
                                  const std::vector<int64_t>& sums) {
  const size_t channels = layer.bias.size();
  std::vector<int8_t> output;
  for (size_t i = 0; i < sums.size(); ++i) {
    const size_t c = i % channels;
    output.push_back(
        Output(ScaledBy(sums[i] + layer.bias[c], scales, c), layer.output));
  }
  return output;
}

std::vector<int8_t> TfliteAdd(const TfliteAddLayer& layer,
                              const std::vector<int8_t>& a,
                              const std::vector<int8_t>& b) {
  const int64_t unit = int64_t{1} << 20;
  std::vector<int8_t> output;
  for (size_t i = 0; i < a.size(); ++i) {
    const int64_t sum =
        ScaledBy((a[i] - layer.zero_point_a) * unit, layer.scales, 0) +
        ScaledBy((b[i] - layer.zero_point_b) * unit, layer.scales, 1);
    output.push_back(Output(ScaledBy(sum, layer.scales, 2), layer.output));
  }
  return output;
}

std::vector<int8_t> TfliteRequantize(const std::vector<int8_t>& input,
                                     int input_zero_point,
                                     const TfliteScales& scales,
                                     const OutputParams& output) {
  std::vector<int8_t> result;
  for (const int64_t q : input) {
    result.push_back(Output(ScaledBy(q - input_zero_point, scales, 0), output));
  }
  return result;
}

std::vector<int8_t> TfliteSoftmax(const std::vector<int8_t>& input, size_t n,
                                  const TfliteScales& scales) {
  const int shift = scales.shift[0];
  const int64_t farthest = (int64_t{31} << 26) / (int64_t{1} << shift);
  std::vector<int8_t> output;
  for (size_t row = 0; row < input.size(); row += n) {
    const auto begin = input.begin() + static_cast<ptrdiff_t>(row);
    const int largest =
        *std::max_element(begin, begin + static_cast<ptrdiff_t>(n));
    std::vector<int64_t> exponentials;
    int64_t sum = 0;
    for (size_t i = row; i < row + n; ++i) {
      const int64_t d = largest - input[i];
      const bool counts = d <= farthest;
      exponentials.push_back(
          counts ? ExpOfNegative(TfliteHigh(-d * (int64_t{1} << shift),
                                            scales.multiplier[0]))
                 : 0);
      if (counts) sum += TfliteRight(exponentials.back(), 12);
    }
    for (const int64_t exponential : exponentials) {
      output.push_back(SoftmaxOutput(exponential, sum));
    }
  }
  return output;
}

}  // namespace octet::reference
