#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"
#include "converter/onnx/window_attributes.h"

namespace octet::converter {
namespace {

using schema::ReduceFunction;

// How a mean over some axes becomes an average over a whole picture.
struct MeanPlan {
  Shape nchw;             // the input's shape as a picture
  bool channels_last;     // it is a picture in NHWC already
  Window2dParams window;  // in pixels
  WholeAxes whole;
};

std::optional<MeanPlan> PlanMean(const Shape& shape,
                                 const std::vector<int>& axes) {
  using Axes = std::vector<int>;
  MeanPlan plan{shape, false, {}, {}};
  if (shape.rank == 4 && axes == Axes{1, 2}) {
    plan.channels_last = true;
    plan.whole = {true, true};
    plan.window.kernel_h = shape[1];
    plan.window.kernel_w = shape[2];
    return plan;
  }
  if (shape.rank == 4 &&
      (axes == Axes{2, 3} || axes == Axes{2} || axes == Axes{3})) {
    plan.whole = {axes.front() == 2, axes.back() == 3};
    if (plan.whole.height) plan.window.kernel_h = shape[2];
    if (plan.whole.width) plan.window.kernel_w = shape[3];
    return plan;
  }
  if (shape.rank == 3 && axes == Axes{2}) {
    plan.nchw = Shape{shape[0], shape[1], shape[2], 1};
    plan.window.kernel_h = shape[2];
    plan.whole.height = true;
    return plan;
  }
  return std::nullopt;
}

constexpr std::pair<const char*, ReduceFunction> kReduceTypes[] = {
    {"ReduceL1", ReduceFunction::L1},
    {"ReduceL2", ReduceFunction::L2},
    {"ReduceLogSum", ReduceFunction::LOG_SUM},
    {"ReduceLogSumExp", ReduceFunction::LOG_SUM_EXP},
    {"ReduceMax", ReduceFunction::MAXIMUM},
    {"ReduceMean", ReduceFunction::MEAN},
    {"ReduceMin", ReduceFunction::MINIMUM},
    {"ReduceProd", ReduceFunction::PROD},
    {"ReduceSum", ReduceFunction::SUM},
    {"ReduceSumSquare", ReduceFunction::SUM_SQUARE},
};

// The axes of a reduction; empty: the input is returned as it is.
Result<std::vector<int>> ReadAxes(NodeContext& node, int rank) {
  OCTET_ASSIGN_OR_RETURN(const auto argument, node.IntegersOf(1, "axes"));
  OCTET_ASSIGN_OR_RETURN(const int64_t empty_is_none,
                         node.attributes().GetInt("noop_with_empty_axes", 0));
  if (argument.has_value() && !argument->empty()) {
    return NormalizeAxes(*argument, rank);
  }
  std::vector<int> all;
  for (int axis = 0; axis < rank && empty_is_none == 0; ++axis) {
    all.push_back(axis);
  }
  return all;
}

// `reduced`, which keeps the axes with size 1, as the node's output.
Status ReturnReduced(NodeContext& node, ValueId reduced, const Shape& shape,
                     const std::vector<int>& axes) {
  OCTET_ASSIGN_OR_RETURN(const int64_t keep_dims,
                         node.attributes().GetInt("keepdims", 1));
  Shape output;
  for (int axis = 0; axis < shape.rank; ++axis) {
    const bool is_reduced = std::count(axes.begin(), axes.end(), axis) > 0;
    if (!is_reduced || keep_dims != 0) {
      output[output.rank++] = is_reduced ? 1 : shape[axis];
    }
  }
  OCTET_ASSIGN_OR_RETURN(reduced,
                         node.EmitReshape(reduced, output, "/reshape"));
  return node.Return(reduced);
}

Result<ValueId> EmitReduce(NodeContext& node, ReduceFunction function,
                           const std::vector<int>& axes, ValueId input) {
  Reduce reduce{function, {}};
  for (int axis : axes) reduce.axes.push_back(axis);
  return node.Emit(reduce, {input}, "/kept");
}

}  // namespace

// A mean over a picture is an average pool, which has kernels in int8.
Status ImportReduceMean(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> axes,
                         ReadAxes(node, shape.rank));
  if (axes.empty()) return node.Return(input);
  const std::optional<MeanPlan> plan = PlanMean(shape, axes);
  if (!plan.has_value() || !node.value(input).is_float()) {
    OCTET_ASSIGN_OR_RETURN(const ValueId mean,
                           EmitReduce(node, ReduceFunction::MEAN, axes, input));
    return ReturnReduced(node, mean, shape, axes);
  }
  AveragePool2d pool;
  pool.window = plan->window;
  pool.whole = plan->whole;
  OCTET_ASSIGN_OR_RETURN(ValueId mean,
                         node.EmitReshape(input, plan->nchw, "/as_picture"));
  if (plan->channels_last) {
    OCTET_ASSIGN_OR_RETURN(mean, node.Emit(pool, {mean}));
  } else {
    OCTET_ASSIGN_OR_RETURN(mean, EmitChannelsLast(node, pool, mean, {}));
  }
  return ReturnReduced(node, mean, shape, axes);
}

// Truth values are counted as 0 and 1.
Status ImportReduce(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> axes,
                         ReadAxes(node, shape.rank));
  const auto* entry =
      std::find_if(std::begin(kReduceTypes), std::end(kReduceTypes),
                   [&](const auto& e) { return node.type() == e.first; });
  if (entry == std::end(kReduceTypes)) {
    return InternalError(node.type() + " is not in the table of functions");
  }
  const ReduceFunction function = entry->second;
  const bool no_change = axes.empty() && function != ReduceFunction::SUM_SQUARE;
  if (no_change) return node.Return(input);
  const DataType type = node.value(input).type;
  if (type == DataType::BOOL) {
    OCTET_ASSIGN_OR_RETURN(input,
                           EmitCast(node, input, DataType::INT64, "/number"));
  }
  OCTET_ASSIGN_OR_RETURN(ValueId reduced,
                         EmitReduce(node, function, axes, input));
  if (type == DataType::BOOL) {
    OCTET_ASSIGN_OR_RETURN(reduced, EmitCast(node, reduced, type, "/truth"));
  }
  return ReturnReduced(node, reduced, shape, axes);
}

}  // namespace octet::converter
