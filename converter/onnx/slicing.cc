#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "converter/onnx/operator_imports.h"
#include "converter/onnx/shape_arguments.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

using Integers = std::vector<int64_t>;

// The axes that `argument` names, or the first `count`, in the order given.
Result<std::vector<int>> ReadAxes(const std::optional<Integers>& argument,
                                  size_t count, int rank) {
  Integers axes;
  if (argument.has_value()) {
    axes = *argument;
  } else {
    for (size_t i = 0; i < count; ++i) axes.push_back(int64_t(i));
  }
  if (axes.size() != count) {
    return InvalidModel("has " + std::to_string(axes.size()) + " axes but " +
                        std::to_string(count) + " values");
  }
  OCTET_RETURN_IF_ERROR(NormalizeAxes(axes, rank).status());
  std::vector<int> normalized;
  for (int64_t axis : axes) {
    normalized.push_back(static_cast<int>(axis < 0 ? axis + rank : axis));
  }
  return normalized;
}

Status CheckMode(const NodeContext& node) {
  const Result<std::string> mode =
      node.attributes().GetString("mode", "constant");
  if (!mode.ok()) return mode.status();
  if (*mode == "constant") return OkStatus();
  return Unsupported("mode '" + *mode + "' is not supported");
}

Result<float> ReadPadValue(NodeContext& node) {
  if (node.opset() < 11) return node.attributes().GetFloat("value", 0);
  if (node.HasInput(2)) return node.ScalarInput(2, "the value");
  return 0.0f;
}

}  // namespace

Status ImportPad(NodeContext& node) {
  OCTET_RETURN_IF_ERROR(CheckMode(node));
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const int rank = node.shape(input).rank;
  // Opset 1 called the attribute "paddings".
  const std::string name = node.opset() < 2 ? "paddings" : "pads";
  OCTET_ASSIGN_OR_RETURN(const auto pads, node.IntegersOf(1, name));
  if (!pads.has_value()) return InvalidModel("has no pads");
  OCTET_ASSIGN_OR_RETURN(const auto axes_argument, node.IntegersOf(3, "axes"));
  const size_t count =
      axes_argument.has_value() ? axes_argument->size() : size_t(rank);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> axes,
                         ReadAxes(axes_argument, count, rank));
  if (pads->size() != 2 * count) {
    return InvalidModel("has " + std::to_string(pads->size()) + " pads for " +
                        std::to_string(count) + " axes");
  }
  Pad pad;
  OCTET_ASSIGN_OR_RETURN(pad.value, ReadPadValue(node));
  for (size_t i = 0; i < count; ++i) {
    const int64_t begin = (*pads)[i];
    const int64_t end = (*pads)[count + i];
    if (std::min(begin, end) < 0) {
      return Unsupported("a negative pad is not supported");
    }
    if (std::max(begin, end) > kMaxElements) {
      return InvalidModel("a pad above 2^30");
    }
    pad.params.begin[axes[i]] = static_cast<int32_t>(begin);
    pad.params.end[axes[i]] = static_cast<int32_t>(end);
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(pad, {input}));
  return node.Return(output);
}

// Attributes before opset 10, inputs since.
Status ImportSlice(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const auto starts, node.IntegersOf(1, "starts"));
  OCTET_ASSIGN_OR_RETURN(const auto ends, node.IntegersOf(2, "ends"));
  OCTET_ASSIGN_OR_RETURN(const auto axes_argument, node.IntegersOf(3, "axes"));
  OCTET_ASSIGN_OR_RETURN(const auto steps, node.IntegersOf(4, "steps"));
  if (!starts.has_value() || !ends.has_value() ||
      starts->size() != ends->size() ||
      (steps.has_value() && steps->size() != starts->size())) {
    return InvalidModel("starts, ends and steps differ in number");
  }
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> axes,
                         ReadAxes(axes_argument, starts->size(), shape.rank));
  Slice slice;
  std::copy(shape.dims, shape.dims + shape.rank, slice.params.size);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = axes[i];
    const int64_t step = steps.has_value() ? (*steps)[i] : 1;
    OCTET_ASSIGN_OR_RETURN(
        const SliceRange range,
        ResolveSlice((*starts)[i], (*ends)[i], step, shape[axis]));
    if (range.size == 0) {
      return Unsupported("takes nothing of dimension " + std::to_string(axis) +
                         " of " + shape.ToString());
    }
    slice.params.begin[axis] = static_cast<int32_t>(range.begin);
    slice.params.size[axis] = static_cast<int32_t>(range.size);
    slice.params.step[axis] = static_cast<int32_t>(range.step);
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(slice, {input}));
  return node.Return(output);
}

}  // namespace octet::converter
