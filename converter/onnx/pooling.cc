#include <utility>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/window_attributes.h"

namespace octet::converter {
namespace {

Status ReturnChannelsLast(NodeContext& node, Operator op, ValueId input) {
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         EmitChannelsLast(node, std::move(op), input, {}));
  return node.Return(output);
}

bool HasPads(const Window2dParams& window) {
  return window.pad_top != 0 || window.pad_left != 0 ||
         window.pad_bottom != 0 || window.pad_right != 0;
}

}  // namespace

Status ImportMaxPool(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_RETURN_IF_ERROR(CheckPicture(node.shape(input), "max pooling"));
  OCTET_ASSIGN_OR_RETURN(const int64_t column_major,
                         node.attributes().GetInt("storage_order", 0));
  if (column_major != 0) return Unsupported("storage_order 1");
  MaxPool2d pool;
  OCTET_ASSIGN_OR_RETURN(pool.window,
                         ReadWindow(node, node.shape(input), 0, 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t ceil_mode,
                         node.attributes().GetInt("ceil_mode", 0));
  if (ceil_mode != 0) ExtendForCeilMode(node.shape(input), pool.window);
  return ReturnChannelsLast(node, pool, input);
}

Status ImportAveragePool(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPicture(shape, "average pooling"));
  AveragePool2d pool;
  OCTET_ASSIGN_OR_RETURN(pool.window, ReadWindow(node, shape, 0, 0));
  if (pool.window.dilation_h != 1 || pool.window.dilation_w != 1) {
    return Unsupported("dilations of average pooling");
  }
  OCTET_ASSIGN_OR_RETURN(const int64_t count_include_pad,
                         node.attributes().GetInt("count_include_pad", 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t ceil_mode,
                         node.attributes().GetInt("ceil_mode", 0));
  // Without pads nothing is there to count, whatever the attribute says.
  const bool has_pads = HasPads(pool.window);
  pool.count_include_pad = count_include_pad != 0 && has_pads;
  if (ceil_mode != 0) {
    const Window2dParams floor_window = pool.window;
    ExtendForCeilMode(shape, pool.window);
    // Cells that ceil_mode adds never count, pads may: the two cannot be mixed
    // in one count_include_pad.
    const bool extended = pool.window.pad_bottom != floor_window.pad_bottom ||
                          pool.window.pad_right != floor_window.pad_right;
    if (extended && pool.count_include_pad) {
      return Unsupported("ceil_mode together with pads and count_include_pad");
    }
  }
  return ReturnChannelsLast(node, pool, input);
}

Status ImportGlobalAveragePool(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_RETURN_IF_ERROR(CheckPicture(node.shape(input), "average pooling"));
  AveragePool2d pool;
  pool.window = WholePicture(node.shape(input));
  return ReturnChannelsLast(node, pool, input);
}

Status ImportGlobalMaxPool(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_RETURN_IF_ERROR(CheckPicture(node.shape(input), "max pooling"));
  MaxPool2d pool;
  pool.window = WholePicture(node.shape(input));
  return ReturnChannelsLast(node, pool, input);
}

}  // namespace octet::converter
