// Operators that pick, repeat, order and cast elements.

#include <string>
#include <utility>
#include <vector>

#include "converter/ir/shape_arguments.h"
#include "converter/tflite/operator_imports.h"
#include "converter/tflite/tensor_data.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

Result<int> ReadAxis(OperatorContext& op, size_t i, int rank) {
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axis,
                         op.Integers(i, "the axis"));
  if (axis.size() != 1) return InvalidModel("the axis is not one number");
  return NormalizeAxis(axis[0], rank);
}

// `input` with dimension `axis` repeated: {..., d, ...} as {..., 1, d, ...} is
// expanded and joined again.
Result<ValueId> EmitRepeated(OperatorContext& op, ValueId input, int axis,
                             int32_t repeats) {
  const Shape shape = op.shape(input);
  const std::string suffix = "/axis_" + std::to_string(axis);
  if (shape.rank == kMaxRank) {
    return Unsupported("repeats a dimension of " + std::to_string(kMaxRank));
  }
  Shape split, joined = shape;
  for (int i = 0; i < shape.rank; ++i) {
    if (i == axis) split[split.rank++] = 1;
    split[split.rank++] = shape[i];
  }
  Shape expanded = split;
  expanded[axis] = repeats;
  joined[axis] = static_cast<int32_t>(int64_t{shape[axis]} * repeats);
  OCTET_ASSIGN_OR_RETURN(
      ValueId x, op.Emit(Reshape{split}, {input}, input, suffix + "/split"));
  OCTET_ASSIGN_OR_RETURN(
      x, op.Emit(Expand{expanded}, {x}, input, suffix + "/repeated"));
  return op.Emit(Reshape{joined}, {x}, input, suffix + "/joined");
}

// `count` cells of dimension `axis` from `begin` on, backward.
Result<ValueId> EmitBackward(OperatorContext& op, ValueId input, int axis,
                             int64_t begin, int64_t count,
                             const std::string& suffix) {
  const Shape shape = op.shape(input);
  Slice slice;
  for (int i = 0; i < shape.rank; ++i) slice.params.size[i] = shape[i];
  slice.params.begin[axis] = static_cast<int32_t>(begin);
  slice.params.size[axis] = static_cast<int32_t>(count);
  slice.params.step[axis] = -1;
  return op.Emit(slice, {input}, input, suffix);
}

// The input between the images of its first and of its last cells along `axis`.
// `symmetric`: the cell at the edge is among them.
Result<ValueId> EmitMirrored(OperatorContext& op, ValueId input, int axis,
                             int64_t front, int64_t back, bool symmetric) {
  const int64_t size = op.shape(input)[axis];
  const int64_t most = symmetric ? size : size - 1;
  if (front < 0 || back < 0 || front > most || back > most) {
    return InvalidModel("mirrors more cells than there are");
  }
  const std::string suffix = "/axis_" + std::to_string(axis);
  std::vector<ValueId> parts;
  if (front > 0) {
    OCTET_ASSIGN_OR_RETURN(
        const ValueId part,
        EmitBackward(op, input, axis, symmetric ? front - 1 : front, front,
                     suffix + "/front"));
    parts.push_back(part);
  }
  parts.push_back(input);
  if (back > 0) {
    OCTET_ASSIGN_OR_RETURN(
        const ValueId part,
        EmitBackward(op, input, axis, symmetric ? size - 1 : size - 2, back,
                     suffix + "/back"));
    parts.push_back(part);
  }
  return op.Emit(Concat{ConcatParams{axis}}, std::move(parts), input, suffix);
}

}  // namespace

Status ImportTfliteGather(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::GatherOptions>());
  if (options->batch_dims() != 0) {
    return Unsupported("dimensions of a batch are not supported");
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId indices, op.IntegerInput(1));
  Gather gather;
  OCTET_ASSIGN_OR_RETURN(gather.axis,
                         NormalizeAxis(options->axis(), op.shape(input).rank));
  return op.Return(gather, {input, indices});
}

Status ImportTfliteGatherNd(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId indices, op.IntegerInput(1));
  return op.Return(GatherNd(), {input, indices});
}

