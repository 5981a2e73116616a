// Resize, one dimension after the other: each output position is a weighted sum
// of few input positions.

#include <algorithm>
#include <cmath>
#include <vector>

#include "converter/float/float_operator.h"

namespace octet::converter {
namespace {

using schema::ResizeCoordinates;
using schema::ResizeMode;
using schema::ResizeNearest;

// What an output position reads along its axis.
struct Taps {
  std::vector<int64_t> positions;
  std::vector<double> weights;
  bool is_outside = false;  // of TF_CROP_AND_RESIZE
};

// The schema's formulas: where output index i lies in the input.
double InputCoordinate(const Resize& op, int axis, int64_t n, int64_t i) {
  const double m = op.shape[axis];
  const double s = double{op.scales[size_t(axis)]};
  const double start = double{op.roi_start[size_t(axis)]};
  const double end = double{op.roi_end[size_t(axis)]};
  const auto size = static_cast<double>(n);
  const auto x = static_cast<double>(i);
  switch (op.coordinates) {
    case ResizeCoordinates::HALF_PIXEL:
      return (x + 0.5) / s - 0.5;
    case ResizeCoordinates::HALF_PIXEL_SYMMETRIC:
      return size / 2 * (1 - m / (size * s)) + (x + 0.5) / s - 0.5;
    case ResizeCoordinates::PYTORCH_HALF_PIXEL:
      return m > 1 ? (x + 0.5) / s - 0.5 : 0;
    case ResizeCoordinates::ALIGN_CORNERS:
      return m > 1 ? x * (size - 1) / (m - 1) : 0;
    case ResizeCoordinates::ASYMMETRIC:
      return x / s;
    default:  // TF_CROP_AND_RESIZE
      return m > 1
                 ? start * (size - 1) + x * (end - start) * (size - 1) / (m - 1)
                 : 0.5 * (start + end) * (size - 1);
  }
}

int64_t Nearest(ResizeNearest mode, double x) {
  switch (mode) {
    case ResizeNearest::ROUND_PREFER_FLOOR:
      return static_cast<int64_t>(std::ceil(x - 0.5));
    case ResizeNearest::ROUND_PREFER_CEIL:
      return static_cast<int64_t>(std::floor(x + 0.5));
    case ResizeNearest::FLOOR:
      return static_cast<int64_t>(std::floor(x));
    default:
      return static_cast<int64_t>(std::ceil(x));
  }
}

// The kernel at distance d.
double KernelWeight(const Resize& op, double d) {
  d = std::abs(d);
  if (op.mode == ResizeMode::LINEAR) return std::max(0.0, 1 - d);
  const double a = double{op.cubic_coeff_a};
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

Taps MakeTaps(const Resize& op, int axis, int64_t n, int64_t i) {
  const double x = InputCoordinate(op, axis, n, i);
  Taps taps;
  const bool crops = op.coordinates == ResizeCoordinates::TF_CROP_AND_RESIZE;
  taps.is_outside = crops && (x < 0 || x > static_cast<double>(n - 1));
  const auto inside = [&](int64_t p) {
    return std::clamp<int64_t>(p, 0, n - 1);
  };
  if (op.mode == ResizeMode::NEAREST) {
    taps.positions = {inside(Nearest(op.nearest, x))};
    taps.weights = {1.0};
    return taps;
  }
  const double scale = double{op.scales[size_t(axis)]};
  const double shrink = op.antialias ? std::min(1.0, scale) : 1.0;
  const double reach = (op.mode == ResizeMode::LINEAR ? 1.0 : 2.0) / shrink;
  double sum = 0;
  for (auto p = static_cast<int64_t>(std::floor(x - reach)) + 1;
       static_cast<double>(p) < x + reach; ++p) {
    if (op.exclude_outside && p != inside(p)) continue;
    const double weight =
        KernelWeight(op, (static_cast<double>(p) - x) * shrink);
    taps.positions.push_back(inside(p));
    taps.weights.push_back(weight);
    sum += weight;
  }
  for (double& weight : taps.weights) weight /= sum;
  return taps;
}

// input {outer, n, inner} -> {outer, taps.size(), inner}.
std::vector<float> ResizeAxis(const std::vector<float>& input, int64_t n,
                              int64_t inner, const std::vector<Taps>& taps) {
  const int64_t outer = static_cast<int64_t>(input.size()) / (n * inner);
  std::vector<float> output;
  output.reserve(size_t(outer * inner) * taps.size());
  for (int64_t o = 0; o < outer; ++o) {
    for (const Taps& tap : taps) {
      for (int64_t i = 0; i < inner; ++i) {
        double sum = 0;
        for (size_t t = 0; t < tap.positions.size(); ++t) {
          const int64_t from = (o * n + tap.positions[t]) * inner + i;
          sum += tap.weights[t] * double{input[size_t(from)]};
        }
        output.push_back(static_cast<float>(sum));
      }
    }
  }
  return output;
}

// Outputs whose coordinate along any axis is outside become `value`.
void FillOutside(const std::vector<std::vector<Taps>>& taps, const Shape& shape,
                 float value, std::vector<float>& output) {
  for (int64_t i = 0; i < static_cast<int64_t>(output.size()); ++i) {
    int64_t rest = i;
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      const auto at = size_t(rest % shape[axis]);
      rest /= shape[axis];
      if (taps[size_t(axis)][at].is_outside) output[size_t(i)] = value;
    }
  }
}

}  // namespace

Result<FloatOperator> MakeFloatResize(const Resize& op, const FloatNode& node) {
  const Shape input = node.input_shape(0);
  std::vector<std::vector<Taps>> taps(size_t(input.rank));
  for (int axis = 0; axis < input.rank; ++axis) {
    for (int32_t i = 0; i < op.shape[axis]; ++i) {
      taps[size_t(axis)].push_back(MakeTaps(op, axis, input[axis], i));
    }
  }
  return FloatOperator([op, input, taps, from = node.inputs[0],
                        to = node.output] {
    std::vector<float> data(from, from + input.NumElements());
    int64_t inner = 1;
    for (int axis = input.rank - 1; axis >= 0; --axis) {
      const bool changes =
          op.shape[axis] != input[axis] || op.scales[size_t(axis)] != 1.0f ||
          op.coordinates == ResizeCoordinates::TF_CROP_AND_RESIZE;
      if (changes) {
        data = ResizeAxis(data, input[axis], inner, taps[size_t(axis)]);
      }
      inner *= op.shape[axis];
    }
    if (op.coordinates == ResizeCoordinates::TF_CROP_AND_RESIZE) {
      FillOutside(taps, op.shape, op.extrapolation_value, data);
    }
    std::copy(data.begin(), data.end(), to);
    return OkStatus();
  });
}

}  // namespace octet::converter
