// Which activations share a scale and zero point, and what these are.

#ifndef OCTET_CONVERTER_QUANTIZE_ASSIGN_PARAMS_H_
#define OCTET_CONVERTER_QUANTIZE_ASSIGN_PARAMS_H_

#include <string>
#include <vector>

#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"
#include "converter/quantize/precision.h"
#include "converter/quantize/quantization_params.h"

namespace octet::converter {

// MaxPool2d, Reshape, Transpose, Pad, Slice, Expand, Resize and the Gathers
// move numbers without changing them: their output has the input's scale and
// zero point.
bool KeepsQuantization(const Operator& op);

// Add, or a difference, which the quantizer makes one.
bool IsSum(const Operator& op);

struct AssignedParams {
  // One entry a value. Meaningless for weights and biases.
  std::vector<ActivationParams> params;
  // One entry a value: equal numbers for values of the same group.
  std::vector<size_t> groups;
  // Add nodes whose output got a larger scale than its range asks for, because
  // an input's scale is more than 127 times as large.
  std::vector<std::string> raised_adds;
};

// Values fall into groups with one scale and zero point each:
//
// * the input and the output of an operator that KeepsQuantization; not so a
//   Pad with a value other than 0 behind a Softmax, whose scale is fixed;
// * a Concat's output and each of its inputs that nothing else reads (through
//   operators that keep the quantization, too): the producer then writes in the
//   Concat's scale. Any other input is requantized in front of the Concat.
//
// A group's range is the union of its values' ranges; of a constant that is an
// operand of Add, Mul or Concat, its own values. A Softmax's group has
// kSoftmaxOutputParams, whatever the scheme, and that of a value with a grid of
// its own (Value::grid) has that grid; groups with different ones stay apart.
// Nodes in FP32 (AssignPrecision) join nobody; what they compute has params
// where a node in INT8 reads it.
// REQUIRES: ranges are Calibrate's, or no node is in INT8.
AssignedParams AssignParams(const Graph& graph, const Ranges& ranges,
                            const ActivationScheme& scheme = {},
                            const PrecisionOptions& precision = {});

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_ASSIGN_PARAMS_H_
