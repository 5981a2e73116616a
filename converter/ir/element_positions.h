// Where the elements of a tensor come from: for every element of an output,
// its position in the input. Data movement of any type is a list of these.

#ifndef OCTET_CONVERTER_IR_ELEMENT_POSITIONS_H_
#define OCTET_CONVERTER_IR_ELEMENT_POSITIONS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "converter/ir/inline_vector.h"
#include "octet/shape.h"
#include "schema/operators.h"

namespace octet::converter {

// Positions in row-major order of the output; -1: no element (a Pad's cell).
using Positions = std::vector<int64_t>;

Positions TransposePositions(const Shape& input,
                             const TransposeParams& permutation);
// REQUIRES: aligned at the right, each dimension of `input` is 1 or `output`'s.
Positions BroadcastPositions(const Shape& input, const Shape& output);
Positions SlicePositions(const Shape& input, const SliceParams& slice,
                         const Shape& output);
Positions PadPositions(const Shape& input, const PadParams& pad,
                       const Shape& output);
// indices from -n to n - 1 along `axis`, n its size; empty where one is not.
Positions GatherPositions(const Shape& input, int axis,
                          const std::vector<int64_t>& indices);
// For every element of `input`, that of the output that a reduction over
// `axes`, which the output keeps with size 1, adds it to.
Positions ReductionPositions(const Shape& input,
                             const InlineVector<int32_t, kMaxRank>& axes);

template <typename Element>
std::vector<Element> TakeElements(const std::vector<Element>& data,
                                  const Positions& positions, Element fill) {
  std::vector<Element> taken;
  taken.reserve(positions.size());
  for (int64_t position : positions) {
    taken.push_back(position < 0 ? fill : data[size_t(position)]);
  }
  return taken;
}

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_ELEMENT_POSITIONS_H_
