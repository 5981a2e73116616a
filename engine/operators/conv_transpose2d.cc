// ConvTranspose2d: checks, and the INT8 form, portable: output by output, the
// taps whose inputs exist.

#include <algorithm>

#include "engine/operators/checks.h"
#include "engine/operators/float_gemm_layer.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/layer.h"
#include "engine/operators/split.h"
#include "kernels/requantize.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

LayerOptions LayerOptionsOf(const schema::ConvTranspose2d& options) {
  return {
      options.clamp(), options.requantization(), schema::Rounding::Q15, nullptr,
      nullptr,         options.float_clamp()};
}

// The input row or column that tap `k` of output `at` reads, or -1.
int64_t SourceOf(int64_t at, int64_t k, int64_t pad, int64_t dilation,
                 int64_t stride, int64_t size) {
  const int64_t spread = at + pad - k * dilation;
  if (spread < 0 || spread % stride != 0) return -1;
  return spread / stride < size ? spread / stride : -1;
}

class Int8ConvTranspose2d : public Operator {
 public:
  Int8ConvTranspose2d(const PrepareContext& context, const Node& node,
                      const schema::ConvTranspose2d& options)
      : window_(WindowOf(*options.window())),
        groups_(options.groups()),
        in_(context.network.input(node, 0).shape),
        out_(context.network.output(node).shape),
        input_(node.inputs[0]),
        output_(node.output),
        mask_(FormMask(context.kernels.form)),
        layer_(ReadLayer(context, node, LayerOptionsOf(options))),
        stage_(StageOf(context.network.output(node), *options.clamp())) {
    const int64_t n = out_[3];
    const int64_t k = static_cast<int64_t>(layer_.channel_stride);
    // Weights, then bias, multipliers and shifts: the file may go.
    weights_bytes_ = AlignBlock(static_cast<uint64_t>(n * k));
    plan_.packed_bytes =
        weights_bytes_ + static_cast<uint64_t>(n) * sizeof(Channel);
    plan_.scratch_bytes =
        AlignBlock(static_cast<uint64_t>(n) * sizeof(int32_t));
    plan_.kernel = "conv_transpose2d";
    plan_.macs = int64_t{in_[0]} * in_[1] * in_[2] * n * k;
    plan_.num_parts = NumParts(context, plan_.macs * kWorkPerOutput,
                               int64_t{out_[0]} * out_[1]);
  }

  void Pack(uint8_t* memory) override {
    const size_t n = layer_.n;
    weights_ = std::copy_n(layer_.weights, n * layer_.channel_stride,
                           reinterpret_cast<int8_t*>(memory)) -
               n * layer_.channel_stride;
    Channel* channels = reinterpret_cast<Channel*>(memory + weights_bytes_);
    for (size_t c = 0; c < n; ++c) {
      const size_t entry = layer_.per_channel ? c : 0;
      channels[c] = {layer_.bias[c], layer_.multiplier[entry],
                     layer_.shift[entry]};
    }
    channels_ = channels;
  }

  void Run(const RunContext& context, int part) const override {
    int32_t* sums = reinterpret_cast<int32_t*>(
        context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes);
    const Range rows =
        PartOf(int64_t{out_[0]} * out_[1], part, plan_.num_parts);
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      for (int64_t x = 0; x < out_[2]; ++x) {
        for (int64_t c = 0; c < out_[3]; ++c) sums[c] = channels_[c].bias;
        AddTaps(context.tensors[input_], row, x, sums);
        Store(sums, context.tensors[output_] + (row * out_[2] + x) * out_[3]);
      }
    }
  }

 private:
  struct Channel {
    int32_t bias;
    int16_t multiplier;
    int8_t shift;
  };

  void AddTaps(const uint8_t* input, int64_t row, int64_t x,
               int32_t* sums) const {
    const int64_t picture = row / out_[1] * in_[1];
    for (int64_t ky = 0; ky < window_.kernel_h; ++ky) {
      const int64_t y = SourceOf(row % out_[1], ky, window_.pad_top,
                                 window_.dilation_h, window_.stride_h, in_[1]);
      if (y < 0) continue;
      for (int64_t kx = 0; kx < window_.kernel_w; ++kx) {
        const int64_t at = SourceOf(x, kx, window_.pad_left, window_.dilation_w,
                                    window_.stride_w, in_[2]);
        if (at < 0) continue;
        AddTap(input + ((picture + y) * in_[2] + at) * in_[3],
               ky * window_.kernel_w + kx, sums);
      }
    }
  }

  void AddTap(const uint8_t* pixel, int64_t tap, int32_t* sums) const {
    const int64_t channels = in_[3] / groups_;
    const int64_t per_group = out_[3] / groups_;
    const int64_t stride = static_cast<int64_t>(layer_.channel_stride);
    const int32_t zero_point = layer_.input_zero_point;
    for (int64_t c = 0; c < out_[3]; ++c) {
      const uint8_t* values = pixel + c / per_group * channels;
      const int8_t* weights = weights_ + c * stride + tap * channels;
      // Partial sums may wrap; whole ones are proved to fit.
      uint32_t sum = 0;
      for (int64_t i = 0; i < channels; ++i) {
        const int32_t q = static_cast<int8_t>(values[i] ^ mask_) - zero_point;
        sum += static_cast<uint32_t>(q * weights[i]);
      }
      sums[c] = static_cast<int32_t>(static_cast<uint32_t>(sums[c]) + sum);
    }
  }

  void Store(const int32_t* sums, uint8_t* output) const {
    for (int64_t c = 0; c < out_[3]; ++c) {
      const int8_t q = RequantizeQ15(sums[c], channels_[c].multiplier,
                                     channels_[c].shift, stage_);
      output[c] = static_cast<uint8_t>(static_cast<uint8_t>(q) ^ mask_);
    }
  }

  Window2dParams window_;
  int64_t groups_;
  Shape in_, out_;
  int input_, output_;
  uint8_t mask_;
  LayerWeights layer_;  // in the file, for Pack
  OutputStage stage_;
  uint64_t weights_bytes_;
  const int8_t* weights_ = nullptr;
  const Channel* channels_ = nullptr;
};

}  // namespace

Status VerifyConvTranspose2d(const Network& network, const Node& node) {
  const auto& options = node.options<schema::ConvTranspose2d>();
  OCTET_ASSIGN_OR_RETURN(const Window2dParams window,
                         ReadWindow(options.window()));
  const ConvTranspose2dParams params = {
      window, options.groups(), options.output_pad_h(), options.output_pad_w()};
  OCTET_RETURN_IF_ERROR(CheckOutputShape(
      network, node,
      InferConvTranspose2dShape(params, network.input(node, 0).shape,
                                network.input(node, 1).shape)));
  return network.output(node).is_float()
             ? CheckFloatLayer(network, node, options.float_clamp())
             : VerifyLayer(network, node, LayerOptionsOf(options));
}

OperatorPointer MakeConvTranspose2d(const PrepareContext& context,
                                    const Node& node) {
  if (context.network.output(node).is_float()) {
    return MakeFloatConvTranspose2d(context, node);
  }
  return std::make_unique<Int8ConvTranspose2d>(
      context, node, node.options<schema::ConvTranspose2d>());
}

}  // namespace octet
