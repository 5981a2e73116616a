#include "converter/tflite/window.h"

#include <string>

#include "converter/ir/same_padding.h"
#include "schema/shape_inference.h"

namespace octet::converter {

Result<Window2dParams> CompleteWindow(Window2dParams window, const Shape& input,
                                      int32_t kernel_h, int32_t kernel_w,
                                      tflite::Padding padding) {
  if (input.rank != 4) {
    return Unsupported("the input " + input.ToString() +
                       " must have 4 dimensions (NHWC)");
  }
  window.kernel_h = kernel_h;
  window.kernel_w = kernel_w;
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  if (padding == tflite::Padding::VALID) return window;
  if (padding != tflite::Padding::SAME) return InvalidModel("unknown padding");
  SetSamePads(input[1], kernel_h, window.stride_h, window.dilation_h,
              /*upper=*/true, window.pad_top, window.pad_bottom);
  SetSamePads(input[2], kernel_w, window.stride_w, window.dilation_w,
              /*upper=*/true, window.pad_left, window.pad_right);
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  return window;
}

Result<FloatClamp> ClampOf(tflite::Activation activation) {
  FloatClamp clamp;
  switch (activation) {
    case tflite::Activation::NONE:
      return clamp;
    case tflite::Activation::RELU:
      clamp.min = 0.0f;
      return clamp;
    case tflite::Activation::RELU_N1_TO_1:
      return FloatClamp{-1.0f, 1.0f};
    case tflite::Activation::RELU6:
      return FloatClamp{0.0f, 6.0f};
    default:
      return Unsupported("the fused activation " +
                         std::string(tflite::EnumNameActivation(activation)) +
                         " (" + std::to_string(static_cast<int>(activation)) +
                         ") is not supported");
  }
}

}  // namespace octet::converter
