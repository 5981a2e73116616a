#include "converter/quantize/weight_scale.h"

#include <algorithm>
#include <cmath>

namespace octet::converter {
namespace {

constexpr int kMostTurns = 100;

// Of the search: shares of minmax's scale, in 256ths. The coarser the grid, the
// more it pays to clip.
constexpr int kSmallestShare = 64;
constexpr int kSmallestCoarseShare = 8;
constexpr int kShares = 256;

float MinMaxScale(std::span<const float> weights, WeightGrid grid) {
  float max_abs = 0.0f;
  for (float weight : weights) max_abs = std::max(max_abs, std::abs(weight));
  return static_cast<float>(double{max_abs} / LargestOnGrid(grid));
}

float BestScaleForIntegers(std::span<const float> weights, float scale,
                           WeightGrid grid) {
  double products = 0.0;
  double squares = 0.0;
  for (float weight : weights) {
    const double q = QuantizeWeight(weight, scale, grid);
    products += weight * q;
    squares += q * q;
  }
  return squares > 0.0 ? static_cast<float>(products / squares) : scale;
}

float SmallestErrorScale(std::span<const float> weights, float minmax,
                         WeightGrid grid) {
  const int smallest_share =
      grid == WeightGrid::kInt8 ? kSmallestShare : kSmallestCoarseShare;
  float best = minmax;
  double smallest = SquaredWeightError(weights, minmax, grid);
  for (int share = kShares - 1; share >= smallest_share; --share) {
    const float scale = minmax * static_cast<float>(share) / kShares;
    if (!(scale > 0.0f)) break;
    const double error = SquaredWeightError(weights, scale, grid);
    if (error < smallest) {
      smallest = error;
      best = scale;
    }
  }
  return best;
}

double NearestPowerOfTwo(double magnitude, int largest) {
  if (magnitude < 0.5) return 0.0;
  double power = 1.0;
  while (power < largest && magnitude >= 1.5 * power) power *= 2.0;
  return power;
}

}  // namespace

const std::map<std::string, WeightGrid>& WeightGridsByName() {
  static const std::map<std::string, WeightGrid> grids = {
      {"int8", WeightGrid::kInt8},
      {"int4", WeightGrid::kInt4},
      {"logarithmic", WeightGrid::kLogarithmic},
      {"ternary", WeightGrid::kTernary},
      {"binary", WeightGrid::kBinary}};
  return grids;
}

int LargestOnGrid(WeightGrid grid) {
  switch (grid) {
    case WeightGrid::kInt8:
      return 127;
    case WeightGrid::kInt4:
      return 7;
    case WeightGrid::kLogarithmic:
      return 64;
    case WeightGrid::kTernary:
    case WeightGrid::kBinary:
      return 1;
  }
  return 127;
}

double NearestOnGrid(double value, WeightGrid grid) {
  const int largest = LargestOnGrid(grid);
  if (grid == WeightGrid::kBinary) return value < 0.0 ? -1.0 : 1.0;
  if (grid == WeightGrid::kLogarithmic) {
    return std::copysign(NearestPowerOfTwo(std::abs(value), largest), value);
  }
  return std::clamp(std::round(value), -double(largest), double(largest));
}

double StepOnGrid(double q, bool up, WeightGrid grid) {
  if (std::abs(q + (up ? 1.0 : -1.0)) > LargestOnGrid(grid)) return 0.0;
  if (grid == WeightGrid::kBinary) return up ? 2.0 : -2.0;
  if (grid == WeightGrid::kLogarithmic && std::abs(q) > 1.0) {
    const bool outwards = up == (q > 0.0);
    return (outwards ? 1.0 : -0.5) * q;
  }
  return up ? 1.0 : -1.0;
}

int8_t QuantizeWeight(float weight, float scale, WeightGrid grid) {
  return static_cast<int8_t>(NearestOnGrid(double{weight} / scale, grid));
}

double SquaredWeightError(std::span<const float> weights, float scale,
                          WeightGrid grid) {
  double sum = 0.0;
  for (float weight : weights) {
    const double error =
        weight - double{scale} * QuantizeWeight(weight, scale, grid);
    sum += error * error;
  }
  return sum;
}

std::vector<float> AlternatingScales(std::span<const float> weights,
                                     WeightGrid grid) {
  std::vector<float> scales = {MinMaxScale(weights, grid)};
  if (!(scales[0] > 0.0f)) return {};
  double error = SquaredWeightError(weights, scales[0], grid);
  for (int turn = 0; turn < kMostTurns; ++turn) {
    const float scale = BestScaleForIntegers(weights, scales.back(), grid);
    if (!(scale > 0.0f)) break;
    const double next = SquaredWeightError(weights, scale, grid);
    if (next >= error) break;
    error = next;
    scales.push_back(scale);
  }
  return scales;
}

float ScaleOfIntegers(std::span<const float> weights) {
  // Steps by which rounding moves a weight of a product of few factors.
  constexpr double kTolerance = 0x1p-12;
  const float minmax = MinMaxScale(weights, WeightGrid::kInt8);
  if (!(minmax > 0.0f)) return 0.0f;
  const auto fits = [&](float scale) {
    return std::all_of(weights.begin(), weights.end(), [scale](float weight) {
      const double steps = double{weight} / scale;
      return std::abs(steps - std::nearbyint(steps)) <= kTolerance;
    });
  };
  // Where several do, that of all other weights, or the coarsest.
  if (fits(minmax)) return minmax;
  for (int q = 1; q < 127; ++q) {
    const float scale = minmax * 127.0f / static_cast<float>(q);
    if (fits(scale)) return scale;
  }
  return 0.0f;
}

float ChooseWeightScale(std::span<const float> weights, WeightsMethod method,
                        WeightGrid grid) {
  const float minmax = MinMaxScale(weights, grid);
  if (!(minmax > 0.0f)) return 0.0f;
  switch (method) {
    case WeightsMethod::kMinMax:
      return minmax;
    case WeightsMethod::kSquaredError:
      return SmallestErrorScale(weights, minmax, grid);
    case WeightsMethod::kAdmm:
      return AlternatingScales(weights, grid).back();
  }
  return minmax;
}

}  // namespace octet::converter
