#include "converter/ir/infer_shape.h"

#include <string>

#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

Result<Shape> InferRecurrence(const Recurrence& op, int32_t num_gates,
                              const std::vector<Shape>& in) {
  RecurrentParams params;
  params.hidden_size = op.hidden_size;
  params.num_gates = num_gates;
  params.bidirectional = op.directions() == 2;
  params.whole_sequence = op.result == schema::RecurrentResult::SEQUENCE;
  OCTET_ASSIGN_OR_RETURN(const Shape output,
                         InferRecurrentShape(params, in[0], in[1], in[2]));
  if (in[3] != Shape{op.directions(), 2 * num_gates * op.hidden_size}) {
    return InvalidModel("the bias has the shape " + in[3].ToString());
  }
  const Shape state{op.directions(), in[0][1], op.hidden_size};
  for (size_t i = 4; i < in.size() && i < 6; ++i) {
    if (in[i] != state) {
      return InvalidModel("an initial state has the shape " + in[i].ToString() +
                          " instead of " + state.ToString());
    }
  }
  return output;
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
    return InferBroadcastShape(in[0], in[1]);
  }
  Result<Shape> operator()(const Mul&) const {
    return InferBroadcastShape(in[0], in[1]);
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
  Result<Shape> operator()(const Unary&) const { return in[0]; }
  Result<Shape> operator()(const FakeQuantize&) const { return in[0]; }
  Result<Shape> operator()(const Binary&) const {
    return InferBroadcastShape(in[0], in[1]);
  }
  Result<Shape> operator()(const MatMul&) const {
    return InferMatMulShape(in[0], in[1]);
  }
  Result<Shape> operator()(const ConvTranspose2d& op) const {
    if (in[2] != Shape{in[1][0]}) return InvalidModel("the bias must be {o}");
    return InferConvTranspose2dShape(op.params, in[0], in[1]);
  }
  Result<Shape> operator()(const Resize& op) const {
    return InferResizeShape(in[0], op.shape);
  }
  Result<Shape> operator()(const NonMaxSuppression& op) const {
    return InferNonMaxSuppressionShape(in[0], in[1], op.rows);
  }
  Result<Shape> operator()(const Gather& op) const {
    return InferGatherShape(op.axis, in[0], in[1]);
  }
  Result<Shape> operator()(const GatherNd& op) const {
    return InferGatherNdShape(op.batch_dims, in[0], in[1]);
  }
  Result<Shape> operator()(const GatherElements& op) const {
    return InferGatherElementsShape(op.axis, in[0], in[1]);
  }
  Result<Shape> operator()(const Expand& op) const {
    return InferExpandShape(in[0], op.shape);
  }
  Result<Shape> operator()(const Where&) const {
    OCTET_ASSIGN_OR_RETURN(const Shape both, InferBroadcastShape(in[1], in[2]));
    return InferBroadcastShape(in[0], both);
  }
  Result<Shape> operator()(const Cast&) const { return in[0]; }
  Result<Shape> operator()(const Reduce& op) const {
    ReductionParams params;
    params.keep_dims = true;
    for (int32_t axis : op.axes) {
      OCTET_RETURN_IF_ERROR(InferAlongAxisShape(axis, in[0]).status());
      params.reduces[axis] = true;
    }
    return InferReductionShape(params, in[0]);
  }
  Result<Shape> operator()(const ArgExtremum& op) const {
    return InferArgExtremumShape(op.axis, /*keep_dims=*/true, in[0]);
  }
  Result<Shape> operator()(const TopK& op) const {
    return InferTopKShape(op.params, in[0]);
  }
  Result<Shape> operator()(const LayerNormalization& op) const {
    for (size_t i = 1; i < in.size(); ++i) {
      bool fits = in[i].rank == in[0].rank - op.axis;
      for (int d = 0; fits && d < in[i].rank; ++d) {
        fits = in[i][d] == in[0][op.axis + d];
      }
      if (!fits) {
        return InvalidModel("a scale or bias of shape " + in[i].ToString() +
                            " does not fit the input " + in[0].ToString());
      }
    }
    return InferAlongAxisShape(op.axis, in[0]);
  }
  Result<Shape> operator()(const CumSum& op) const {
    return InferAlongAxisShape(op.axis, in[0]);
  }
  Result<Shape> operator()(const Lrn&) const {
    return InferAlongAxisShape(in[0].rank - 1, in[0]);
  }
  Result<Shape> operator()(const Lstm& op) const {
    return InferRecurrence(op.recurrence, 4, in);
  }
  Result<Shape> operator()(const Gru& op) const {
    return InferRecurrence(op.recurrence, 3, in);
  }
};

// The least and the largest number of inputs that an operator takes.
struct InputCount {
  size_t least;
  size_t largest;
};
struct FindInputCount {
  static constexpr size_t kAny = SIZE_MAX;

  InputCount operator()(const Conv2d&) const { return {3, 3}; }
  InputCount operator()(const FullyConnected&) const { return {3, 3}; }
  InputCount operator()(const ConvTranspose2d&) const { return {3, 3}; }
  InputCount operator()(const Add&) const { return {2, 2}; }
  InputCount operator()(const Mul&) const { return {2, 2}; }
  InputCount operator()(const Binary&) const { return {2, 2}; }
  InputCount operator()(const MatMul&) const { return {2, 2}; }
  InputCount operator()(const Gather&) const { return {2, 2}; }
  InputCount operator()(const GatherNd&) const { return {2, 2}; }
  InputCount operator()(const GatherElements&) const { return {2, 2}; }
  InputCount operator()(const Where&) const { return {3, 3}; }
  InputCount operator()(const NonMaxSuppression&) const { return {2, 2}; }
  InputCount operator()(const BatchNormalization&) const { return {5, 5}; }
  InputCount operator()(const LayerNormalization&) const { return {1, 3}; }
  InputCount operator()(const Lstm&) const { return {6, 7}; }
  InputCount operator()(const Gru&) const { return {5, 5}; }
  InputCount operator()(const Concat&) const { return {1, kAny}; }
  template <typename Other>
  InputCount operator()(const Other&) const {
    return {1, 1};
  }
};

}  // namespace

Result<Shape> InferShape(const Operator& op,
                         const std::vector<Shape>& input_shapes) {
  const InputCount count = std::visit(FindInputCount{}, op);
  const size_t actual = input_shapes.size();
  if (actual < count.least || actual > count.largest) {
    return InvalidModel(
        "takes " +
        std::to_string(actual < count.least ? count.least : count.largest) +
        " inputs, not " + std::to_string(actual));
  }
  return std::visit(Inference{input_shapes}, op);
}

}  // namespace octet::converter
