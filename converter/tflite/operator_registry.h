// THE list of operators that can be imported.

#ifndef OCTET_CONVERTER_TFLITE_OPERATOR_REGISTRY_H_
#define OCTET_CONVERTER_TFLITE_OPERATOR_REGISTRY_H_

#include "converter/tflite/operator_context.h"
#include "octet/status.h"

namespace octet::converter {

using ImportFunction = Status (*)(OperatorContext& op);

// Null where `code` cannot be imported.
ImportFunction FindImportFunction(tflite::BuiltinOperator code);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_OPERATOR_REGISTRY_H_
