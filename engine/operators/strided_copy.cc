#include "engine/operators/strided_copy.h"

#include <cstring>

#include "engine/operators/split.h"

namespace octet {
namespace {

// Joins dimension i with i + 1 where walking both is walking one longer one,
// and drops dimensions of one element.
StridedView MergeDimensions(const StridedView& view) {
  StridedView merged;
  merged.begin = view.begin;
  Shape& shape = merged.shape;
  for (int axis = 0; axis < view.shape.rank; ++axis) {
    const int32_t size = view.shape[axis];
    const int64_t stride = view.strides[axis];
    if (size == 1) continue;
    const int last = shape.rank - 1;
    if (last >= 0 && merged.strides[last] == stride * size) {
      shape[last] *= size;
      merged.strides[last] = stride;
    } else {
      merged.strides[shape.rank] = stride;
      shape[shape.rank++] = size;
    }
  }
  if (shape.rank == 0) {
    shape = {1};
    merged.strides[0] = 1;
  }
  return merged;
}

}  // namespace

void FillDenseStrides(const Shape& shape, int64_t* strides) {
  int64_t stride = 1;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
}

StridedCopy::StridedCopy(const PrepareContext& context, const Node& node,
                         const StridedView& view)
    : input_(node.inputs[0]),
      output_(node.output),
      view_(MergeDimensions(view)) {
  row_ = view_.shape[view_.shape.rank - 1];
  rows_ = view_.shape.NumElements() / row_;
  plan_.kernel = "copy";
  plan_.num_parts = NumParts(context, rows_ * row_ * kWorkPerByte, rows_);
}

void StridedCopy::Run(const RunContext& context, int part) const {
  const Range rows = PartOf(rows_, part, plan_.num_parts);
  const int last = view_.shape.rank - 1;
  int64_t at = view_.begin;
  int32_t position[kMaxRank] = {};
  int64_t rest = rows.begin;
  for (int axis = last - 1; axis >= 0; --axis) {
    position[axis] = static_cast<int32_t>(rest % view_.shape[axis]);
    rest /= view_.shape[axis];
    at += position[axis] * view_.strides[axis];
  }
  const uint8_t* input = context.tensors[input_];
  uint8_t* output = context.tensors[output_] + rows.begin * row_;
  for (int64_t row = rows.begin; row < rows.end; ++row, output += row_) {
    CopyRow(input + at, output);
    for (int axis = last - 1; axis >= 0; --axis) {
      at += view_.strides[axis];
      if (++position[axis] < view_.shape[axis]) break;
      at -= view_.strides[axis] * view_.shape[axis];
      position[axis] = 0;
    }
  }
}

void StridedCopy::CopyRow(const uint8_t* from, uint8_t* to) const {
  const int64_t stride = view_.strides[view_.shape.rank - 1];
  if (stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(row_));
    return;
  }
  for (int64_t i = 0; i < row_; ++i) to[i] = from[i * stride];
}

}  // namespace octet
