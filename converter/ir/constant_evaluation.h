// The value of a node whose inputs are all constants: data movement and
// elementwise arithmetic, which models apply to their weights, and the
// arithmetic of shapes that exporters leave behind.

#ifndef OCTET_CONVERTER_IR_CONSTANT_EVALUATION_H_
#define OCTET_CONVERTER_IR_CONSTANT_EVALUATION_H_

#include <optional>
#include <vector>

#include "converter/ir/graph.h"

namespace octet::converter {

// The elements of the output of `op`, or nothing where an input is no constant,
// where `op` is one that models do not apply to constants (layers, pooling,
// Resize), where the result is not defined (an integer division by 0, an index
// outside its tensor), or where the output would be far larger than the inputs
// (a constant must not grow beyond what the model's file pays for).
// REQUIRES: InferShape and InferType give output_shape and a type.
std::optional<ConstantData> EvaluateConstantNode(
    const Graph& graph, const Operator& op, const std::vector<ValueId>& inputs,
    const Shape& output_shape);

// The same without a bound on the output's size.
// REQUIRES: `constants` are the operands of `op`, `output_shape` its shape.
std::optional<ConstantData> EvaluateOperator(
    const Operator& op, const std::vector<const Value*>& constants,
    const Shape& output_shape);

// The elements of a constant.
ConstantData DataOf(const Value& constant);

// `data`, of shape `shape`, with its dimensions permuted.
std::vector<float> TransposeData(const std::vector<float>& data,
                                 const Shape& shape,
                                 const TransposeParams& permutation);
ConstantData TransposeData(const ConstantData& data, const Shape& shape,
                           const TransposeParams& permutation);

// `data`, of shape `shape`, repeated to `target`. REQUIRES: aligned at the
// right, each dimension of `shape` is 1 or that of `target`.
std::vector<float> BroadcastData(const std::vector<float>& data,
                                 const Shape& shape, const Shape& target);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_CONSTANT_EVALUATION_H_
