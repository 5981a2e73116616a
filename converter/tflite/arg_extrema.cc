// ARG_MAX, ARG_MIN: INT64, whichever integers the file has.

#include "converter/ir/shape_arguments.h"
#include "converter/tflite/operator_imports.h"
#include "schema/shape_inference.h"

namespace octet::converter {
namespace {

Status ReturnArgExtremum(OperatorContext& op, bool largest) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const std::vector<int64_t> axis,
                         op.Integers(1, "the axis"));
  if (axis.size() != 1) return InvalidModel("the axis is not one number");
  ArgExtremum extremum;
  OCTET_ASSIGN_OR_RETURN(extremum.axis,
                         NormalizeAxis(axis[0], op.shape(input).rank));
  extremum.largest = largest;
  OCTET_ASSIGN_OR_RETURN(const ValueId kept,
                         op.EmitOutput(extremum, {input}, "/kept"));
  OCTET_ASSIGN_OR_RETURN(
      const Shape shape,
      op.OutputShape(InferArgExtremumShape(extremum.axis, /*keep_dims=*/false,
                                           op.shape(input))));
  return op.Return(Reshape{shape}, {kept});
}

}  // namespace

Status ImportTfliteArgMax(OperatorContext& op) {
  return ReturnArgExtremum(op, true);
}

Status ImportTfliteArgMin(OperatorContext& op) {
  return ReturnArgExtremum(op, false);
}

}  // namespace octet::converter
