#include "converter/repair/layer_geometry.h"

#include <algorithm>

namespace octet::converter {
namespace {

void Dequantize(const int8_t* q, size_t count, const ActivationParams& params,
                float* real) {
  for (size_t i = 0; i < count; ++i) {
    real[i] = params.scale * static_cast<float>(q[i] - params.zero_point);
  }
}

}  // namespace

LayerGeometry::LayerGeometry(const Graph& graph, const Node& node)
    : conv_(std::get_if<Conv2d>(&node.op)),
      input_shape_(graph.value(node.inputs[0]).shape),
      output_shape_(graph.value(node.output).shape) {
  if (conv_ != nullptr) groups_ = size_t(conv_->groups);
  const size_t channels = graph.value(node.inputs[2]).data->size();
  inputs_ = graph.value(node.inputs[1]).data->size() / channels;
  outputs_ = channels / groups_;
  cells_ = size_t(output_shape_.NumElements()) / channels;
}

void LayerGeometry::ReadInputs(const int8_t* input,
                               const ActivationParams& params, size_t cell,
                               size_t group, float* row) const {
  if (conv_ == nullptr) {
    Dequantize(input + cell * inputs_, inputs_, params, row);
    return;
  }
  const Window2dParams& w = conv_->window;
  const int height = input_shape_[1], width = input_shape_[2];
  const size_t channels = size_t(input_shape_[3]);
  const size_t depth = channels / groups_;
  const size_t x = cell % size_t(output_shape_[2]);
  const size_t y = cell / size_t(output_shape_[2]) % size_t(output_shape_[1]);
  const size_t n = cell / (size_t(output_shape_[2]) * size_t(output_shape_[1]));
  for (int ky = 0; ky < w.kernel_h; ++ky) {
    const int from_y = int(y) * w.stride_h - w.pad_top + ky * w.dilation_h;
    for (int kx = 0; kx < w.kernel_w; ++kx, row += depth) {
      const int from_x = int(x) * w.stride_w - w.pad_left + kx * w.dilation_w;
      if (from_y < 0 || from_y >= height || from_x < 0 || from_x >= width) {
        std::fill_n(row, depth, 0.0f);
        continue;
      }
      const size_t pixel =
          (n * size_t(height) + size_t(from_y)) * size_t(width) +
          size_t(from_x);
      Dequantize(input + pixel * channels + group * depth, depth, params, row);
    }
  }
}

}  // namespace octet::converter
