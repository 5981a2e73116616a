// The type of an operator's output, and which types it takes.

#ifndef OCTET_CONVERTER_IR_INFER_TYPE_H_
#define OCTET_CONVERTER_IR_INFER_TYPE_H_

#include <vector>

#include "converter/ir/operators.h"
#include "octet/status.h"

namespace octet::converter {

// An error says which input has a type that `op` does not take.
// REQUIRES: as many types as InferShape wants shapes.
Result<DataType> InferType(const Operator& op,
                           const std::vector<DataType>& input_types);

// "FLOAT32".
const char* TypeName(DataType type);

// INT32, INT64 or UINT8: not quantized, no truth value.
bool IsPlainInteger(DataType type);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_INFER_TYPE_H_
