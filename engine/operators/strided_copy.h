// StridedCopy: gathers an output, in its order, from an input whose dimensions
// are walked in any order and direction. Transpose, Slice and Expand are made
// of it.

#ifndef OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_
#define OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_

#include <cstdint>

#include "engine/operators/copy_plane.h"
#include "engine/operators/operator.h"
#include "engine/operators/row_walk.h"

namespace octet {

class StridedCopy : public FusibleOperator {
 public:
  // The output's first element is the input's element `begin`.
  // layout: of one input. Where it has the output's shape, the output's pixels,
  // and the input's, may be strided.
  StridedCopy(const PrepareContext& context, const Node& node,
              const RowLayout& layout, int64_t begin = 0);
  void SetOutputStride(int64_t stride) override;
  void SetInputStride(size_t input, int64_t stride) override;
  void Run(const RunContext& context, int part) const override;

 private:
  void ChoosePlane();
  int64_t work(int64_t bytes) const;

  int input_, output_;
  int64_t begin_;
  int64_t element_;         // bytes of one: 1, 4 or 8
  int64_t input_channels_;  // the input's last dimension
  int64_t output_channels_;
  // Input 0 is the input, "input" 1 the output.
  RowLayout layout_;

  // The same in planes of two dimensions: those that CopyPlane is good at.
  Plane plane_;
  RowLayout planes_;  // all other dimensions, and one of one element
};

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_STRIDED_COPY_H_
