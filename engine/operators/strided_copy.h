// StridedCopy: gathers an output, in its order, from an input whose dimensions
// are walked in any order and direction. Transpose, Slice and Expand are made
// of it.

#ifndef OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_
#define OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_

#include <cstdint>

#include "engine/operators/operator.h"
#include "engine/operators/row_walk.h"

namespace octet {

class StridedCopy : public Operator {
 public:
  // The output's first element is the input's element `begin`.
  StridedCopy(const PrepareContext& context, const Node& node,
              const RowLayout& layout, int64_t begin = 0);
  void Run(const RunContext& context, int part) const override;

 private:
  void CopyRow(const uint8_t* from, uint8_t* to) const;

  int input_, output_;
  RowLayout layout_;
  int64_t begin_;
  int64_t element_;  // bytes of one: 1, 4 or 8
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_
