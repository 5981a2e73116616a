// The shape of an operator's output: picks the rule of
// schema/shape_inference.h.

#ifndef OCTET_CONVERTER_IR_INFER_SHAPE_H_
#define OCTET_CONVERTER_IR_INFER_SHAPE_H_

#include <vector>

#include "converter/ir/operators.h"
#include "octet/shape.h"
#include "octet/status.h"

namespace octet::converter {

Result<Shape> InferShape(const Operator& op,
                         const std::vector<Shape>& input_shapes);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_INFER_SHAPE_H_
