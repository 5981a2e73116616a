// CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV, FULLY_CONNECTED, BATCH_MATMUL.

#include <algorithm>
#include <string>
#include <utility>

#include "converter/ir/shape_arguments.h"
#include "converter/tflite/operator_imports.h"
#include "converter/tflite/window.h"

namespace octet::converter {
namespace {

// Input 2, or zeros.
Result<ValueId> ReadBias(OperatorContext& op, int32_t channels) {
  if (!op.HasInput(2)) return op.Zeros(channels);
  return op.ConstantInput(2, "the bias");
}

Status CheckPicture(const Shape& weights) {
  if (weights.rank == 4) return OkStatus();
  return InvalidModel("the weights " + weights.ToString() +
                      " must have 4 dimensions");
}

template <typename Options>
Window2dParams StridesOf(const Options& options) {
  Window2dParams window;
  window.stride_h = options.stride_h();
  window.stride_w = options.stride_w();
  window.dilation_h = options.dilation_h_factor();
  window.dilation_w = options.dilation_w_factor();
  return window;
}

// Pads of a transposed convolution from n to m values, so that a convolution
// with the same window that pads like SAME or VALID would come back.
Status SetTransposedPads(int64_t n, int64_t m, int64_t kernel, int64_t stride,
                         int32_t& begin, int32_t& end, int32_t& output_pad) {
  const int64_t total = stride * (n - 1) + kernel - m;
  if (total > kernel || -total >= stride) {
    return InvalidModel("an output of " + std::to_string(m) +
                        " does not come of " + std::to_string(n) + " values");
  }
  begin = static_cast<int32_t>(std::max<int64_t>(total, 0) / 2);
  end = static_cast<int32_t>(std::max<int64_t>(total, 0)) - begin;
  output_pad = static_cast<int32_t>(std::max<int64_t>(-total, 0));
  return OkStatus();
}

// `matrices` with their last two dimensions swapped.
Result<ValueId> EmitSwapped(OperatorContext& op, ValueId matrices,
                            const std::string& suffix) {
  const int rank = op.shape(matrices).rank;
  if (rank < 2) return InvalidModel("an input has less than 2 dimensions");
  Transpose transpose;
  for (int i = 0; i < rank; ++i) transpose.params.permutation[i] = i;
  std::swap(transpose.params.permutation[rank - 2],
            transpose.params.permutation[rank - 1]);
  return op.Emit(transpose, {matrices}, matrices, suffix);
}

// The input as {rows, k}: the format flattens what is in front of k values.
Result<ValueId> AsRows(OperatorContext& op, ValueId input, int32_t k) {
  const Shape shape = op.shape(input);
  if (shape.rank >= 1 && shape[shape.rank - 1] == k &&
      shape.rank == op.output_tensor(0).shape.rank) {
    return input;
  }
  const int64_t elements = shape.NumElements();
  if (elements % k != 0) {
    return InvalidModel("the input " + shape.ToString() +
                        " is not made of rows of " + std::to_string(k));
  }
  return op.Emit(Reshape{Shape{static_cast<int32_t>(elements / k), k}}, {input},
                 input, "/rows");
}

}  // namespace

Status ImportTfliteConv2d(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::Conv2DOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId weights,
                         op.ConstantInput(1, "the weights"));
  const Shape ohwi = op.shape(weights);
  OCTET_RETURN_IF_ERROR(CheckPicture(ohwi));
  Conv2d conv;
  OCTET_ASSIGN_OR_RETURN(
      conv.window, CompleteWindow(StridesOf(*options), op.shape(input), ohwi[1],
                                  ohwi[2], options->padding()));
  OCTET_ASSIGN_OR_RETURN(conv.clamp,
                         ClampOf(options->fused_activation_function()));
  // Shape inference checks that they divide.
  conv.groups = op.shape(input)[3] / ohwi[3];
  OCTET_ASSIGN_OR_RETURN(const ValueId bias, ReadBias(op, ohwi[0]));
  return op.Return(conv, {input, weights, bias});
}

