// The windows of convolutions and poolings, and activations fused into layers.

#ifndef OCTET_CONVERTER_TFLITE_WINDOW_H_
#define OCTET_CONVERTER_TFLITE_WINDOW_H_

#include <cstdint>

#include "converter/ir/operators.h"
#include "converter/tflite/tflite_generated.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

// A kernel of kernel_h x kernel_w over `input` (NHWC) with the strides and
// dilations of `window`, whose kernel and pads are filled in. SAME pads so that
// the output is ceil(input / stride), the odd cell at the end.
Result<Window2dParams> CompleteWindow(Window2dParams window, const Shape& input,
                                      int32_t kernel_h, int32_t kernel_w,
                                      tflite::Padding padding);

// The bounds that an activation sets; an error for those that set none.
Result<FloatClamp> ClampOf(tflite::Activation activation);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_WINDOW_H_
