// The operators of the converter's graph; inputs are listed in order. Those
// that say nothing of types take FP32. Formulas of the functions and modes that
// are named by enums of the schema stand there (schema/float_operators.fbs).

#ifndef OCTET_CONVERTER_IR_OPERATORS_H_
#define OCTET_CONVERTER_IR_OPERATORS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>
#include <variant>

#include "converter/ir/inline_vector.h"
#include "octet/shape.h"
#include "schema/octet_generated.h"
#include "schema/operators.h"

namespace octet::converter {

// The types of a value: FLOAT32, INT64 (integers of any width: what an
// importer reads is widened) and BOOL, and from quantized formats the others.
using DataType = schema::DataType;

// Bounds of an output: a fused Relu, ReLU6 or Clip. Infinite: none.
struct FloatClamp {
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();

  bool is_none() const {
    return min == -std::numeric_limits<float>::infinity() &&
           max == std::numeric_limits<float>::infinity();
  }
};

// real = scale * (q - zero_point) with q in -128 ... 127: the numbers that an
// int8 tensor can hold.
struct Int8Grid {
  float scale = 1.0f;      // finite, > 0
  int32_t zero_point = 0;  // -128 ... 127

  friend bool operator==(const Int8Grid&, const Int8Grid&) = default;
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

// input {n,h,w,c}; padded cells do not count. In the directions of `whole` the
// window is as large as the input, without pads, stride or dilation.
struct MaxPool2d {
  Window2dParams window;
  FloatClamp clamp;
  WholeAxes whole = {};
};

// input {n,h,w,c}. GlobalAveragePool and ReduceMean over h and w are windows
// of the whole picture.
struct AveragePool2d {
  Window2dParams window;
  bool count_include_pad = false;
  FloatClamp clamp;
  WholeAxes whole = {};
};

// a + b, two inputs that are broadcast to each other: aligned at their last
// dimensions, those of size 1 or missing repeat.
struct Add {
  FloatClamp clamp;
};

// a * b, broadcast likewise.
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

// One input, along the last dimension; `logarithm`: the logarithm of it.
struct Softmax {
  bool logarithm = false;
};

// One or more inputs of one type, any.
struct Concat {
  ConcatParams params;
};

// One input of any type -> `shape`.
struct Reshape {
  Shape shape;
};

// One input of any type.
struct Transpose {
  TransposeParams params;
};

// One input of any type; new cells hold `value`.
struct Pad {
  PadParams params;
  float value = 0.0f;
};

// One input of any type.
struct Slice {
  SliceParams params;
};

// One input of any type: Identity, Dropout; removed by a pass.
struct Identity {};

// One input, rounded to the grid: scale * (q - zero_point) where q is
// round_half_even(x / scale) + zero_point within -128 ... 127, NaN the zero
// point. What a quantized source says of a value.
struct FakeQuantize {
  Int8Grid grid;
};

// scale * function(x) + offset of one input: FP32; for Not BOOL; for Abs, Neg
// and Sign integers as well. Only where the result is FP32 there are a scale
// and an offset.
struct Unary {
  schema::UnaryFunction function = schema::UnaryFunction::ABS;
  float alpha = 0.0f;
  float beta = 0.0f;
  float scale = 1.0f;
  float offset = 0.0f;
};

// Two inputs of one type, broadcast as Add's. Sums and products of FP32 are Add
// and Mul.
struct Binary {
  schema::BinaryFunction function = schema::BinaryFunction::ADD;
  FloatClamp clamp;
};

// a {...,m,k}, b {...,k,n} -> {...,m,n}; the dimensions in front are broadcast.
struct MatMul {
  FloatClamp clamp;
};

// input {n,h,w,c}, weights {o,kernel_h,kernel_w,c/groups}, bias {o} ->
// {n,y,x,o}.
struct ConvTranspose2d {
  ConvTranspose2dParams params;
  FloatClamp clamp;
};

// One input of FP32 -> `shape`.
struct Resize {
  Shape shape;
  schema::ResizeMode mode = schema::ResizeMode::NEAREST;
  schema::ResizeCoordinates coordinates = schema::ResizeCoordinates::HALF_PIXEL;
  schema::ResizeNearest nearest = schema::ResizeNearest::ROUND_PREFER_FLOOR;
  float cubic_coeff_a = -0.75f;
  bool exclude_outside = false;
  float extrapolation_value = 0.0f;
  bool antialias = false;
  // Output size / input size, one a dimension.
  std::array<float, kMaxRank> scales = {1, 1, 1, 1, 1, 1};
  // Of TF_CROP_AND_RESIZE alone: from 0 to 1 of the input.
  std::array<float, kMaxRank> roi_start = {};
  std::array<float, kMaxRank> roi_end = {1, 1, 1, 1, 1, 1};
};

// input (any type), indices (INT64 or INT32).
struct Gather {
  int32_t axis = 0;
};
struct GatherNd {
  int32_t batch_dims = 0;
};
struct GatherElements {
  int32_t axis = 0;
};

// One input of any type, broadcast to `shape`.
struct Expand {
  Shape shape;
};

// condition (BOOL), a, b (any type), all broadcast to each other.
struct Where {};

// One input of any type -> the type `to`.
struct Cast {
  DataType to = DataType::FLOAT32;
};

// One input, FP32 or integers, over `axes` (ascending), which the output keeps
// with size 1.
struct Reduce {
  schema::ReduceFunction function = schema::ReduceFunction::SUM;
  InlineVector<int32_t, kMaxRank> axes;
};

// One input, FP32 -> INT64; the output keeps `axis` with size 1.
struct ArgExtremum {
  int32_t axis = 0;
  bool largest = true;
  bool last = false;
};

// One input -> {..., k, ...}: values, or indices (INT64).
struct TopK {
  TopKParams params;
  bool largest = true;
  schema::TopKResult result = schema::TopKResult::VALUES;
};

// input, and constants scale and bias over the dimensions from `axis` on: both,
// scale alone, or none.
struct LayerNormalization {
  int32_t axis = 0;
  float epsilon = 1e-5f;
};

// One input, FP32 or integers.
struct CumSum {
  int32_t axis = 0;
  bool exclusive = false;
  bool reverse = false;
};

// One input, along the last dimension.
struct Lrn {
  int32_t size = 1;
  float alpha = 1e-4f;
  float beta = 0.75f;
  float bias = 1.0f;
};

// What Lstm and Gru have in common.
struct Recurrence {
  // Three a direction.
  static constexpr size_t kMaxActivations = 6;

