#include "kernels/float/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace octet {
namespace {

// Coordinates are kept where integers have room for them.
constexpr double kFarthest = 1073741824.0;  // 2^30

double Coordinate(const ResizeAxis& axis, int64_t index) {
  const double i = static_cast<double>(index);
  const double n = static_cast<double>(axis.input);
  const double m = static_cast<double>(axis.output);
  switch (axis.coordinates) {
    case ResizeCoordinates::kHalfPixelSymmetric:
      return n / 2.0 * (1.0 - m / (n * axis.scale)) + (i + 0.5) / axis.scale -
             0.5;
    case ResizeCoordinates::kPytorchHalfPixel:
      return axis.output > 1 ? (i + 0.5) / axis.scale - 0.5 : 0.0;
    case ResizeCoordinates::kAlignCorners:
      return axis.output > 1 ? i * (n - 1.0) / (m - 1.0) : 0.0;
    case ResizeCoordinates::kAsymmetric:
      return i / axis.scale;
    case ResizeCoordinates::kTfCropAndResize:
      return axis.output > 1
                 ? axis.start * (n - 1.0) +
                       i * (axis.end - axis.start) * (n - 1.0) / (m - 1.0)
                 : 0.5 * (axis.start + axis.end) * (n - 1.0);
    default:
      return (i + 0.5) / axis.scale - 0.5;
  }
}

double NearestTo(double x, ResizeNearest rule) {
  switch (rule) {
    case ResizeNearest::kRoundPreferFloor:
      return std::ceil(x - 0.5);
    case ResizeNearest::kRoundPreferCeil:
      return std::floor(x + 0.5);
    case ResizeNearest::kFloor:
      return std::floor(x);
    default:
      return std::ceil(x);
  }
}

// Keys' kernel.
double CubicWeight(double distance, double a) {
  const double d = std::fabs(distance);
  if (d <= 1.0) return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  if (d < 2.0) return ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
  return 0.0;
}

// By how much a distance shrinks where the kernel is widened.
double Narrowing(const ResizeAxis& axis) {
  return axis.antialias ? std::min(axis.scale, 1.0) : 1.0;
}

double WeightAt(const ResizeAxis& axis, double distance) {
  distance *= Narrowing(axis);
  return axis.mode == Interpolation::kLinear
             ? std::max(0.0, 1.0 - std::fabs(distance))
             : CubicWeight(distance, axis.cubic_coeff_a);
}

// Positions on each side that a kernel reaches.
int64_t Reach(const ResizeAxis& axis) {
  const double reach = axis.mode == Interpolation::kLinear ? 1.0 : 2.0;
  return static_cast<int64_t>(std::ceil(reach / Narrowing(axis)));
}

void FillTaps(const ResizeAxis& axis, double x, ResizeTap* taps) {
  const int64_t count = NumResizeTaps(axis);
  const int64_t last = axis.input - 1;
  if (axis.mode == Interpolation::kNearest) {
    const int64_t index = static_cast<int64_t>(NearestTo(x, axis.nearest));
    taps[0] = {static_cast<int32_t>(std::clamp<int64_t>(index, 0, last)), 1.0f};
    return;
  }
  const int64_t first = static_cast<int64_t>(std::floor(x)) - Reach(axis) + 1;
  const bool rescales = axis.exclude_outside || axis.antialias;
  double sum = 0.0;
  for (int64_t t = 0; t < count; ++t) {
    const int64_t index = first + t;
    double weight = WeightAt(axis, static_cast<double>(index) - x);
    if (axis.exclude_outside && (index < 0 || index > last)) weight = 0.0;
    sum += weight;
    taps[t] = {static_cast<int32_t>(std::clamp<int64_t>(index, 0, last)),
               static_cast<float>(weight)};
  }
  for (int64_t t = 0; rescales && sum != 0.0 && t < count; ++t) {
    taps[t].weight = static_cast<float>(taps[t].weight / sum);
  }
}

}  // namespace

int64_t NumResizeTaps(const ResizeAxis& axis) {
  return axis.mode == Interpolation::kNearest ? 1 : 2 * Reach(axis);
}

void FillResizeTaps(const ResizeAxis& axis, ResizeTap* taps) {
  const int64_t count = NumResizeTaps(axis);
  const double last = static_cast<double>(axis.input - 1);
  for (int64_t i = 0; i < axis.output; ++i, taps += count) {
    const double x = Coordinate(axis, i);
    FillTaps(axis, std::clamp(x, -kFarthest, kFarthest), taps);
    const bool outside = x < 0.0 || x > last;
    if (axis.coordinates == ResizeCoordinates::kTfCropAndResize && outside) {
      for (int64_t t = 0; t < count; ++t) taps[t].index = -1;
    }
  }
}

void WeightedSum(const WeightedSumArgs& args) {
  const float first = args.weights[0];
  for (size_t c = 0; c < args.n; ++c) {
    args.output[c] = first * args.inputs[0][c];
  }
  for (size_t t = 1; t < args.num_taps; ++t) {
    const float weight = args.weights[t];
    const float* input = args.inputs[t];
    for (size_t c = 0; c < args.n; ++c) args.output[c] += weight * input[c];
  }
}

}  // namespace octet
