#include "converter/quantize/weight_scale.h"

#include <algorithm>
#include <cmath>

namespace octet::converter {
namespace {

constexpr int kMostTurns = 100;

// Of the search: shares of minmax's scale, in 256ths.
constexpr int kSmallestShare = 64;
constexpr int kShares = 256;

float MinMaxScale(std::span<const float> weights) {
  float max_abs = 0.0f;
  for (float weight : weights) max_abs = std::max(max_abs, std::abs(weight));
  return static_cast<float>(double{max_abs} / 127.0);
}

float BestScaleForIntegers(std::span<const float> weights, float scale) {
  double products = 0.0;
  double squares = 0.0;
  for (float weight : weights) {
    const double q = QuantizeWeight(weight, scale);
    products += weight * q;
    squares += q * q;
  }
  return squares > 0.0 ? static_cast<float>(products / squares) : scale;
}

float SmallestErrorScale(std::span<const float> weights, float minmax) {
  float best = minmax;
  double smallest = SquaredWeightError(weights, minmax);
  for (int share = kShares - 1; share >= kSmallestShare; --share) {
    const float scale = minmax * static_cast<float>(share) / kShares;
    if (!(scale > 0.0f)) break;
    const double error = SquaredWeightError(weights, scale);
    if (error < smallest) {
      smallest = error;
      best = scale;
    }
  }
  return best;
}

}  // namespace

int8_t QuantizeWeight(float weight, float scale) {
  const double q = std::round(double{weight} / scale);
  return static_cast<int8_t>(std::clamp(q, -127.0, 127.0));
}

double SquaredWeightError(std::span<const float> weights, float scale) {
  double sum = 0.0;
  for (float weight : weights) {
    const double error = weight - double{scale} * QuantizeWeight(weight, scale);
    sum += error * error;
  }
  return sum;
}

std::vector<float> AlternatingScales(std::span<const float> weights) {
  std::vector<float> scales = {MinMaxScale(weights)};
  if (!(scales[0] > 0.0f)) return {};
  double error = SquaredWeightError(weights, scales[0]);
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const float scale = BestScaleForIntegers(weights, scales.back());
    if (!(scale > 0.0f)) break;
    const double next = SquaredWeightError(weights, scale);
    if (next >= error) break;
    error = next;
    scales.push_back(scale);
  }
  return scales;
}

float ChooseWeightScale(std::span<const float> weights, WeightsMethod method) {
  const float minmax = MinMaxScale(weights);
  if (!(minmax > 0.0f)) return 0.0f;
  switch (method) {
    case WeightsMethod::kMinMax:
      return minmax;
    case WeightsMethod::kSquaredError:
      return SmallestErrorScale(weights, minmax);
    case WeightsMethod::kAdmm:
      return AlternatingScales(weights).back();
  }
  return minmax;
}

}  // namespace octet::converter
