// RowLayout and RowWalk: the rows of an output (its last dimension) in order,
// and where the row of each input begins. Broadcasting and strided copies walk
// in this way.

#ifndef OCTET_ENGINE_OPERATORS_ROW_WALK_H_
#define OCTET_ENGINE_OPERATORS_ROW_WALK_H_

#include <cstdint>
#include <initializer_list>

#include "octet/shape.h"

namespace octet {

inline constexpr int kMaxRowInputs = 3;

// Input k of output[i0, i1, ...] is at i0 * strides[k][0] + i1 * strides[k][1]
// + ..., in elements; strides may be negative, or 0.
struct RowLayout {
  Shape shape;  // of the output
  int num_inputs = 1;
  int64_t strides[kMaxRowInputs][kMaxRank] = {};

  int64_t row() const { return shape[shape.rank - 1]; }
  int64_t rows() const { return shape.NumElements() / row(); }
  // From element to element of a row.
  int64_t step(int input) const { return strides[input][shape.rank - 1]; }
};

// The same walk in as few dimensions as possible, at least one: drops those of
// one element, and joins two where walking both is walking one longer one.
RowLayout MergeDimensions(const RowLayout& layout);

// Dense inputs broadcast to `output`, merged.
RowLayout BroadcastLayout(const Shape& output,
                          std::initializer_list<Shape> inputs);

// The distance between neighbours along each dimension of a dense array.
void FillDenseStrides(const Shape& shape, int64_t* strides);

class RowWalk {
 public:
  // `layout` outlives the walk.
  RowWalk(const RowLayout& layout, int64_t first_row);

  // Where the row of an input begins, in elements.
  int64_t at(int input) const { return at_[input]; }
  void Next();

 private:
  const RowLayout& layout_;
  int64_t at_[kMaxRowInputs] = {};
  int32_t position_[kMaxRank] = {};
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_ROW_WALK_H_
