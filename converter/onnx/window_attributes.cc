#include "converter/onnx/window_attributes.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "converter/ir/same_padding.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

// Reads `count` integers that fit int32.
Result<std::vector<int32_t>> ReadInts(const NodeContext& node,
                                      const std::string& name,
                                      std::vector<int64_t> fallback) {
  const size_t count = fallback.size();
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> values,
                         node.attributes().GetInts(name, fallback));
  if (values.size() != count) {
    return InvalidModel("the attribute '" + name + "' has " +
                        std::to_string(values.size()) + " values instead of " +
                        std::to_string(count));
  }
  std::vector<int32_t> narrow;
  for (int64_t value : values) {
    if (value < std::numeric_limits<int32_t>::min() ||
        value > std::numeric_limits<int32_t>::max()) {
      return InvalidModel("the attribute '" + name + "' holds " +
                          std::to_string(value));
    }
    narrow.push_back(static_cast<int32_t>(value));
  }
  return narrow;
}

Status ReadPads(const NodeContext& node, const Shape& input,
                Window2dParams& window) {
  OCTET_ASSIGN_OR_RETURN(const std::string auto_pad,
                         node.attributes().GetString("auto_pad", "NOTSET"));
  if (auto_pad == "VALID") return OkStatus();
  if (auto_pad == "NOTSET" || auto_pad.empty()) {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int32_t> pads,
                           ReadInts(node, "pads", {0, 0, 0, 0}));
    window.pad_top = pads[0];
    window.pad_left = pads[1];
    window.pad_bottom = pads[2];
    window.pad_right = pads[3];
    return OkStatus();
  }
  const bool upper = auto_pad == "SAME_UPPER";
  if (!upper && auto_pad != "SAME_LOWER") {
    return InvalidModel("auto_pad is '" + auto_pad + "'");
  }
  SetSamePads(input[2], window.kernel_h, window.stride_h, window.dilation_h,
              upper, window.pad_top, window.pad_bottom);
  SetSamePads(input[3], window.kernel_w, window.stride_w, window.dilation_w,
              upper, window.pad_left, window.pad_right);
  return OkStatus();
}

int32_t CeilModePad(int32_t input, int32_t kernel, int32_t stride,
                    int32_t dilation, int32_t begin, int32_t end) {
  const int64_t reach = int64_t{dilation} * (kernel - 1) + 1;
  const int64_t free_cells = int64_t{input} + begin + end - reach;
  if (free_cells < 0) return end;
  const int64_t last_start = (free_cells + stride - 1) / stride * stride;
  if (last_start >= int64_t{input} + begin) return end;
  return static_cast<int32_t>(
      std::max<int64_t>(end, last_start + reach - input - begin));
}

}  // namespace

Result<Window2dParams> ReadWindow(const NodeContext& node, const Shape& input,
                                  int32_t default_kernel_h,
                                  int32_t default_kernel_w) {
  OCTET_ASSIGN_OR_RETURN(
      const std::vector<int32_t> kernel,
      ReadInts(node, "kernel_shape", {default_kernel_h, default_kernel_w}));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int32_t> strides,
                         ReadInts(node, "strides", {1, 1}));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int32_t> dilations,
                         ReadInts(node, "dilations", {1, 1}));
  Window2dParams window;
  window.kernel_h = kernel[0];
  window.kernel_w = kernel[1];
  window.stride_h = strides[0];
  window.stride_w = strides[1];
  window.dilation_h = dilations[0];
  window.dilation_w = dilations[1];
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  OCTET_RETURN_IF_ERROR(ReadPads(node, input, window));
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  return window;
}

void ExtendForCeilMode(const Shape& input, Window2dParams& window) {
  window.pad_bottom =
      CeilModePad(input[2], window.kernel_h, window.stride_h, window.dilation_h,
                  window.pad_top, window.pad_bottom);
  window.pad_right =
      CeilModePad(input[3], window.kernel_w, window.stride_w, window.dilation_w,
                  window.pad_left, window.pad_right);
}

Status CheckPicture(const Shape& input, const std::string& what) {
  if (input.rank == 4) return OkStatus();
  return Unsupported(what + " of the input " + input.ToString() +
                     " is not supported; it must have 4 dimensions (NCHW)");
}

Window2dParams WholePicture(const Shape& input) {
  Window2dParams window;
  window.kernel_h = input[2];
  window.kernel_w = input[3];
  return window;
}

}  // namespace octet::converter
