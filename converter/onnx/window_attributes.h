// kernel_shape, strides, dilations, pads and auto_pad, which Conv and the pools
// share, -> Window2dParams.

#ifndef OCTET_CONVERTER_ONNX_WINDOW_ATTRIBUTES_H_
#define OCTET_CONVERTER_ONNX_WINDOW_ATTRIBUTES_H_

#include "converter/onnx/node_context.h"
#include "octet/shape.h"
#include "octet/status.h"
#include "schema/operators.h"

namespace octet::converter {

// The window over `input`, a picture in NCHW. Where the attribute kernel_shape
// is absent the kernel is `default_kernel_h` x `default_kernel_w`; 0: the
// attribute is required. auto_pad becomes pads.
Result<Window2dParams> ReadWindow(const NodeContext& node, const Shape& input,
                                  int32_t default_kernel_h,
                                  int32_t default_kernel_w);

// What the attribute ceil_mode = 1 means: one more window where the last one
// would not reach the end of the padded input, unless it starts behind the
// picture. Lengthens the pads at the end accordingly.
void ExtendForCeilMode(const Shape& input, Window2dParams& window);

// OK unless `input` has not 4 dimensions; `what`: "a convolution".
Status CheckPicture(const Shape& input, const std::string& what);

// The window that covers all of `input`, in NCHW.
Window2dParams WholePicture(const Shape& input);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_WINDOW_ATTRIBUTES_H_
