// FLOAT32: FullyConnected, Conv2d and ConvTranspose2d by the tiled product, and
// depthwise convolutions.

#include <algorithm>

#include "engine/operators/checks.h"
#include "engine/operators/float_gemm_layer.h"
#include "engine/operators/float_operators.h"
#include "schema/shape_inference.h"

namespace octet {
namespace {

constexpr int64_t kTileRows = kFloatTileRows;

class FloatFullyConnected : public FloatGemmLayer {
 public:
  FloatFullyConnected(const PrepareContext& context, const Node& node,
                      const schema::FloatClamp* clamp)
      : FloatGemmLayer(context, node,
                       {1, context.network.input(node, 1).shape[0], 1,
                        context.network.input(node, 1).shape[1]},
                       clamp),
        m_(context.network.output(node).NumElements() /
           context.network.input(node, 1).shape[0]) {
    Divide(context, CeilDiv(m_, kTileRows));
  }

 private:
  Tile FillTile(int64_t index, const float* input,
                FloatTap* taps) const override {
    const int64_t first = index * kTileRows;
    Tile tile = {1, static_cast<size_t>(std::min(kTileRows, m_ - first)), {}};
    taps->weights = weights_of_tap(0);
    for (int64_t r = 0; r < kTileRows; ++r) {
      tile.pixels[r] = std::min(first + r, m_ - 1);
      taps->rows[r] = input + tile.pixels[r] * input_channels();
    }
    return tile;
  }

  int64_t m_;  // rows of the input
};

// What both directions of a convolution know of their pictures.
struct Pictures {
  Pictures(const PrepareContext& context, const Node& node,
           const Window2dParams& params)
      : window(params),
        input(context.network.input(node, 0).shape),
        output(context.network.output(node).shape) {}

  Window2dParams window;
  Shape input, output;
};

class FloatConv2d : public FloatGemmLayer {
 public:
  FloatConv2d(const PrepareContext& context, const Node& node,
              const schema::Conv2d& options)
      : FloatGemmLayer(context, node, ShapeOf(context, node, options.groups()),
                       options.float_clamp()),
        pictures_(context, node, WindowOf(*options.window())) {
    const Shape& output = pictures_.output;
    Divide(context,
           int64_t{output[0]} * output[1] * CeilDiv(output[2], kTileRows));
  }

  static LayerShape ShapeOf(const PrepareContext& context, const Node& node,
                            int64_t groups) {
    const Shape& weights = context.network.input(node, 1).shape;
    return {groups, weights[0] / groups, int64_t{weights[1]} * weights[2],
            weights[3]};
  }

 private:
  Tile FillTile(int64_t index, const float* input,
                FloatTap* taps) const override {
    const Window2dParams& window = pictures_.window;
    const Shape& in = pictures_.input;
    const Shape& out = pictures_.output;
    const int64_t tiles_per_row = CeilDiv(out[2], kTileRows);
    const int64_t row = index / tiles_per_row;
    const int64_t x = index % tiles_per_row * kTileRows;
    const int64_t picture = row / out[1] * in[1];
    const int64_t top = row % out[1] * window.stride_h - window.pad_top;
    Tile tile = {0, static_cast<size_t>(std::min(kTileRows, out[2] - x)), {}};
    for (int64_t r = 0; r < kTileRows; ++r)
      tile.pixels[r] = row * out[2] + x + r;
    for (int64_t ky = 0; ky < window.kernel_h; ++ky) {
      const int64_t y = top + ky * window.dilation_h;
      if (y < 0 || y >= in[1]) continue;
      const float* line = input + (picture + y) * in[2] * input_channels();
      for (int64_t kx = 0; kx < window.kernel_w; ++kx) {
        FloatTap& tap = taps[tile.num_taps++];
        tap.weights = weights_of_tap(ky * window.kernel_w + kx);
        int64_t at =
            x * window.stride_w - window.pad_left + kx * window.dilation_w;
        for (const float*& values : tap.rows) {
          values =
              at < 0 || at >= in[2] ? zeros() : line + at * input_channels();
          at += window.stride_w;
        }
      }
    }
    return tile;
  }