  int32_t hidden_size = 1;
  schema::RecurrentDirection direction = schema::RecurrentDirection::FORWARD;
  schema::RecurrentResult result = schema::RecurrentResult::SEQUENCE;
  // Empty: the defaults.
  InlineVector<schema::UnaryFunction, kMaxActivations> activations;
  InlineVector<float, kMaxActivations> alpha;
  InlineVector<float, kMaxActivations> beta;
  float clip = 0.0f;  // 0: none

  int32_t directions() const {
    return direction == schema::RecurrentDirection::BIDIRECTIONAL ? 2 : 1;
  }
};

// x, W, R, b, initial h, initial c and, if there are, peepholes; shapes as in
// the schema.
struct Lstm {
  Recurrence recurrence;
  bool input_forget = false;
};

// x, W, R, b, initial h.
struct Gru {
  Recurrence recurrence;
  bool linear_before_reset = false;
};

// boxes {batch,n,4}, scores {batch,classes,n} -> INT64 {rows,3}: batch, class
// and box, best scores first, then rows of -1.
struct NonMaxSuppression {
  int32_t rows = 1;
  bool center_point_box = false;
  int32_t max_boxes_per_class = 1;
  float iou_threshold = 0.0f;
  std::optional<float> score_threshold;
};

using Operator =
    std::variant<Conv2d, FullyConnected, MaxPool2d, AveragePool2d, Add, Mul,
                 Clamp, BatchNormalization, Softmax, Concat, Reshape, Transpose,
                 Pad, Slice, Identity, Unary, Binary, MatMul, ConvTranspose2d,
                 Resize, Gather, GatherNd, GatherElements, Expand, Where, Cast,
                 Reduce, ArgExtremum, TopK, LayerNormalization, CumSum, Lrn,
                 Lstm, Gru, FakeQuantize, NonMaxSuppression>;
static_assert(std::is_trivially_copyable_v<Operator>);  // see inline_vector.h

// The operator's name, e.g. "Conv2d", for messages and tables; of Unary, Binary
// and Reduce that of the function, e.g. "Sigmoid".
const char* OperatorName(const Operator& op);

// Whether `op` has weights and a bias: Conv2d, FullyConnected.
bool IsWeightedLayer(const Operator& op);

// The clamp that `op` applies to its output, or null for an operator without
// one.
FloatClamp* MutableClamp(Operator& op);
const FloatClamp* FindClamp(const Operator& op);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_OPERATORS_H_
