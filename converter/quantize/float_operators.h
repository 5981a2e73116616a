// Nodes in FP32, or on integers: the schema's operators with tensors of the
// graph's own types.

#ifndef OCTET_CONVERTER_QUANTIZE_FLOAT_OPERATORS_H_
#define OCTET_CONVERTER_QUANTIZE_FLOAT_OPERATORS_H_

#include "converter/ir/graph.h"
#include "converter/quantize/model_builder.h"
#include "octet/status.h"

namespace octet::converter {

// Appends `node` to the model, with its operands in their own types. An error
// says why, without the node's name.
Status AddFloatOperator(const Node& node, ModelBuilder& builder);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_FLOAT_OPERATORS_H_