Status ImportTfliteTile(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(ValueId x, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> repeats,
                         op.Integers(1, "the repeats"));
  const int rank = op.shape(x).rank;
  if (repeats.size() != size_t(rank)) {
    return InvalidModel("there is not one number of repeats a dimension");
  }
  for (int axis = 0; axis < rank; ++axis) {
    const int64_t count = repeats[size_t(axis)];
    if (count < 1 || count * op.shape(x)[axis] > kMaxElements) {
      return InvalidModel("repeats dimension " + std::to_string(axis) + " " +
                          std::to_string(count) + " times");
    }
    if (count == 1) continue;
    OCTET_ASSIGN_OR_RETURN(
        x, EmitRepeated(op, x, axis, static_cast<int32_t>(count)));
  }
  return op.Return(Identity(), {x});
}

Status ImportTfliteBroadcastTo(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const auto target = [&]() -> Result<Shape> {
    OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> dims,
                           op.Integers(1, "the shape"));
    return ToShape(dims);
  };
  OCTET_ASSIGN_OR_RETURN(const Shape shape, op.OutputShape(target()));
  return op.Return(Expand{shape}, {input});
}

Status ImportTfliteCast(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(
      const ValueId input,
      op.HasInput(0) && GraphType(op.input_tensor(0)) != DataType::FLOAT32
          ? op.IntegerInput(0)
          : op.Input(0));
  if (op.is_quantized(input)) {
    return Unsupported("a cast of quantized integers is not supported");
  }
  return op.Return(Cast{GraphType(op.output_tensor(0))}, {input});
}

Status ImportTfliteMirrorPad(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::MirrorPadOptions>());
  OCTET_ASSIGN_OR_RETURN(ValueId x, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> pads,
                         op.Integers(1, "the pads"));
  const int rank = op.shape(x).rank;
  if (pads.size() != 2 * size_t(rank)) {
    return InvalidModel("there are " + std::to_string(pads.size()) +
                        " pads for " + std::to_string(rank) + " dimensions");
  }
  const bool symmetric = options->mode() == tflite::MirrorPadMode::SYMMETRIC;
  for (int axis = 0; axis < rank; ++axis) {
    const int64_t front = pads[2 * size_t(axis)];
    const int64_t back = pads[2 * size_t(axis) + 1];
    if (front == 0 && back == 0) continue;
    OCTET_ASSIGN_OR_RETURN(x,
                           EmitMirrored(op, x, axis, front, back, symmetric));
  }
  return op.Return(Identity(), {x});
}

Status ImportTfliteReverse(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const Shape shape = op.shape(input);
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axes,
                         op.Integers(1, "the axes"));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int> normalized,
                         NormalizeAxes(axes, shape.rank));
  Slice slice;
  for (int axis = 0; axis < shape.rank; ++axis) {
    slice.params.size[axis] = shape[axis];
  }
  for (const int axis : normalized) {
    slice.params.begin[axis] = shape[axis] - 1;
    slice.params.step[axis] = -1;
  }
  return op.Return(slice, {input});
}

Status ImportTfliteTopK(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> k, op.Integers(1, "k"));
  const Shape& shape = op.shape(input);
  if (k.size() != 1 || shape.rank == 0 || k[0] < 1 ||
      k[0] > shape[shape.rank - 1]) {
    return InvalidModel("k must be one number of 1 ... the last dimension");
  }
  TopK top;
  top.params.axis = shape.rank - 1;
  top.params.k = static_cast<int32_t>(k[0]);
  OCTET_RETURN_IF_ERROR(op.Return(top, {input}));
  top.result = schema::TopKResult::INDICES;
  return op.num_outputs() < 2 ? OkStatus() : op.Return(top, {input}, 1);
}

Status ImportTfliteCumsum(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::CumsumOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  CumSum sums;
  OCTET_ASSIGN_OR_RETURN(sums.axis, ReadAxis(op, 1, op.shape(input).rank));
  sums.exclusive = options->exclusive();
  sums.reverse = options->reverse();
  return op.Return(sums, {input});
}

}  // namespace octet::converter
