#include <vector>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/shape_arguments.h"
#include "converter/onnx/window_attributes.h"

namespace octet::converter {
namespace {

// How a mean over some axes becomes an average over a whole picture.
struct MeanPlan {
  Shape nchw;             // the input's shape as a picture
  bool channels_last;     // it is a picture in NHWC already
  Window2dParams window;  // in pixels
};

Result<MeanPlan> PlanMean(const Shape& shape, const std::vector<int>& axes) {
  using Axes = std::vector<int>;
  MeanPlan plan{shape, false, {}};
  if (shape.rank == 4 && axes == Axes{1, 2}) {
    plan.channels_last = true;
    plan.window.kernel_h = shape[1];
    plan.window.kernel_w = shape[2];
    return plan;
  }
  if (shape.rank == 4 &&
      (axes == Axes{2, 3} || axes == Axes{2} || axes == Axes{3})) {
    if (axes.front() == 2) plan.window.kernel_h = shape[2];
    if (axes.back() == 3) plan.window.kernel_w = shape[3];
    return plan;
  }
  if (shape.rank == 3 && axes == Axes{2}) {
    plan.nchw = Shape{shape[0], shape[1], shape[2], 1};
    plan.window.kernel_h = shape[2];
    return plan;
  }
  return Unsupported("a mean of the input " + shape.ToString() +
                     " over other axes than height and width is not supported");
}

}  // namespace

Status ImportReduceMean(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const auto axes_argument, node.IntegersOf(1, "axes"));
  OCTET_ASSIGN_OR_RETURN(const int64_t keep_dims,
                         node.attributes().GetInt("keepdims", 1));
  OCTET_ASSIGN_OR_RETURN(const int64_t empty_is_none,
                         node.attributes().GetInt("noop_with_empty_axes", 0));
  const bool no_axes = !axes_argument.has_value() || axes_argument->empty();
  if (no_axes && empty_is_none != 0) return node.Return(input);
  if (no_axes) return Unsupported("a mean over all axes is not supported");
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> axes,
                         NormalizeAxes(*axes_argument, shape.rank));
  OCTET_ASSIGN_OR_RETURN(const MeanPlan plan, PlanMean(shape, axes));
  AveragePool2d pool;
  pool.window = plan.window;
  OCTET_ASSIGN_OR_RETURN(ValueId mean,
                         node.EmitReshape(input, plan.nchw, "/as_picture"));
  if (plan.channels_last) {
    OCTET_ASSIGN_OR_RETURN(mean, node.Emit(pool, {mean}));
  } else {
    OCTET_ASSIGN_OR_RETURN(mean, EmitChannelsLast(node, pool, mean, {}));
  }
  Shape output;
  for (int axis = 0, next = 0; axis < shape.rank; ++axis) {
    const bool reduced = next < int(axes.size()) && axes[size_t(next)] == axis;
    if (reduced) ++next;
    if (!reduced || keep_dims != 0) {
      output[output.rank++] = reduced ? 1 : shape[axis];
    }
  }
  if (output != node.shape(mean)) {
    OCTET_ASSIGN_OR_RETURN(mean, node.EmitReshape(mean, output, "/reshape"));
  }
  return node.Return(mean);
}

}  // namespace octet::converter
