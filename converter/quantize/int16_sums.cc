#include "converter/quantize/int16_sums.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "converter/quantize/weight_scale.h"

namespace octet::converter {
namespace {

constexpr size_t kStep = 8;
constexpr int kMostOfSum = 128;  // 128 * 255 <= 32767 < 129 * 255
// Between the scale that fits all weights and the one that fits all sums.
constexpr int kScalesTried = 12;

// The positions of a sum in a step, the first sum's; the second's are 2 more.
constexpr size_t kPositions[] = {0, 1, 4, 5};

// Calls visit(begin, positions) for each sum: those of its positions that lie
// in the run, from the channel's first weight on.
template <typename Visit>
void ForEachSum(size_t size, size_t run, Visit visit) {
  for (size_t begin = 0; begin < size; begin += run) {
    for (size_t step = 0; step < run; step += kStep) {
      for (size_t half : {0, 2}) {
        size_t count = 0;
        size_t at[4];
        for (size_t position : kPositions) {
          const size_t in_run = step + position + half;
          if (in_run < run) at[count++] = begin + in_run;
        }
        visit(std::span<const size_t>(at, count));
      }
    }
  }
}

// The weights of one sign among those at `at`, as magnitudes.
template <typename Value>
double SumOfSign(std::span<const Value> values, std::span<const size_t> at,
                 int sign) {
  double sum = 0.0;
  for (size_t i : at) sum += std::max(0.0, double(values[i]) * sign);
  return sum;
}

// One weight of the sign goes one step towards 0.
void ReduceSums(std::span<const float> weights, float scale, int sign,
                std::span<const size_t> at, std::span<int8_t> values) {
  size_t best = at[0];
  double farthest = -1e30;
  for (size_t i : at) {
    if (values[i] * sign <= 0) continue;
    // The squared error grows by 1 - 2 * this.
    const double above = sign * (values[i] - double{weights[i]} / scale);
    if (above <= farthest) continue;
    farthest = above;
    best = i;
  }
  values[best] = static_cast<int8_t>(values[best] - sign);
}

double ErrorAt(std::span<const float> weights, float scale, size_t run) {
  std::vector<int8_t> values;
  for (float weight : weights) values.push_back(QuantizeWeight(weight, scale));
  FitInt16Sums(weights, scale, run, values);
  double error = 0.0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const double difference = weights[i] - double{scale} * values[i];
    error += difference * difference;
  }
  return error;
}

}  // namespace

size_t Int16SumRun(const Operator& op, const Shape& weights) {
  const Conv2d* conv = std::get_if<Conv2d>(&op);
  if (conv == nullptr) return static_cast<size_t>(weights[1]);
  const size_t channels = static_cast<size_t>(weights[3]);
  if (conv->groups > 1) return channels == 1 ? 0 : channels;
  if (conv->window.dilation_w > 1) return channels;
  return static_cast<size_t>(weights[2]) * channels;
}

void FitInt16Sums(std::span<const float> weights, float scale, size_t run,
                  std::span<int8_t> values) {
  ForEachSum(values.size(), run, [&](std::span<const size_t> at) {
    for (int sign : {1, -1}) {
      const double sum = SumOfSign<int8_t>(values, at, sign);
      for (int left = static_cast<int>(sum) - kMostOfSum; left > 0; --left) {
        ReduceSums(weights, scale, sign, at, values);
      }
    }
  });
}

float ScaleForInt16Sums(std::span<const float> weights, float scale,
                        size_t run) {
  if (!(scale > 0.0f)) return scale;
  double largest = 0.0;
  ForEachSum(weights.size(), run, [&](std::span<const size_t> at) {
    for (int sign : {1, -1}) {
      largest = std::max(largest, SumOfSign<float>(weights, at, sign));
    }
  });
  const double all_fit = largest / kMostOfSum;
  if (all_fit <= scale) return scale;
  float best = scale;
  double smallest = ErrorAt(weights, scale, run);
  for (int i = 1; i <= kScalesTried; ++i) {
    const float wider =
        static_cast<float>(scale + (all_fit - scale) * i / kScalesTried);
    const double error = ErrorAt(weights, wider, run);
    if (error >= smallest) continue;
    smallest = error;
    best = wider;
  }
  return best;
}

}  // namespace octet::converter
