#include "converter/ir/infer_shape.h"

#include <string>

#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

// The other operand of Add and Mul may broadcast to the first.
Result<Shape> InferFirstOperandShape(const Shape& a, const Shape& b) {
  bool fits = b.rank <= a.rank;
  for (int i = 1; fits && i <= b.rank; ++i) {
    const int32_t size = b[b.rank - i];
    fits = size == 1 || size == a[a.rank - i];
  }
  if (fits) return a;
  return InferElementwiseShape(a, b);
}

// Overloads, one an operator.
struct Inference {
  const std::vector<Shape>& in;

  Result<Shape> operator()(const Conv2d& op) const {
    if (in[2] != Shape{in[1][0]}) return InvalidModel("the bias must be {o}");
    return InferConv2dShape(op.window, op.groups, in[0], in[1]);
  }
  Result<Shape> operator()(const FullyConnected&) const {
    if (in[2] != Shape{in[1][0]}) return InvalidModel("the bias must be {n}");
    return InferFullyConnectedShape(in[0], in[1]);
  }
  Result<Shape> operator()(const MaxPool2d& op) const {
    return InferPool2dShape(op.window, in[0]);
  }
  Result<Shape> operator()(const AveragePool2d& op) const {
    return InferPool2dShape(op.window, in[0]);
  }
  Result<Shape> operator()(const Add&) const {
    return InferFirstOperandShape(in[0], in[1]);
  }
  Result<Shape> operator()(const Mul&) const {
    return InferFirstOperandShape(in[0], in[1]);
  }
  Result<Shape> operator()(const Clamp&) const { return in[0]; }
  Result<Shape> operator()(const BatchNormalization& op) const {
    if (op.axis < 0 || op.axis >= in[0].rank) {
      return InvalidModel("the input has no channel dimension");
    }
    for (int i = 1; i < 5; ++i) {
      if (in[size_t(i)] != Shape{in[0][op.axis]}) {
        return InvalidModel("the parameters must have one value a channel");
      }
    }
    return in[0];
  }
  Result<Shape> operator()(const Softmax&) const {
    if (in[0].rank < 1) return InvalidModel("the input is a scalar");
    return in[0];
  }
  Result<Shape> operator()(const Concat& op) const {
    return InferConcatShape(op.params, in.data(), static_cast<int>(in.size()));
  }
  Result<Shape> operator()(const Reshape& op) const {
    return InferReshapeShape(in[0], op.shape);
  }
  Result<Shape> operator()(const Transpose& op) const {
    return InferTransposeShape(op.params, in[0]);
  }
  Result<Shape> operator()(const Pad& op) const {
    return InferPadShape(op.params, in[0]);
  }
  Result<Shape> operator()(const Slice& op) const {
    return InferSliceShape(op.params, in[0]);
  }
  Result<Shape> operator()(const Identity&) const { return in[0]; }
};

// The number of inputs that an operator takes; 0: one or more.
struct InputCount {
  size_t operator()(const Conv2d&) const { return 3; }
  size_t operator()(const FullyConnected&) const { return 3; }
  size_t operator()(const Add&) const { return 2; }
  size_t operator()(const Mul&) const { return 2; }
  size_t operator()(const BatchNormalization&) const { return 5; }
  size_t operator()(const Concat&) const { return 0; }
  template <typename Other>
  size_t operator()(const Other&) const {
    return 1;
  }
};

}  // namespace

Result<Shape> InferShape(const Operator& op,
                         const std::vector<Shape>& input_shapes) {
  const size_t expected = std::visit(InputCount{}, op);
  if (input_shapes.empty() ||
      (expected != 0 && input_shapes.size() != expected)) {
    return InvalidModel("takes " + std::to_string(expected) + " inputs, not " +
                        std::to_string(input_shapes.size()));
  }
  return std::visit(Inference{input_shapes}, op);
}

}  // namespace octet::converter
