// SLICE, STRIDED_SLICE, SPLIT, UNPACK.

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "converter/ir/shape_arguments.h"
#include "converter/tflite/operator_imports.h"

namespace octet::converter {
namespace {

// All of `shape`.
Slice WholeSlice(const Shape& shape) {
  Slice slice;
  std::copy(shape.dims, shape.dims + shape.rank, slice.params.size);
  return slice;
}

Status SetRange(const SliceRange& range, int axis, const Shape& shape,
                Slice& slice) {
  if (range.size == 0) {
    return Unsupported("takes nothing of dimension " + std::to_string(axis) +
                       " of " + shape.ToString());
  }
  slice.params.begin[axis] = static_cast<int32_t>(range.begin);
  slice.params.size[axis] = static_cast<int32_t>(range.size);
  slice.params.step[axis] = static_cast<int32_t>(range.step);
  slice.params.cut[axis] = static_cast<int32_t>(range.cut);
  return OkStatus();
}

// Output i is `slice` of the input, without the dimensions of 1 that the
// format drops: `dropped` has a bit for each.
Status ReturnSlice(OperatorContext& op, const Slice& slice, ValueId input,
                   size_t i, unsigned dropped = 0) {
  Shape kept;
  kept.rank = op.shape(input).rank;
  std::copy(slice.params.size, slice.params.size + kept.rank, kept.dims);
  Shape rest;
  for (int axis = 0; axis < kept.rank; ++axis) {
    if ((dropped >> axis & 1u) == 0) rest[rest.rank++] = kept[axis];
  }
  OCTET_ASSIGN_OR_RETURN(const Shape wanted, op.OutputShape(rest, i));
  if (wanted == kept) return op.Return(slice, {input}, i);
  OCTET_ASSIGN_OR_RETURN(
      const ValueId sliced,
      op.Emit(slice, {input}, input, "/slice_" + std::to_string(i)));
  return op.Return(Reshape{wanted}, {sliced}, i);
}

// Outputs of the sizes `sizes` along `axis`, one behind the other.
Status ReturnParts(OperatorContext& op, ValueId input, int axis,
                   const std::vector<int64_t>& sizes, unsigned dropped = 0) {
  const Shape shape = op.shape(input);
  int64_t begin = 0;
  if (sizes.size() != op.num_outputs()) {
    return InvalidModel("there are " + std::to_string(op.num_outputs()) +
                        " outputs for " + std::to_string(sizes.size()) +
                        " parts");
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] < 1 || sizes[i] > shape[axis] - begin) {
      return InvalidModel("a part of " + std::to_string(sizes[i]) +
                          " does not fit dimension " + std::to_string(axis) +
                          " of " + shape.ToString());
    }
    Slice slice = WholeSlice(shape);
    OCTET_RETURN_IF_ERROR(
        SetRange({begin, sizes[i], 1, -1}, axis, shape, slice));
    OCTET_RETURN_IF_ERROR(ReturnSlice(op, slice, input, i, dropped));
    begin += sizes[i];
  }
  return OkStatus();
}

Result<int> ReadSplitAxis(const OperatorContext& op, size_t input, int rank) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axis,
                         op.Integers(input, "the axis"));
  if (axis.size() != 1) return InvalidModel("the axis is not one number");
  return NormalizeAxis(axis[0], rank);
}

bool HasBit(int32_t mask, int bit) { return (mask >> bit & 1) != 0; }

}  // namespace

Status ImportTfliteSlice(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.AnyInput(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> begin,
                         op.Integers(1, "the begin"));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> size,
                         op.Integers(2, "the size"));
  const Shape shape = op.shape(input);
  if (begin.size() != size_t(shape.rank) || size.size() != begin.size()) {
    return InvalidModel("begin and size must have an entry for each dimension");
  }
  Slice slice = WholeSlice(shape);
  for (int axis = 0; axis < shape.rank; ++axis) {
    const int64_t first = begin[size_t(axis)];
    const int64_t left = shape[axis] - first;
    // -1: all that is left.
    const int64_t count = size[size_t(axis)] == -1 ? left : size[size_t(axis)];
    if (first < 0 || first >= shape[axis] || count < 1 || count > left) {
      return InvalidModel("leaves dimension " + std::to_string(axis) + " of " +
                          shape.ToString());
    }
    const bool to_end = size[size_t(axis)] == -1 && first > 0;
    OCTET_RETURN_IF_ERROR(
        SetRange({first, count, 1, to_end ? 0 : -1}, axis, shape, slice));
  }
  return ReturnSlice(op, slice, input, 0);
}

