#include "converter/onnx/window_attributes.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "converter/ir/same_padding.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

Status ReadPads(const NodeContext& node, const std::vector<int32_t>& sizes,
                std::vector<WindowAxis>& axes) {
  OCTET_ASSIGN_OR_RETURN(const std::string auto_pad,
                         node.attributes().GetString("auto_pad", "NOTSET"));
  if (auto_pad == "VALID") return OkStatus();
  const size_t rank = axes.size();
  if (auto_pad == "NOTSET" || auto_pad.empty()) {
    OCTET_ASSIGN_OR_RETURN(
        const std::vector<int32_t> pads,
        ReadInts(node, "pads", std::vector<int64_t>(2 * rank, 0)));
    for (size_t i = 0; i < rank; ++i) {
      axes[i].pad_begin = pads[i];
      axes[i].pad_end = pads[rank + i];
    }
    return OkStatus();
  }
  const bool upper = auto_pad == "SAME_UPPER";
  if (!upper && auto_pad != "SAME_LOWER") {
    return InvalidModel("auto_pad is '" + auto_pad + "'");
  }
  for (size_t i = 0; i < rank; ++i) {
    WindowAxis& axis = axes[i];
    SetSamePads(sizes[i], axis.kernel, axis.stride, axis.dilation, upper,
                axis.pad_begin, axis.pad_end);
  }
  return OkStatus();
}

// What CheckWindow demands, of one axis.
Status CheckAxis(const WindowAxis& axis) {
  Window2dParams window;
  window.kernel_w = axis.kernel;
  window.stride_w = axis.stride;
  window.dilation_w = axis.dilation;
  window.pad_left = axis.pad_begin;
  window.pad_right = axis.pad_end;
  return CheckWindow(window);
}

}  // namespace

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

Result<std::vector<WindowAxis>> ReadUnpaddedWindow(
    const NodeContext& node, std::vector<int64_t> kernel) {
  const std::vector<int64_t> ones(kernel.size(), 1);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int32_t> kernels,
                         ReadInts(node, "kernel_shape", std::move(kernel)));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int32_t> strides,
                         ReadInts(node, "strides", ones));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int32_t> dilations,
                         ReadInts(node, "dilations", ones));
  std::vector<WindowAxis> axes;
  for (size_t i = 0; i < kernels.size(); ++i) {
    axes.push_back({kernels[i], strides[i], dilations[i], 0, 0});
    OCTET_RETURN_IF_ERROR(CheckAxis(axes.back()));
  }
  return axes;
}

Result<std::vector<WindowAxis>> ReadWindow(const NodeContext& node,
                                           const std::vector<int32_t>& sizes,
                                           std::vector<int64_t> kernel) {
  OCTET_ASSIGN_OR_RETURN(std::vector<WindowAxis> axes,
                         ReadUnpaddedWindow(node, std::move(kernel)));
  OCTET_RETURN_IF_ERROR(ReadPads(node, sizes, axes));
  for (const WindowAxis& axis : axes) OCTET_RETURN_IF_ERROR(CheckAxis(axis));
  return axes;
}

std::vector<int32_t> SpatialSizes(const Shape& input) {
  return {input.dims + 2, input.dims + input.rank};
}

void ExtendForCeilMode(int32_t size, WindowAxis& axis) {
  const int64_t reach = int64_t{axis.dilation} * (axis.kernel - 1) + 1;
  const int64_t padded = int64_t{size} + axis.pad_begin;
  const int64_t free_cells = padded + axis.pad_end - reach;
  if (free_cells < 0) return;
  const int64_t last_start =
      (free_cells + axis.stride - 1) / axis.stride * axis.stride;
  if (last_start >= padded) return;
  axis.pad_end = static_cast<int32_t>(
      std::max<int64_t>(axis.pad_end, last_start + reach - padded));
}

Result<Window2dParams> ToWindow2d(const std::vector<WindowAxis>& axes) {
  const WindowAxis h = axes.size() < 2 ? WindowAxis() : axes[axes.size() - 2];
  const WindowAxis w = axes.back();
  const Window2dParams window = {
      h.kernel,   w.kernel,    h.stride,    w.stride,  h.dilation,
      w.dilation, h.pad_begin, w.pad_begin, h.pad_end, w.pad_end};
  OCTET_RETURN_IF_ERROR(CheckWindow(window));
  return window;
}

Status CheckPicture(const Shape& input, const std::string& what) {
  if (input.rank == 4) return OkStatus();
  return Unsupported(what + " of the input " + input.ToString() +
                     " is not supported; it must have 4 dimensions (NCHW)");
}

Status CheckPictureOrRow(const Shape& input, const std::string& what) {
  if (input.rank == 3) return OkStatus();
  return CheckPicture(input, what);
}

Shape AsPicture(const Shape& input) {
  if (input.rank != 3) return input;
  return Shape{input[0], input[1], 1, input[2]};
}

Window2dParams WholePicture(const Shape& input) {
  Window2dParams window;
  window.kernel_h = input[2];
  window.kernel_w = input[3];
  return window;
}

}  // namespace octet::converter
