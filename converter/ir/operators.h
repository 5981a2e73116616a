// The operators of the converter's graph. Activations are FP32; inputs are
// listed in order.

#ifndef OCTET_CONVERTER_IR_OPERATORS_H_
#define OCTET_CONVERTER_IR_OPERATORS_H_

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>

#include "octet/shape.h"
#include "schema/operators.h"

namespace octet::converter {

// Bounds of an output: a fused Relu, ReLU6 or Clip. Infinite: none.
struct FloatClamp {
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();

  bool is_none() const {
    return min == -std::numeric_limits<float>::infinity() &&
           max == std::numeric_limits<float>::infinity();
  }
};

// input {n,h,w,c}, weights {o,kernel_h,kernel_w,c/groups}, bias {o} ->
// {n,y,x,o}.
struct Conv2d {
  Window2dParams window;
  int32_t groups = 1;
  FloatClamp clamp;
};

// input {...,k}, weights {n,k}, bias {n} -> {...,n}.
struct FullyConnected {
  FloatClamp clamp;
};

// input {n,h,w,c}; padded cells do not count.
struct MaxPool2d {
  Window2dParams window;
  FloatClamp clamp;
};

// input {n,h,w,c}. GlobalAveragePool and ReduceMean over h and w are windows
// of the whole picture.
struct AveragePool2d {
  Window2dParams window;
  bool count_include_pad = false;
  FloatClamp clamp;
};

// a + b, two inputs. Activations have equal shapes; a constant b may be any
// shape that broadcasts to a's (the passes fold those or make them Conv2d).
struct Add {
  FloatClamp clamp;
};

// a * b: the same rule for shapes.
struct Mul {
  FloatClamp clamp;
};

// One input, clamped: Relu, ReLU6, Clip that could not be fused.
struct Clamp {
  FloatClamp clamp;
};

// (input - mean) / sqrt(variance + epsilon) * scale + bias along `axis`.
// Inputs: input, scale {c}, bias {c}, mean {c}, variance {c}, all but the first
// constant.
struct BatchNormalization {
  float epsilon = 1e-5f;
  int32_t axis = 3;
};

// One input, along the last dimension.
struct Softmax {};

// One or more inputs.
struct Concat {
  ConcatParams params;
};

// One input -> `shape`.
struct Reshape {
  Shape shape;
};

// One input.
struct Transpose {
  TransposeParams params;
};

// One input; new cells hold `value`.
struct Pad {
  PadParams params;
  float value = 0.0f;
};

// One input.
struct Slice {
  SliceParams params;
};

// One input: Identity, Dropout; removed by a pass.
struct Identity {};

using Operator = std::variant<Conv2d, FullyConnected, MaxPool2d, AveragePool2d,
                              Add, Mul, Clamp, BatchNormalization, Softmax,
                              Concat, Reshape, Transpose, Pad, Slice, Identity>;

// The operator's name, e.g. "Conv2d", for messages and tables.
const char* OperatorName(const Operator& op);

// Whether `op` has weights and a bias: Conv2d, FullyConnected.
bool IsWeightedLayer(const Operator& op);

// The clamp that `op` applies to its output, or null for an operator without
// one.
FloatClamp* MutableClamp(Operator& op);
const FloatClamp* FindClamp(const Operator& op);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_OPERATORS_H_
