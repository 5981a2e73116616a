// What the float executor makes of a node: a closure over packed weights and
// fixed addresses. One function an operator, in one file a family:
// convolution.cc, pooling.cc, elementwise.cc, data_movement.cc.

#ifndef OCTET_CONVERTER_FLOAT_FLOAT_OPERATOR_H_
#define OCTET_CONVERTER_FLOAT_FLOAT_OPERATOR_H_

#include <pthreadpool.h>

#include <functional>
#include <vector>

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// Computes the node's output from its inputs, at the addresses it was made
// for.
using FloatOperator = std::function<Status()>;

// A node with the addresses of its operands, all but weights and biases with
// XNN_EXTRA_BYTES of slack. Valid while the function that it is passed to runs;
// the addresses live as long as the operator.
struct FloatNode {
  const Graph& graph;
  const Node& node;
  std::vector<const float*> inputs;
  float* output;
  pthreadpool_t threads;  // null: the calling thread alone

  const Value& input(size_t i) const { return graph.value(node.inputs[i]); }
  const Shape& input_shape(size_t i) const { return input(i).shape; }
  const Shape& output_shape() const { return graph.value(node.output).shape; }
};

// Errors say why, without the node's name.
Result<FloatOperator> MakeFloatConv2d(const Conv2d& op, const FloatNode& node);
Result<FloatOperator> MakeFloatFullyConnected(const FullyConnected& op,
                                              const FloatNode& node);
Result<FloatOperator> MakeFloatMaxPool2d(const MaxPool2d& op,
                                         const FloatNode& node);
Result<FloatOperator> MakeFloatAveragePool2d(const AveragePool2d& op,
                                             const FloatNode& node);
Result<FloatOperator> MakeFloatAdd(const Add& op, const FloatNode& node);
Result<FloatOperator> MakeFloatMul(const Mul& op, const FloatNode& node);
Result<FloatOperator> MakeFloatClamp(const Clamp& op, const FloatNode& node);
Result<FloatOperator> MakeFloatSoftmax(const FloatNode& node);
Result<FloatOperator> MakeFloatLogSoftmax(const FloatNode& node);
Result<FloatOperator> MakeFloatConcat(const Concat& op, const FloatNode& node);
Result<FloatOperator> MakeFloatReshape(const FloatNode& node);
Result<FloatOperator> MakeFloatTranspose(const Transpose& op,
                                         const FloatNode& node);
Result<FloatOperator> MakeFloatPad(const Pad& op, const FloatNode& node);
Result<FloatOperator> MakeFloatSlice(const Slice& op, const FloatNode& node);
Result<FloatOperator> MakeFloatResize(const Resize& op, const FloatNode& node);
Result<FloatOperator> MakeFloatMatMul(const MatMul& op, const FloatNode& node);
Result<FloatOperator> MakeFloatConvTranspose2d(const ConvTranspose2d& op,
                                               const FloatNode& node);
Result<FloatOperator> MakeFloatLayerNormalization(const LayerNormalization& op,
                                                  const FloatNode& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_FLOAT_FLOAT_OPERATOR_H_
