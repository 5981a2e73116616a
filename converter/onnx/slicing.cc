#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/onnx/operator_imports.h"
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

// The cells of an axis of `size` cells, and those in front of and behind it,
// as indices into it.
Result<Integers> PaddedIndices(const std::string& mode, int64_t begin,
                               int64_t end, int64_t size) {
  if (mode == "reflect" && std::max(begin, end) >= size) {
    return InvalidModel("reflects more cells than there are");
  }
  Integers indices;
  for (int64_t i = -begin; i < size + end; ++i) {
    int64_t from = i;
    if (mode == "edge") {
      from = std::clamp<int64_t>(i, 0, size - 1);
    } else if (mode == "wrap") {
      from = (i % size + size) % size;
    } else if (i < 0 || i >= size) {
      from = i < 0 ? -i : 2 * (size - 1) - i;
    }
    indices.push_back(from);
  }
  return indices;
}

// The input with the cells cut off that negative pads say; they become 0.
Result<ValueId> EmitCut(NodeContext& node, ValueId input, PadParams& pads) {
  const Shape shape = node.shape(input);
  Slice slice;
  bool cuts = false;
  for (int i = 0; i < shape.rank; ++i) {
    const int32_t front = std::max(0, -pads.begin[i]);
    const int32_t back = std::max(0, -pads.end[i]);
    if (front + back >= shape[i]) {
      return Unsupported("negative pads leave nothing of dimension " +
                         std::to_string(i));
    }
    cuts = cuts || front + back > 0;
    slice.params.begin[i] = front;
    slice.params.size[i] = shape[i] - front - back;
    if (front + back > 0) slice.params.cut[i] = back;
    pads.begin[i] = std::max(0, pads.begin[i]);
    pads.end[i] = std::max(0, pads.end[i]);
  }
  if (!cuts) return input;
  return node.Emit(slice, {input}, "/cut");
}

Result<float> ReadPadValue(NodeContext& node) {
  if (node.opset() < 11) return node.attributes().GetFloat("value", 0);
  if (node.HasInput(2)) return node.ScalarInput(2, "the value");
  return 0.0f;
}

}  // namespace

Status ImportPad(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const std::string mode,
                         node.attributes().GetString("mode", "constant"));
  if (mode != "constant" && mode != "edge" && mode != "reflect" &&
      mode != "wrap") {
    return Unsupported("mode '" + mode + "' is not supported");
  }
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
    if (std::max(std::abs(begin), std::abs(end)) > kMaxElements) {
      return InvalidModel("a pad above 2^30");
    }
    pad.params.begin[axes[i]] = static_cast<int32_t>(begin);
    pad.params.end[axes[i]] = static_cast<int32_t>(end);
  }
  OCTET_ASSIGN_OR_RETURN(ValueId x, EmitCut(node, input, pad.params));
  if (mode == "constant") {
    OCTET_ASSIGN_OR_RETURN(x, node.Emit(pad, {x}));
    return node.Return(x);
  }
  for (int axis = 0; axis < rank; ++axis) {
    const int32_t begin = pad.params.begin[axis];
    const int32_t end = pad.params.end[axis];
    if (begin == 0 && end == 0) continue;
    OCTET_ASSIGN_OR_RETURN(
        Integers indices, PaddedIndices(mode, begin, end, node.shape(x)[axis]));
    const Shape cells{static_cast<int32_t>(indices.size())};
    const ValueId from = node.AddIntegers(1, cells, std::move(indices));
    OCTET_ASSIGN_OR_RETURN(
        x, node.Emit(Gather{axis}, {x, from}, "/axis_" + std::to_string(axis)));
  }
  return node.Return(x);
}

// Sizes are an attribute before opset 13, an input since; without them, the
// outputs are equal but for the last, which may be smaller.
Status ImportSplit(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  const Shape shape = node.shape(input);
  OCTET_ASSIGN_OR_RETURN(const int64_t attribute,
                         node.attributes().GetInt("axis", 0));
  OCTET_ASSIGN_OR_RETURN(const int axis, NormalizeAxis(attribute, shape.rank));
  OCTET_ASSIGN_OR_RETURN(const auto argument, node.IntegersOf(1, "split"));
  const int count = node.num_outputs();
  Integers sizes = argument.value_or(Integers());
  if (!argument.has_value()) {
    const int64_t part = (shape[axis] + count - 1) / count;
    sizes.assign(size_t(count), part);
    sizes.back() = shape[axis] - part * (count - 1);
  }
  if (sizes.size() != size_t(count)) {
    return InvalidModel("splits into " + std::to_string(sizes.size()) +
                        " parts for " + std::to_string(count) + " outputs");
  }
  int64_t begin = 0;
  for (int i = 0; i < count; ++i) {
    const int64_t size = sizes[size_t(i)];
    if (size < 1 || size > shape[axis] - begin) {
      return Unsupported("a part of " + std::to_string(size) + " of " +
                         shape.ToString());
    }
    Slice slice;
    std::copy(shape.dims, shape.dims + shape.rank, slice.params.size);
    slice.params.begin[axis] = static_cast<int32_t>(begin);
    slice.params.size[axis] = static_cast<int32_t>(size);
    begin += size;
    if (i > 0 && !node.IsOutputUsed(i)) continue;
    OCTET_ASSIGN_OR_RETURN(
        const ValueId part,
        node.Emit(slice, {input}, i == 0 ? "" : "/part_" + std::to_string(i)));
    OCTET_RETURN_IF_ERROR(node.Return(part, i));
  }
  return OkStatus();
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
    if (range.size == 0 && node.value(input).is_constant()) {
      Shape empty = shape;
      empty[axis] = 0;
      return node.Return(node.AddIntegers(0, empty, {}));
    }
    if (range.size == 0) {
      return Unsupported("takes nothing of dimension " + std::to_string(axis) +
                         " of " + shape.ToString());
    }
    slice.params.begin[axis] = static_cast<int32_t>(range.begin);
    slice.params.size[axis] = static_cast<int32_t>(range.size);
    slice.params.step[axis] = static_cast<int32_t>(range.step);
    slice.params.cut[axis] = static_cast<int32_t>(range.cut);
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(slice, {input}));
  return node.Return(output);
}

}  // namespace octet::converter
