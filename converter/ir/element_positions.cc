#include "converter/ir/element_positions.h"

#include "converter/ir/permutation.h"

namespace octet::converter {
namespace {

using Strides = std::array<int64_t, kMaxRank>;

Strides RowMajorStrides(const Shape& shape) {
  Strides strides{};
  int64_t stride = 1;
  for (int axis = shape.rank - 1; axis >= 0; --axis) {
    strides[size_t(axis)] = stride;
    stride *= shape[axis];
  }
  return strides;
}

// base + sum(index[i] * strides[i]) for every index of `shape`.
Positions StridedPositions(const Shape& shape, int64_t base,
                           const Strides& strides) {
  std::array<int32_t, kMaxRank> index{};
  Positions positions;
  positions.reserve(size_t(shape.NumElements()));
  int64_t position = base;
  for (int64_t left = shape.NumElements(); left > 0; --left) {
    positions.push_back(position);
    for (int axis = shape.rank - 1; axis >= 0; --axis) {
      const size_t a = size_t(axis);
      position += strides[a];
      if (++index[a] < shape[axis]) break;
      position -= strides[a] * shape[axis];
      index[a] = 0;
    }
  }
  return positions;
}

}  // namespace

Positions TransposePositions(const Shape& input,
                             const TransposeParams& permutation) {
  const Strides strides = RowMajorStrides(input);
  Strides permuted{};
  for (int i = 0; i < input.rank; ++i) {
    permuted[size_t(i)] = strides[size_t(permutation.permutation[i])];
  }
  return StridedPositions(PermuteShape(input, permutation), 0, permuted);
}

Positions BroadcastPositions(const Shape& input, const Shape& output) {
  const Strides strides = RowMajorStrides(input);
  Strides repeated{};
  for (int i = 1; i <= input.rank; ++i) {
    if (input[input.rank - i] != 1) {
      repeated[size_t(output.rank - i)] = strides[size_t(input.rank - i)];
    }
  }
  return StridedPositions(output, 0, repeated);
}

Positions SlicePositions(const Shape& input, const SliceParams& slice,
                         const Shape& output) {
  Strides strides = RowMajorStrides(input);
  int64_t base = 0;
  for (int i = 0; i < output.rank; ++i) {
    base += slice.begin[i] * strides[size_t(i)];
    strides[size_t(i)] *= slice.step[i];
  }
  return StridedPositions(output, base, strides);
}

Positions PadPositions(const Shape& input, const PadParams& pad,
                       const Shape& output) {
  const Strides strides = RowMajorStrides(output);
  int64_t base = 0;
  for (int i = 0; i < output.rank; ++i) {
    base += pad.begin[i] * strides[size_t(i)];
  }
  Positions positions(size_t(output.NumElements()), -1);
  int64_t source = 0;
  for (int64_t target : StridedPositions(input, base, strides)) {
    positions[size_t(target)] = source++;
  }
  return positions;
}

Positions GatherPositions(const Shape& input, int axis,
                          const std::vector<int64_t>& indices) {
  const int64_t size = input[axis];
  const int64_t inner = RowMajorStrides(input)[size_t(axis)];
  const int64_t outer = input.NumElements() / (inner * size);
  Positions positions;
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t index : indices) {
      if (index < -size || index >= size) return {};
      const int64_t row = index < 0 ? index + size : index;
      for (int64_t i = 0; i < inner; ++i) {
        positions.push_back((o * size + row) * inner + i);
      }
    }
  }
  return positions;
}

Positions ReductionPositions(const Shape& input,
                             const InlineVector<int32_t, kMaxRank>& axes) {
  Shape output = input;
  for (int32_t axis : axes) output[axis] = 1;
  return BroadcastPositions(output, input);
}

}  // namespace octet::converter
