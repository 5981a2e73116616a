#include "engine/operators/row_walk.h"

namespace octet {
namespace {

// Whether all inputs go on from dimension `a` into the `size` elements of `b`.
bool Continues(const RowLayout& from, int a, const RowLayout& to, int b,
               int32_t size) {
  for (int k = 0; k < from.num_inputs; ++k) {
    if (from.strides[k][a] != to.strides[k][b] * size) return false;
  }
  return true;
}

}  // namespace

RowLayout MergeDimensions(const RowLayout& layout) {
  RowLayout merged;
  merged.num_inputs = layout.num_inputs;
  Shape& shape = merged.shape;
  for (int axis = 0; axis < layout.shape.rank; ++axis) {
    const int32_t size = layout.shape[axis];
    if (size == 1) continue;
    const int last = shape.rank - 1;
    const bool joined =
        last >= 0 && Continues(merged, last, layout, axis, size);
    const int to = joined ? last : shape.rank++;
    shape[to] = joined ? shape[to] * size : size;
    for (int k = 0; k < layout.num_inputs; ++k) {
      merged.strides[k][to] = layout.strides[k][axis];
    }
  }
  if (shape.rank == 0) {
    shape = {1};
    for (int k = 0; k < layout.num_inputs; ++k) merged.strides[k][0] = 1;
  }
  return merged;
}

RowLayout BroadcastLayout(const Shape& output,
                          std::initializer_list<Shape> inputs) {
  RowLayout layout;
  layout.shape = output;
  layout.num_inputs = 0;
  for (const Shape& input : inputs) {
    int64_t dense[kMaxRank];
    FillDenseStrides(input, dense);
    int64_t* strides = layout.strides[layout.num_inputs++];
    const int missing = output.rank - input.rank;
    for (int axis = 0; axis < input.rank; ++axis) {
      if (input[axis] != 1) strides[axis + missing] = dense[axis];
    }
  }
  return MergeDimensions(layout);
}

void FillDenseStrides(const Shape& shape, int64_t* strides) {
  int64_t stride = 1;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
}

RowWalk::RowWalk(const RowLayout& layout, int64_t first_row) : layout_(layout) {
  for (int axis = layout.shape.rank - 2; axis >= 0; --axis) {
    position_[axis] = static_cast<int32_t>(first_row % layout.shape[axis]);
    first_row /= layout.shape[axis];
    for (int k = 0; k < layout.num_inputs; ++k) {
      at_[k] += position_[axis] * layout.strides[k][axis];
    }
  }
}

void RowWalk::Next() {
  for (int axis = layout_.shape.rank - 2; axis >= 0; --axis) {
    const bool wraps = ++position_[axis] == layout_.shape[axis];
    const int64_t steps = wraps ? 1 - int64_t{layout_.shape[axis]} : 1;
    for (int k = 0; k < layout_.num_inputs; ++k) {
      at_[k] += steps * layout_.strides[k][axis];
    }
    if (!wraps) return;
    position_[axis] = 0;
  }
}

}  // namespace octet