  Pictures pictures_;
};

// Outputs whose columns differ by stride_w have the same taps: tiles are made
// of those.
class FloatConvTranspose2d : public FloatGemmLayer {
 public:
  FloatConvTranspose2d(const PrepareContext& context, const Node& node,
                       const schema::ConvTranspose2d& options)
      : FloatGemmLayer(context, node,
                       FloatConv2d::ShapeOf(context, node, options.groups()),
                       options.float_clamp()),
        pictures_(context, node, WindowOf(*options.window())) {
    const Shape& output = pictures_.output;
    num_phases_ = std::min(pictures_.window.stride_w, output[2]);
    tiles_per_phase_ =
        CeilDiv(CeilDiv(output[2], pictures_.window.stride_w), kTileRows);
    Divide(context,
           int64_t{output[0]} * output[1] * num_phases_ * tiles_per_phase_);
  }

 private:
  Tile FillTile(int64_t index, const float* input,
                FloatTap* taps) const override {
    const Window2dParams& window = pictures_.window;
    const Shape& in = pictures_.input;
    const Shape& out = pictures_.output;
    const int64_t first = index % tiles_per_phase_ * kTileRows;
    index /= tiles_per_phase_;
    const int64_t phase = index % num_phases_;
    const int64_t row = index / num_phases_;
    const int64_t count = CeilDiv(out[2] - phase, window.stride_w);
    Tile tile = {};
    tile.num_rows =
        static_cast<size_t>(std::clamp<int64_t>(count - first, 0, kTileRows));
    for (int64_t r = 0; r < kTileRows; ++r) {
      tile.pixels[r] = row * out[2] + phase + (first + r) * window.stride_w;
    }
    if (tile.num_rows == 0) return tile;
    const int64_t picture = row / out[1] * in[1];
    for (int64_t ky = 0; ky < window.kernel_h; ++ky) {
      const int64_t y = row % out[1] + window.pad_top - ky * window.dilation_h;
      if (y < 0 || y % window.stride_h != 0 || y / window.stride_h >= in[1]) {
        continue;
      }
      const float* line =
          input + (picture + y / window.stride_h) * in[2] * input_channels();
      for (int64_t kx = 0; kx < window.kernel_w; ++kx) {
        // Of the phase's first pixel; may be negative.
        const int64_t x = phase + window.pad_left - kx * window.dilation_w;
        if (x % window.stride_w != 0) continue;
        FloatTap& tap = taps[tile.num_taps++];
        tap.weights = weights_of_tap(ky * window.kernel_w + kx);
        int64_t at = x / window.stride_w + first;
        for (const float*& values : tap.rows) {
          values =
              at < 0 || at >= in[2] ? zeros() : line + at * input_channels();
          ++at;
        }
      }
    }
    return tile;
  }

  Pictures pictures_;
  int64_t num_phases_, tiles_per_phase_;
};

// A filter a channel.
class FloatDepthwiseConv2d : public Operator {
 public:
  FloatDepthwiseConv2d(const PrepareContext& context, const Node& node,
                       const schema::Conv2d& options)
      : pictures_(context, node, WindowOf(*options.window())),
        clamp_(FloatClampOf(options.float_clamp())),
        input_(node.inputs[0]),
        output_(node.output),
        weights_in_file_(reinterpret_cast<const float*>(
            context.network.input(node, 1).data)),
        bias_in_file_(reinterpret_cast<const float*>(
            context.network.input(node, 2).data)),
        taps_(int64_t{pictures_.window.kernel_h} * pictures_.window.kernel_w),
        channels_(pictures_.input[3]) {
    const Shape& output = pictures_.output;
    plan_.kernel = "float depthwise";
    plan_.packed_bytes =
        static_cast<uint64_t>((taps_ + 1) * channels_) * sizeof(float);
    plan_.scratch_bytes =
        AlignBlock(static_cast<uint64_t>(taps_) * 2 * sizeof(float*));
    plan_.macs = output.NumElements() * taps_;
    plan_.num_parts = NumParts(context, plan_.macs * kWorkPerOutput,
                               int64_t{output[0]} * output[1]);
  }

  void Pack(uint8_t* memory) override {
    float* packed = reinterpret_cast<float*>(memory);
    for (int64_t tap = 0; tap < taps_; ++tap) {
      for (int64_t c = 0; c < channels_; ++c) {
        packed[tap * channels_ + c] = weights_in_file_[c * taps_ + tap];
      }
    }
    std::copy_n(bias_in_file_, channels_, packed + taps_ * channels_);
    weights_ = packed;
  }

