// Resize, one dimension after the other: each output position is a weighted sum
// of few input positions, which kernels/float/resize.h finds.

#include "kernels/float/resize.h"

#include <algorithm>
#include <string>
#include <vector>

#include "converter/float/float_operator.h"

namespace octet::converter {
namespace {

// Shrinking with antialias reads 1 / scale values an output.
constexpr double kLeastAntialiasScale = 1.0 / 1024;

// What the output positions along one dimension read.
struct AxisTaps {
  int64_t input = 1, output = 1;
  bool changes = false;
  size_t count = 1;
  std::vector<ResizeTap> taps;  // [output][count]

  const ResizeTap* at(int64_t index) const {
    return &taps[size_t(index) * count];
  }
};

ResizeAxis AxisOf(const Resize& op, const Shape& input, int axis) {
  ResizeAxis result = {};
  result.mode = static_cast<Interpolation>(op.mode);
  result.coordinates = static_cast<octet::ResizeCoordinates>(op.coordinates);
  result.nearest = static_cast<octet::ResizeNearest>(op.nearest);
  result.exclude_outside = op.exclude_outside;
  result.antialias = op.antialias;
  result.cubic_coeff_a = double{op.cubic_coeff_a};
  result.scale = double{op.scales[size_t(axis)]};
  result.start = double{op.roi_start[size_t(axis)]};
  result.end = double{op.roi_end[size_t(axis)]};
  result.input = input[axis];
  result.output = op.shape[axis];
  return result;
}

AxisTaps MakeTaps(const ResizeAxis& axis) {
  AxisTaps result;
  result.input = axis.input;
  result.output = axis.output;
  result.changes =
      axis.input != axis.output || axis.scale != 1.0 ||
      axis.coordinates == octet::ResizeCoordinates::kTfCropAndResize;
  if (!result.changes) return result;
  result.count = size_t(NumResizeTaps(axis));
  result.taps.resize(size_t(axis.output) * result.count);
  FillResizeTaps(axis, result.taps.data());
  return result;
}

// input {outer, axis.input, inner} -> {outer, axis.output, inner}. Outputs that
// are outside stay 0: FillOutside follows.
std::vector<float> ResizeAlong(const AxisTaps& axis, int64_t inner,
                               const std::vector<float>& input) {
  const int64_t outer = int64_t(input.size()) / (axis.input * inner);
  std::vector<float> output(size_t(outer * axis.output * inner));
  std::vector<const float*> inputs(axis.count);
  std::vector<float> weights(axis.count);
  float* to = output.data();
  for (int64_t o = 0; o < outer; ++o) {
    const float* from = input.data() + o * axis.input * inner;
    for (int64_t i = 0; i < axis.output; ++i, to += inner) {
      const ResizeTap* taps = axis.at(i);
      if (taps[0].index < 0) continue;
      for (size_t t = 0; t < axis.count; ++t) {
        inputs[t] = from + taps[t].index * inner;
        weights[t] = taps[t].weight;
      }
      WeightedSum(
          {size_t(inner), axis.count, inputs.data(), weights.data(), to});
    }
  }
  return output;
}

// Outputs whose coordinate along any dimension is outside become `value`.
void FillOutside(const std::vector<AxisTaps>& axes, float value,
                 std::vector<float>& output) {
  for (size_t i = 0; i < output.size(); ++i) {
    int64_t rest = int64_t(i);
    for (size_t axis = axes.size(); axis-- > 0;) {
      const int64_t index = rest % axes[axis].output;
      rest /= axes[axis].output;
      if (axes[axis].at(index)[0].index < 0) output[i] = value;
    }
  }
}

}  // namespace

Result<FloatOperator> MakeFloatResize(const Resize& op, const FloatNode& node) {
  const Shape input = node.input_shape(0);
  std::vector<AxisTaps> axes;
  for (int axis = 0; axis < input.rank; ++axis) {
    const ResizeAxis geometry = AxisOf(op, input, axis);
    if (geometry.antialias && geometry.scale < kLeastAntialiasScale) {
      return Unsupported("shrinks dimension " + std::to_string(axis) +
                         " more than 1024 times with antialias");
    }
    axes.push_back(MakeTaps(geometry));
  }
  const bool crops =
      op.coordinates == schema::ResizeCoordinates::TF_CROP_AND_RESIZE;
  return FloatOperator([axes, crops, outside = op.extrapolation_value,
                        count = input.NumElements(), from = node.inputs[0],
                        to = node.output] {
    std::vector<float> data(from, from + count);
    int64_t inner = 1;
    for (size_t axis = axes.size(); axis-- > 0;) {
      if (axes[axis].changes) data = ResizeAlong(axes[axis], inner, data);
      inner *= axes[axis].output;
    }
    if (crops) FillOutside(axes, outside, data);
    std::copy(data.begin(), data.end(), to);
    return OkStatus();
  });
}

}  // namespace octet::converter
