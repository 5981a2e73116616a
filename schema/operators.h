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
  // Where >= 0: `size` is the number of elements in front of the input's size
  // minus this; -1: it is a number of its own (schema: Slice).
  int32_t cut[kMaxRank] = {-1, -1, -1, -1, -1, -1};
};

// Directions in which a pooling's window is the whole picture, by what the
// source says and not because the sizes happen to be equal.
struct WholeAxes {
  bool height = false;
  bool width = false;
};

// schema: Resize. Of INT8 values, dimensions that change at once: their weights
// of 11 bits each are multiplied in 64.
inline constexpr int kMaxInt8ResizedAxes = 4;

// schema: ConvTranspose2d.
struct ConvTranspose2dParams {
  Window2dParams window;
  int32_t groups = 1;
  // Rows and columns added to the output's end.
  int32_t output_pad_h = 0;
  int32_t output_pad_w = 0;
};

// The dimensions that Reduce or ArgExtremum removes, or keeps with size 1.
struct ReductionParams {
  bool reduces[kMaxRank] = {};
  bool keep_dims = false;
};

// schema: TopK.
struct TopKParams {
  int32_t axis = 0;
  int32_t k = 1;
};

// schema: Lstm, Gru.
struct RecurrentParams {
  int32_t hidden_size = 1;
  int32_t num_gates = 4;  // Lstm; Gru: 3
  bool bidirectional = false;
  bool whole_sequence = true;  // false: the state behind the last step
};

}  // namespace octet

#endif  // OCTET_SCHEMA_OPERATORS_H_
