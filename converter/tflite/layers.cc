// CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED.

#include <string>
#include <utility>

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