Status ImportTfliteStridedSlice(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::StridedSliceOptions>());
  if (options->ellipsis_mask() != 0 || options->new_axis_mask() != 0) {
    return Unsupported("an ellipsis or a new axis is not supported");
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.AnyInput(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> begin,
                         op.Integers(1, "the begin"));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> end,
                         op.Integers(2, "the end"));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> strides,
                         op.Integers(3, "the strides"));
  const Shape shape = op.shape(input);
  if (begin.size() > size_t(shape.rank) || end.size() != begin.size() ||
      strides.size() != begin.size()) {
    return InvalidModel("begin, end and strides differ in number");
  }
  Slice slice = WholeSlice(shape);
  for (int axis = 0; axis < static_cast<int>(begin.size()); ++axis) {
    const int64_t step = strides[size_t(axis)];
    int64_t first = begin[size_t(axis)];
    int64_t last = end[size_t(axis)];
    // The ends of the dimension, whichever the direction.
    const int64_t far = std::numeric_limits<int32_t>::max();
    if (HasBit(options->begin_mask(), axis)) first = step > 0 ? 0 : far;
    if (HasBit(options->end_mask(), axis)) last = step > 0 ? far : -far;
    SliceRange range;
    if (HasBit(options->shrink_axis_mask(), axis)) {
      if (first < 0) first += shape[axis];
      if (first < 0 || first >= shape[axis]) {
        return InvalidModel("leaves dimension " + std::to_string(axis) +
                            " of " + shape.ToString());
      }
      range = {first, 1, 1, -1};
    } else {
      OCTET_ASSIGN_OR_RETURN(range,
                             ResolveSlice(first, last, step, shape[axis]));
    }
    OCTET_RETURN_IF_ERROR(SetRange(range, axis, shape, slice));
  }
  return ReturnSlice(op, slice, input, 0,
                     static_cast<unsigned>(options->shrink_axis_mask()));
}

// The axis comes first.
Status ImportTfliteSplit(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(1));
  const Shape shape = op.shape(input);
  OCTET_ASSIGN_OR_RETURN(const int axis, ReadSplitAxis(op, 0, shape.rank));
  const int64_t parts = static_cast<int64_t>(op.num_outputs());
  if (shape[axis] % parts != 0) {
    return InvalidModel(std::to_string(parts) + " parts do not divide " +
                        shape.ToString());
  }
  return ReturnParts(op, input, axis,
                     std::vector<int64_t>(size_t(parts), shape[axis] / parts));
}

Status ImportTfliteSplitV(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(std::vector<int64_t> sizes,
                         op.Integers(1, "the sizes"));
  const Shape shape = op.shape(input);
  OCTET_ASSIGN_OR_RETURN(const int axis, ReadSplitAxis(op, 2, shape.rank));
  // One -1 stands for what is left.
  int64_t left = shape[axis];
  for (const int64_t size : sizes) {
    if (size < -1 || size > shape[axis]) return InvalidModel("a wrong size");
    if (size >= 0) left -= size;
  }
  std::replace(sizes.begin(), sizes.end(), int64_t{-1}, left);
  return ReturnParts(op, input, axis, sizes);
}

Status ImportTfliteUnpack(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::UnpackOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const int axis,
                         NormalizeAxis(options->axis(), op.shape(input).rank));
  return ReturnParts(op, input, axis, std::vector<int64_t>(op.num_outputs(), 1),
                     1u << axis);
}

}  // namespace octet::converter