// The weights are {1, h, w, channels}; each channel of the input has as many
// outputs as the depth multiplier says, side by side.
Status ImportTfliteDepthwiseConv2d(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::DepthwiseConv2DOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId one_hwo,
                         op.ConstantInput(1, "the weights"));
  const Shape shape = op.shape(one_hwo);
  OCTET_RETURN_IF_ERROR(CheckPicture(shape));
  Conv2d conv;
  OCTET_ASSIGN_OR_RETURN(
      conv.window, CompleteWindow(StridesOf(*options), op.shape(input),
                                  shape[1], shape[2], options->padding()));
  OCTET_ASSIGN_OR_RETURN(conv.clamp,
                         ClampOf(options->fused_activation_function()));
  conv.groups = op.shape(input)[3];
  const StoredAs& stored = op.stored(one_hwo);
  if (shape[0] != 1 || (stored.scale.size() > 1 && stored.axis != 3)) {
    return InvalidModel("the weights " + shape.ToString() +
                        " must be {1, height, width, channels}, with scales "
                        "of the channels");
  }
  const ValueId weights = op.ChannelsFirst(one_hwo);
  OCTET_ASSIGN_OR_RETURN(const ValueId bias, ReadBias(op, shape[3]));
  return op.Return(conv, {input, weights, bias});
}

// Inputs: the output's shape, which the tensor has as well, weights
// {o, h, w, i}, input, bias.
Status ImportTfliteTransposeConv(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::TransposeConvOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(2));
  OCTET_ASSIGN_OR_RETURN(const ValueId weights,
                         op.ConstantInput(1, "the weights"));
  const Shape in = op.shape(input), ohwi = op.shape(weights);
  const auto target = [&]() -> Result<Shape> {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                           op.Integers(0, "the output's shape"));
    return ToShape(dims);
  };
  OCTET_ASSIGN_OR_RETURN(const Shape out, op.OutputShape(target()));
  OCTET_RETURN_IF_ERROR(CheckPicture(ohwi));
  if (in.rank != 4 || out.rank != 4 || in[0] != out[0] ||
      options->stride_h() < 1 || options->stride_w() < 1) {
    return InvalidModel(
        "input and output must be as many pictures, strides above 0");
  }
  ConvTranspose2d conv;
  Window2dParams& window = conv.params.window;
  window.kernel_h = ohwi[1];
  window.kernel_w = ohwi[2];
  window.stride_h = options->stride_h();
  window.stride_w = options->stride_w();
  OCTET_RETURN_IF_ERROR(
      SetTransposedPads(in[1], out[1], ohwi[1], window.stride_h, window.pad_top,
                        window.pad_bottom, conv.params.output_pad_h));
  OCTET_RETURN_IF_ERROR(SetTransposedPads(
      in[2], out[2], ohwi[2], window.stride_w, window.pad_left,
      window.pad_right, conv.params.output_pad_w));
  OCTET_ASSIGN_OR_RETURN(conv.clamp,
                         ClampOf(options->fused_activation_function()));
  ValueId bias = kNoValue;
  if (op.HasInput(3)) {
    OCTET_ASSIGN_OR_RETURN(bias, op.ConstantInput(3, "the bias"));
  } else {
    bias = op.Zeros(ohwi[0]);
  }
  return op.Return(conv, {input, weights, bias});
}

Status ImportTfliteBatchMatMul(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::BatchMatMulOptions>());
  OCTET_ASSIGN_OR_RETURN(ValueId a, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(ValueId b, op.Input(1));
  if (options->adj_x()) {
    OCTET_ASSIGN_OR_RETURN(a, EmitSwapped(op, a, "/transposed_a"));
  }
  if (options->adj_y()) {
    OCTET_ASSIGN_OR_RETURN(b, EmitSwapped(op, b, "/transposed_b"));
  }
  return op.Return(MatMul(), {a, b});
}

Status ImportTfliteFullyConnected(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::FullyConnectedOptions>());
  if (options->weights_format() != tflite::WeightsFormat::DEFAULT) {
    return Unsupported("shuffled weights are not supported");
  }
  OCTET_ASSIGN_OR_RETURN(ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId weights,
                         op.ConstantInput(1, "the weights"));
  const Shape shape = op.shape(weights);
  if (shape.rank != 2) {
    return InvalidModel("the weights " + shape.ToString() +
                        " must have 2 dimensions");
  }
  FullyConnected layer;
  OCTET_ASSIGN_OR_RETURN(layer.clamp,
                         ClampOf(options->fused_activation_function()));
  OCTET_ASSIGN_OR_RETURN(const ValueId bias, ReadBias(op, shape[0]));
  OCTET_ASSIGN_OR_RETURN(input, AsRows(op, input, shape[1]));
  return op.Return(layer, {input, weights, bias});
}

}  // namespace octet::converter
