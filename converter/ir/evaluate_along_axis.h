// ArgExtremum, TopK and CumSum of constants: operators along one axis.

#ifndef OCTET_CONVERTER_IR_EVALUATE_ALONG_AXIS_H_
#define OCTET_CONVERTER_IR_EVALUATE_ALONG_AXIS_H_

#include "converter/ir/graph.h"

namespace octet::converter {

// REQUIRES, for all: `input` is a constant that the operator takes.
ConstantData EvaluateArgExtremum(const ArgExtremum& op, const Value& input);
ConstantData EvaluateTopK(const TopK& op, const Value& input);
ConstantData EvaluateCumSum(const CumSum& op, const Value& input);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_EVALUATE_ALONG_AXIS_H_
