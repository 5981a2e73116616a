// StridedCopy: gathers an output, in its order, from an input whose dimensions
// are walked in any order and direction. Transpose and Slice are made of it.

#ifndef OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_
#define OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_

#include <cstdint>

#include "engine/operators/operator.h"
#include "octet/shape.h"

namespace octet {

// output[i0, i1, ...] = input[begin + i0 * strides[0] + i1 * strides[1] + ...]
struct StridedView {
  Shape shape;  // of the output
  int64_t begin = 0;
  int64_t strides[kMaxRank] = {};  // bytes, may be negative
};

// The distance between neighbours along each dimension of a dense array.
void FillDenseStrides(const Shape& shape, int64_t* strides);

class StridedCopy : public Operator {
 public:
  StridedCopy(const PrepareContext& context, const Node& node,
              const StridedView& view);
  void Run(const RunContext& context, int part) const override;

 private:
  void CopyRow(const uint8_t* from, uint8_t* to) const;

  int input_, output_;
  StridedView view_;  // neighbouring dimensions merged where possible
  int64_t row_;       // elements along the last dimension
  int64_t rows_;
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_