  void Run(const RunContext& context, int part) const override {
    const Shape& out = pictures_.output;
    const Range rows = PartOf(int64_t{out[0]} * out[1], part, plan_.num_parts);
    const float* input =
        reinterpret_cast<const float*>(context.tensors[input_]);
    float* output = reinterpret_cast<float*>(context.tensors[output_]);
    const float** inputs = reinterpret_cast<const float**>(
        context.scratch + static_cast<uint64_t>(part) * plan_.scratch_bytes);
    FloatDepthwiseArgs args = {};
    args.channels = static_cast<size_t>(channels_);
    args.inputs = inputs;
    args.weights = inputs + taps_;
    args.bias = weights_ + taps_ * channels_;
    args.clamp = clamp_;
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      for (int64_t x = 0; x < out[2]; ++x) {
        args.num_taps = FillTaps(row, x, input, inputs);
        args.output = output + (row * out[2] + x) * channels_;
        FloatDepthwise(args);
      }
    }
  }

 private:
  // The taps inside the picture: their inputs, then from taps_ on their
  // weights.
  size_t FillTaps(int64_t row, int64_t x, const float* input,
                  const float** taps) const {
    const Window2dParams& window = pictures_.window;
    const Shape& in = pictures_.input;
    const int64_t picture = row / pictures_.output[1] * in[1];
    const int64_t top =
        row % pictures_.output[1] * window.stride_h - window.pad_top;
    const int64_t left = x * window.stride_w - window.pad_left;
    size_t count = 0;
    for (int64_t ky = 0; ky < window.kernel_h; ++ky) {
      const int64_t y = top + ky * window.dilation_h;
      if (y < 0 || y >= in[1]) continue;
      for (int64_t kx = 0; kx < window.kernel_w; ++kx) {
        const int64_t at = left + kx * window.dilation_w;
        if (at < 0 || at >= in[2]) continue;
        taps[count] = input + ((picture + y) * in[2] + at) * channels_;
        taps[static_cast<size_t>(taps_) + count++] =
            weights_ + (ky * window.kernel_w + kx) * channels_;
      }
    }
    return count;
  }

  Pictures pictures_;
  FloatClamp clamp_;
  int input_, output_;
  const float* weights_in_file_;
  const float* bias_in_file_;
  int64_t taps_, channels_;
  const float* weights_ = nullptr;  // {taps, channels}, then the bias
};

}  // namespace

Status VerifyFloatConv2d(const Network& network, const Node& node) {
  const auto& options = node.options<schema::Conv2d>();
  OCTET_ASSIGN_OR_RETURN(const Window2dParams window,
                         ReadWindow(options.window()));
  OCTET_RETURN_IF_ERROR(CheckOutputShape(
      network, node,
      InferConv2dShape(window, options.groups(), network.input(node, 0).shape,
                       network.input(node, 1).shape)));
  return CheckFloatLayer(network, node, options.float_clamp());
}

OperatorPointer MakeFloatConv2d(const PrepareContext& context,
                                const Node& node) {
  const auto& options = node.options<schema::Conv2d>();
  const Shape& input = context.network.input(node, 0).shape;
  const Shape& output = context.network.output(node).shape;
  if (options.groups() == input[3] && output[3] == input[3]) {
    return std::make_unique<FloatDepthwiseConv2d>(context, node, options);
  }
  return std::make_unique<FloatConv2d>(context, node, options);
}

Status VerifyFloatFullyConnected(const Network& network, const Node& node) {
  OCTET_RETURN_IF_ERROR(
      CheckOutputShape(network, node,
                       InferFullyConnectedShape(network.input(node, 0).shape,
                                                network.input(node, 1).shape)));
  return CheckFloatLayer(network, node,
                         node.options<schema::FullyConnected>().float_clamp());
}

OperatorPointer MakeFloatFullyConnected(const PrepareContext& context,
                                        const Node& node) {
  return std::make_unique<FloatFullyConnected>(
      context, node, node.options<schema::FullyConnected>().float_clamp());
}

OperatorPointer MakeFloatConvTranspose2d(const PrepareContext& context,
                                         const Node& node) {
  return std::make_unique<FloatConvTranspose2d>(
      context, node, node.options<schema::ConvTranspose2d>());
}

}  // namespace octet
