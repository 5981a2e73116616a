#include "engine/operators/strided_copy.h"

#include <algorithm>

#include "engine/operators/split.h"

namespace octet {
namespace {

constexpr int kFrom = 0, kTo = 1;  // in a layout

// Threads share a plane's rows in blocks of so many: CopyPlane's tiles.
constexpr int64_t kRowsOfBlock = 8;
// Times as much as a byte of a stretch, one costs that is moved alone.
constexpr int64_t kScatteredCost = 4;

// The dimension of elements that lie side by side; -1: there is none.
int FindDense(const RowLayout& layout, int input) {
  for (int axis = layout.shape.rank - 1; axis >= 0; --axis) {
    if (layout.strides[input][axis] == 1) return axis;
  }
  return -1;
}

// Another last dimension than `last`: `preferred`, or the one with the most
// elements.
int OtherAxis(const RowLayout& layout, int last, int preferred) {
  if (preferred >= 0 && preferred != last) return preferred;
  int best = -1;
  for (int axis = 0; axis < layout.shape.rank; ++axis) {
    if (axis == last) continue;
    if (best < 0 || layout.shape[axis] > layout.shape[best]) best = axis;
  }
  return best;
}

}  // namespace

StridedCopy::StridedCopy(const PrepareContext& context, const Node& node,
                         const RowLayout& layout, int64_t begin)
    : input_(node.inputs[0]),
      output_(node.output),
      begin_(begin),
      element_(context.network.output(node).element_size()),
      layout_(layout) {
  const Shape& input = context.network.input(node, 0).shape;
  const Tensor& output = context.network.output(node);
  input_channels_ = input.rank == 0 ? 1 : input[input.rank - 1];
  output_channels_ =
      output.shape.rank == 0 ? 1 : output.shape.dims[output.shape.rank - 1];
  layout_.num_inputs = 2;
  FillDenseStrides(layout_.shape, layout_.strides[kTo]);
  ChoosePlane();
  plan_.kernel = "copy";
  plan_.num_parts =
      NumParts(context, work(output.NumBytes()),
               planes_.rows() * CeilDiv(plane_.rows, kRowsOfBlock));
  const bool has_pixels = output.is(schema::DataType::INT8) && input.rank > 0 &&
                          layout.shape == output.shape;
  plan_.strides_output = has_pixels;
  plan_.strides_inputs = has_pixels ? 1 : 0;
}

int64_t StridedCopy::work(int64_t bytes) const {
  const bool in_stretches = plane_.from_column == 1 && plane_.to_column == 1;
  return bytes * kWorkPerByte * (in_stretches ? 1 : kScatteredCost);
}

void StridedCopy::SetOutputStride(int64_t stride) {
  int64_t* strides = layout_.strides[kTo];
  for (int axis = 0; axis + 1 < layout_.shape.rank; ++axis) {
    strides[axis] = strides[axis] / output_channels_ * stride;
  }
  output_channels_ = stride;
  ChoosePlane();
}

// A dimension of channels has a stride below the number of channels, all others
// have a multiple of it. Those of one element are not walked.
void StridedCopy::SetInputStride(size_t, int64_t stride) {
  int64_t* strides = layout_.strides[kFrom];
  for (int axis = 0; axis < layout_.shape.rank; ++axis) {
    if (strides[axis] % input_channels_ != 0) continue;
    strides[axis] = strides[axis] / input_channels_ * stride;
  }
  begin_ = begin_ / input_channels_ * stride + begin_ % input_channels_;
  input_channels_ = stride;
  ChoosePlane();
}

void StridedCopy::ChoosePlane() {
  const RowLayout merged = MergeDimensions(layout_);
  const int dense = FindDense(merged, kTo);
  const int column = dense >= 0 ? dense : merged.shape.rank - 1;
  const bool in_stretches = merged.strides[kFrom][column] == 1;
  const int row =
      OtherAxis(merged, column, in_stretches ? -1 : FindDense(merged, kFrom));
  plane_ = {1, merged.shape[column],       0, merged.strides[kFrom][column],
            0, merged.strides[kTo][column]};
  if (row >= 0) {
    plane_.rows = merged.shape[row];
    plane_.from_row = merged.strides[kFrom][row];
    plane_.to_row = merged.strides[kTo][row];
  }
  planes_ = {};
  planes_.num_inputs = 2;
  for (int axis = 0; axis < merged.shape.rank; ++axis) {
    if (axis == row || axis == column) continue;
    const int to = planes_.shape.rank++;
    planes_.shape[to] = merged.shape[axis];
    planes_.strides[kFrom][to] = merged.strides[kFrom][axis];
    planes_.strides[kTo][to] = merged.strides[kTo][axis];
  }
  planes_.shape[planes_.shape.rank++] = 1;
}

void StridedCopy::Run(const RunContext& context, int part) const {
  const uint8_t* input = context.tensors[input_] + begin_ * element_;
  uint8_t* output = context.tensors[output_];
  const int64_t blocks = CeilDiv(plane_.rows, kRowsOfBlock);
  const Range units = PartOf(planes_.rows() * blocks, part, plan_.num_parts);
  RowWalk walk(planes_, units.begin / blocks);
  for (int64_t unit = units.begin; unit < units.end; walk.Next()) {
    const int64_t block = unit % blocks;
    const int64_t count = std::min(blocks - block, units.end - unit);
    const int64_t row = block * kRowsOfBlock;
    Plane plane = plane_;
    plane.rows = std::min(count * kRowsOfBlock, plane_.rows - row);
    CopyPlane(plane, element_,
              input + (walk.at(kFrom) + row * plane.from_row) * element_,
              output + (walk.at(kTo) + row * plane.to_row) * element_);
    unit += count;
  }
}

}  // namespace octet
