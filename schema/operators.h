// The parameters of operators that shape inference needs, as plain structs:
// the converter's graph holds them and the engine reads them from a file.

#ifndef OCTET_SCHEMA_OPERATORS_H_
#define OCTET_SCHEMA_OPERATORS_H_

#include <cstdint>

#include "octet/shape.h"

namespace octet {

// Position of a kernel over a picture, in pixels (schema: Window2d).
struct Window2dParams {
  int32_t kernel_h = 1;
  int32_t kernel_w = 1;
  int32_t stride_h = 1;
  int32_t stride_w = 1;
  int32_t dilation_h = 1;
  int32_t dilation_w = 1;
  int32_t pad_top = 0;
  int32_t pad_left = 0;
  int32_t pad_bottom = 0;
  int32_t pad_right = 0;
};

struct ConcatParams {
  int32_t axis = 0;
};

struct TransposeParams {
  // output.shape[i] = input.shape[permutation[i]]; one entry a dimension.
  int32_t permutation[kMaxRank] = {};
};

struct PadParams {
  // Cells added in front of and behind each dimension, >= 0.
  int32_t begin[kMaxRank] = {};
  int32_t end[kMaxRank] = {};
};

struct SliceParams {
  // output[i] = input[begin + i * step] along each dimension; `size` is the
  // number of elements taken. step != 0.
  int32_t begin[kMaxRank] = {};
  int32_t size[kMaxRank] = {};
  int32_t step[kMaxRank] = {1, 1, 1, 1, 1, 1};
};

}  // namespace octet

#endif  // OCTET_SCHEMA_OPERATORS_H_
