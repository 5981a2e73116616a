#include "bench/arm/xnnpack_layer.h"

#include <xnnpack.h>

#include <random>
#include <vector>

namespace octet::bench {
namespace {

class Operator : public XnnpackLayer {
 public:
  explicit Operator(const LayerShape& shape)
      : input_(shape.h * shape.w * shape.c + XNN_EXTRA_BYTES),
        output_(shape.out_h() * shape.out_w() * shape.out_c + XNN_EXTRA_BYTES),
        weights_(shape.out_c * shape.k()),
        bias_(shape.out_c, 0),
        scales_(shape.out_c, 0.005f) {
    std::minstd_rand random(1);
    for (int8_t& value : input_) value = static_cast<int8_t>(random() >> 8);
    for (int8_t& value : weights_) {
      value = static_cast<int8_t>(static_cast<int>(random() % 255) - 127);
    }
  }
  ~Operator() override { xnn_delete_operator(operator_); }
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;

  bool CreateConvolution(const LayerShape& shape) {
    const uint32_t pad = static_cast<uint32_t>(shape.kernel / 2);
    const uint32_t kernel = static_cast<uint32_t>(shape.kernel);
    const uint32_t stride = static_cast<uint32_t>(shape.stride);
    const bool depthwise = shape.kind == LayerKind::kDepthwise;
    const size_t groups = depthwise ? shape.c : 1;
    const xnn_status created = xnn_create_convolution2d_nhwc_qc8(
        pad, pad, pad, pad, kernel, kernel, stride, stride, 1, 1,
        static_cast<uint32_t>(groups), shape.c / groups, shape.out_c / groups,
        shape.c, shape.out_c, /*input_zero_point=*/3, /*input_scale=*/0.02f,
        scales_.data(), weights_.data(), bias_.data(), /*output_zero_point=*/-5,
        /*output_scale=*/0.1f, -128, 127, /*flags=*/0, &operator_);
    return created == xnn_status_success &&
           xnn_setup_convolution2d_nhwc_qc8(
               operator_, 1, shape.h, shape.w, input_.data(), output_.data(),
               /*threadpool=*/nullptr) == xnn_status_success;
  }

  // It has one scale for all channels.
  bool CreateFullyConnected(const LayerShape& shape) {
    const xnn_status created = xnn_create_fully_connected_nc_qs8(
        shape.c, shape.out_c, shape.c, shape.out_c, /*input_zero_point=*/3,
        /*input_scale=*/0.02f, scales_[0], weights_.data(), bias_.data(),
        /*output_zero_point=*/-5, /*output_scale=*/0.1f, -128, 127, /*flags=*/0,
        &operator_);
    return created == xnn_status_success &&
           xnn_setup_fully_connected_nc_qs8(
               operator_, shape.h * shape.w, input_.data(), output_.data(),
               /*threadpool=*/nullptr) == xnn_status_success;
  }

  void Run() override { xnn_run_operator(operator_, /*threadpool=*/nullptr); }

 private:
  std::vector<int8_t> input_;
  std::vector<int8_t> output_;
  std::vector<int8_t> weights_;
  std::vector<int32_t> bias_;
  std::vector<float> scales_;
  xnn_operator_t operator_ = nullptr;
};

}  // namespace

std::unique_ptr<XnnpackLayer> XnnpackLayer::Create(const LayerShape& shape) {
  static const xnn_status initialized = xnn_initialize(nullptr);
  if (initialized != xnn_status_success) return nullptr;
  auto layer = std::make_unique<Operator>(shape);
  const bool created = shape.kind == LayerKind::kFullyConnected
                           ? layer->CreateFullyConnected(shape)
                           : layer->CreateConvolution(shape);
  if (!created) return nullptr;
  return layer;
}

}  // namespace octet::bench
