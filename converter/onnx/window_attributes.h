// Kernels, strides, dilations and pads of ONNX's convolutions and pools.

#ifndef OCTET_CONVERTER_ONNX_WINDOW_ATTRIBUTES_H_
#define OCTET_CONVERTER_ONNX_WINDOW_ATTRIBUTES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "converter/onnx/node_context.h"
#include "octet/shape.h"
#include "octet/status.h"
#include "schema/operators.h"

namespace octet::converter {

// Position of a kernel along one axis.
struct WindowAxis {
  int32_t kernel = 1;
  int32_t stride = 1;
  int32_t dilation = 1;
  int32_t pad_begin = 0;
  int32_t pad_end = 0;
  bool is_whole = false;  // as large as the input, whatever its size
};

// The window of a node whose input {n, c, ...} has the spatial dimensions
// `sizes`, one entry each. `kernel` is what the weights say; without weights,
// zeros: the attribute is needed then. auto_pad is resolved.
Result<std::vector<WindowAxis>> ReadWindow(const NodeContext& node,
                                           const std::vector<int32_t>& sizes,
                                           std::vector<int64_t> kernel);

// The same without looking at pads, which are 0: ConvTranspose has its own.
Result<std::vector<WindowAxis>> ReadUnpaddedWindow(const NodeContext& node,
                                                   std::vector<int64_t> kernel);

// Reads one integer that fits int32 for each of `fallback`.
Result<std::vector<int32_t>> ReadInts(const NodeContext& node,
                                      const std::string& name,
                                      std::vector<int64_t> fallback);

// The dimensions behind the first two.
std::vector<int32_t> SpatialSizes(const Shape& input);

// Grows pad_end so that floor counts what ceil would: a window that starts
// inside the input or its front pad counts.
void ExtendForCeilMode(int32_t size, WindowAxis& axis);

// The window of a picture, checked. A single axis is the width.
Result<Window2dParams> ToWindow2d(const std::vector<WindowAxis>& axes);

// OK if `input` is {n, c, h, w}; `what` names the operator.
Status CheckPicture(const Shape& input, const std::string& what);
// Also {n, c, w}.
Status CheckPictureOrRow(const Shape& input, const std::string& what);

// {n, c, w} -> {n, c, 1, w}; {n, c, h, w} as it is.
Shape AsPicture(const Shape& input);

// One window over all of {n, c, h, w}.
Window2dParams WholePicture(const Shape& input);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_WINDOW_ATTRIBUTES_H_
