// Pools over rows, pictures and volumes. A volume {n, c, d, h, w} is pooled
// over h and w, then over d: the cells of a window are a product, so the
// maximum of maxima and the average of averages are those of the whole window.

#include <utility>
#include <vector>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/window_attributes.h"

namespace octet::converter {
namespace {

using Axes = std::vector<WindowAxis>;

Status CheckPoolInput(const Shape& input, const std::string& what) {
  if (input.rank == 5) return OkStatus();
  return CheckPictureOrRow(input, what);
}

bool HasPads(const Axes& axes) {
  for (const WindowAxis& axis : axes) {
    if (axis.pad_begin != 0 || axis.pad_end != 0) return true;
  }
  return false;
}

// MaxPool2d or AveragePool2d with the window of `axes`.
template <typename Pool>
Result<Operator> WithWindow(Pool pool, const Axes& axes) {
  OCTET_ASSIGN_OR_RETURN(pool.window, ToWindow2d(axes));
  pool.whole.height = axes.size() > 1 && axes[axes.size() - 2].is_whole;
  pool.whole.width = axes.back().is_whole;
  return Operator(pool);
}

// {n, c, d, h, w}, by two pools.
template <typename Pool>
Result<ValueId> EmitVolume(NodeContext& node, const Pool& pool,
                           const Axes& axes, ValueId input) {
  const Shape s = node.shape(input);
  const int32_t n = s[0], c = s[1], d = s[2];
  OCTET_ASSIGN_OR_RETURN(
      ValueId x,
      node.EmitTranspose(input, TransposeParams{{0, 2, 3, 4, 1}}, "/to_last"));
  OCTET_ASSIGN_OR_RETURN(
      x, node.EmitReshape(x, Shape{n * d, s[3], s[4], c}, "/pictures"));
  OCTET_ASSIGN_OR_RETURN(const Operator over_picture,
                         WithWindow(pool, {axes[1], axes[2]}));
  OCTET_ASSIGN_OR_RETURN(x, node.Emit(over_picture, {x}, "/picture"));
  const int32_t h = node.shape(x)[1], w = node.shape(x)[2];
  OCTET_ASSIGN_OR_RETURN(
      x, node.EmitReshape(x, Shape{n, d, h * w, c}, "/columns"));
  OCTET_ASSIGN_OR_RETURN(const Operator over_depth,
                         WithWindow(pool, {axes[0], WindowAxis()}));
  OCTET_ASSIGN_OR_RETURN(x, node.Emit(over_depth, {x}));
  OCTET_ASSIGN_OR_RETURN(
      x, node.EmitReshape(x, Shape{n, node.shape(x)[1], h, w, c}, "/volume"));
  return node.EmitTranspose(x, TransposeParams{{0, 4, 1, 2, 3}}, "/to_first");
}

template <typename Pool>
Result<ValueId> EmitPool(NodeContext& node, const Pool& pool, const Axes& axes,
                         ValueId input) {
  const Shape shape = node.shape(input);
  if (shape.rank == 5) return EmitVolume(node, pool, axes, input);
  OCTET_ASSIGN_OR_RETURN(const Operator op, WithWindow(pool, axes));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId picture,
      node.EmitReshape(input, AsPicture(shape), "/as_picture"));
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         EmitChannelsLast(node, op, picture, {}));
  if (shape.rank == 4) return output;
  const Shape nchw = node.shape(output);
  return node.EmitReshape(output, Shape{nchw[0], nchw[1], nchw[3]}, "/as_row");
}

Result<Axes> ReadPoolWindow(const NodeContext& node, const Shape& shape) {
  return ReadWindow(node, SpatialSizes(shape),
                    std::vector<int64_t>(size_t(shape.rank - 2), 0));
}

// Whether ceil_mode adds cells to the windows.
bool ExtendAll(const Shape& shape, Axes& axes) {
  bool extended = false;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int32_t pad_end = axes[i].pad_end;
    ExtendForCeilMode(shape[static_cast<int>(i) + 2], axes[i]);
    extended = extended || axes[i].pad_end != pad_end;
  }
  return extended;
}

// Surrounds the input with the window's pads, as cells of 0.
Result<ValueId> EmitPads(NodeContext& node, ValueId input, Axes& axes) {
  Pad pad;
  for (size_t i = 0; i < axes.size(); ++i) {
    pad.params.begin[i + 2] = std::exchange(axes[i].pad_begin, 0);
    pad.params.end[i + 2] = std::exchange(axes[i].pad_end, 0);
  }
  return node.Emit(pad, {input}, "/padded");
}

// One window over each channel.
Axes WholeWindow(const Shape& shape) {
  Axes axes;
  for (int32_t size : SpatialSizes(shape))
    axes.push_back({size, 1, 1, 0, 0, true});
  return axes;
}

template <typename Pool>
Status ReturnGlobalPool(NodeContext& node, const std::string& what) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPoolInput(shape, what));
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         EmitPool(node, Pool(), WholeWindow(shape), input));
  return node.Return(output);
}

}  // namespace

// The maximum of integers is that of the floats that they become.
Status ImportMaxPool(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPoolInput(shape, "max pooling"));
  OCTET_ASSIGN_OR_RETURN(const int64_t column_major,
                         node.attributes().GetInt("storage_order", 0));
  if (column_major != 0) return Unsupported("storage_order 1");
  OCTET_ASSIGN_OR_RETURN(Axes axes, ReadPoolWindow(node, shape));
  OCTET_ASSIGN_OR_RETURN(const int64_t ceil_mode,
                         node.attributes().GetInt("ceil_mode", 0));
  if (ceil_mode != 0) ExtendAll(shape, axes);
  OCTET_ASSIGN_OR_RETURN(const ValueId floats,
                         EmitCast(node, input, DataType::FLOAT32, "/as_float"));
  OCTET_ASSIGN_OR_RETURN(const ValueId pooled,
                         EmitPool(node, MaxPool2d(), axes, floats));
  OCTET_ASSIGN_OR_RETURN(
      const ValueId output,
      EmitCast(node, pooled, node.value(input).type, "/as_integer"));
  return node.Return(output);
}

// Cells that ceil_mode adds never count, pads may: where both are there, the
// pads become cells.
Status ImportAveragePool(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_RETURN_IF_ERROR(CheckPoolInput(shape, "average pooling"));
  OCTET_ASSIGN_OR_RETURN(Axes axes, ReadPoolWindow(node, shape));
  OCTET_ASSIGN_OR_RETURN(const int64_t count_include_pad,
                         node.attributes().GetInt("count_include_pad", 0));
  OCTET_ASSIGN_OR_RETURN(const int64_t ceil_mode,
                         node.attributes().GetInt("ceil_mode", 0));
  AveragePool2d pool;
  // Without pads nothing is there to count, whatever the attribute says.
  pool.count_include_pad = count_include_pad != 0 && HasPads(axes);
  Axes extended = axes;
  if (ceil_mode != 0 && ExtendAll(shape, extended)) {
    if (pool.count_include_pad) {
      pool.count_include_pad = false;
      OCTET_ASSIGN_OR_RETURN(input, EmitPads(node, input, axes));
      extended = axes;
      ExtendAll(node.shape(input), extended);
    }
    axes = extended;
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output,
                         EmitPool(node, pool, axes, input));
  return node.Return(output);
}

Status ImportGlobalAveragePool(NodeContext& node) {
  return ReturnGlobalPool<AveragePool2d>(node, "average pooling");
}

Status ImportGlobalMaxPool(NodeContext& node) {
  return ReturnGlobalPool<MaxPool2d>(node, "max pooling");
}

}  // namespace octet::converter
