// Shapes, axes, Reshape targets and slice ranges as files write them (int64,
// negative values count from the end) -> values that the graph can hold.

#ifndef OCTET_CONVERTER_IR_SHAPE_ARGUMENTS_H_
#define OCTET_CONVERTER_IR_SHAPE_ARGUMENTS_H_

#include <cstdint>
#include <vector>

#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

// An error unless there are at most kMaxRank dimensions, each >= 1, and at most
// kMaxElements elements.
Result<Shape> ToShape(const std::vector<int64_t>& dims);
// The same of a constant, which may be empty: dimensions >= 0.
Result<Shape> ToConstantShape(const std::vector<int64_t>& dims);
std::vector<int64_t> ToDims(const Shape& shape);

// -rank ... rank - 1 -> 0 ... rank - 1.
Result<int> NormalizeAxis(int64_t axis, int rank);
// The same for each; sorted. An error where an axis is named twice.
Result<std::vector<int>> NormalizeAxes(const std::vector<int64_t>& axes,
                                       int rank);

// The dimensions that Reshape makes of `input`: -1 stands for what is left, and
// 0, unless `allow_zero`, for the input's own dimension.
Result<std::vector<int64_t>> ResolveReshape(const std::vector<int64_t>& input,
                                            const std::vector<int64_t>& target,
                                            bool allow_zero);

// `dims` without the dimensions `axes`, or without all that are 1 where `axes`
// is null.
Result<std::vector<int64_t>> ResolveSqueeze(const std::vector<int64_t>& dims,
                                            const std::vector<int64_t>* axes);
// `dims` with a 1 inserted, so that it stands at each of `axes` afterwards.
Result<std::vector<int64_t>> ResolveUnsqueeze(const std::vector<int64_t>& dims,
                                              const std::vector<int64_t>& axes);

// A slice of one dimension: elements begin + i * step for i in [0, size).
struct SliceRange {
  int64_t begin = 0;
  int64_t size = 0;  // 0: the slice is empty
  int64_t step = 1;
  // SliceParams::cut: >= 0 where the slice ends at the dimension's end or is
  // said to end so many elements in front of it.
  int64_t cut = -1;
};
// From Slice's start, end and step, which may lie anywhere in int64: they are
// cut to the dimension as the standard says. An error where step is 0.
// REQUIRES: 0 <= dim < 2^31.
Result<SliceRange> ResolveSlice(int64_t start, int64_t end, int64_t step,
                                int64_t dim);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_SHAPE_ARGUMENTS_H_
