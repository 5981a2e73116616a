// Operators of two or more tensors, value by value, beside sums and products.

#include <string>
#include <utility>
#include <vector>

#include "converter/tflite/operator_imports.h"
#include "converter/tflite/window.h"

namespace octet::converter {
namespace {

using Code = tflite::BuiltinOperator;
using schema::BinaryFunction;
using schema::UnaryFunction;

Result<std::vector<ValueId>> TwoInputs(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, op.AnyInput(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, op.AnyInput(1));
  return std::vector<ValueId>{a, b};
}

}  // namespace

Status ImportTfliteBinary(OperatorContext& op) {
  constexpr std::pair<Code, BinaryFunction> kFunctions[] = {
      {Code::EQUAL, BinaryFunction::EQUAL},
      {Code::GREATER, BinaryFunction::GREATER},
      {Code::GREATER_EQUAL, BinaryFunction::GREATER_OR_EQUAL},
      {Code::LESS, BinaryFunction::LESS},
      {Code::LESS_EQUAL, BinaryFunction::LESS_OR_EQUAL},
      {Code::LOGICAL_AND, BinaryFunction::AND},
      {Code::LOGICAL_OR, BinaryFunction::OR},
      {Code::MAXIMUM, BinaryFunction::MAXIMUM},
      {Code::MINIMUM, BinaryFunction::MINIMUM},
      {Code::POW, BinaryFunction::POW},
      {Code::PRELU, BinaryFunction::PRELU},
  };
  OCTET_ASSIGN_OR_RETURN(std::vector<ValueId> inputs, TwoInputs(op));
  for (const auto& [code, function] : kFunctions) {
    if (code != op.op().code) continue;
    return op.Return(Binary{function, {}}, std::move(inputs));
  }
  return InternalError("this operator is not in the table of functions");
}

Status ImportTfliteDiv(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(std::vector<ValueId> inputs, TwoInputs(op));
  const auto* options = op.options<tflite::DivOptions>();
  Binary divide{BinaryFunction::DIV, {}};
  if (options != nullptr) {
    OCTET_ASSIGN_OR_RETURN(divide.clamp,
                           ClampOf(options->fused_activation_function()));
  }
  return op.Return(divide, std::move(inputs));
}

Status ImportTfliteNotEqual(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(std::vector<ValueId> inputs, TwoInputs(op));
  OCTET_ASSIGN_OR_RETURN(const ValueId equal,
                         op.EmitOutput(Binary{BinaryFunction::EQUAL, {}},
                                       std::move(inputs), "/equal"));
  return op.Return(Unary{UnaryFunction::NOT}, {equal});
}

Status ImportTfliteSquaredDifference(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(std::vector<ValueId> inputs, TwoInputs(op));
  OCTET_ASSIGN_OR_RETURN(const ValueId difference,
                         op.EmitOutput(Binary{BinaryFunction::SUB, {}},
                                       std::move(inputs), "/difference"));
  return op.Return(Mul(), {difference, difference});
}

Status ImportTfliteAddN(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(ValueId sum, op.Input(0));
  if (op.num_inputs() == 1) return op.Return(Identity(), {sum});
  for (size_t i = 1; i < op.num_inputs(); ++i) {
    OCTET_ASSIGN_OR_RETURN(const ValueId next, op.Input(i));
    if (i + 1 == op.num_inputs()) return op.Return(Add(), {sum, next});
    OCTET_ASSIGN_OR_RETURN(
        sum, op.EmitOutput(Add(), {sum, next}, "/sum_" + std::to_string(i)));
  }
  return InvalidModel("there is no input");
}

Status ImportTfliteSelect(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId condition, op.IntegerInput(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId a, op.AnyInput(1));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, op.AnyInput(2));
  // The older operator repeats a vector along the first dimension.
  if (op.op().code == Code::SELECT && op.shape(condition).rank == 1 &&
      op.shape(a).rank > 1) {
    return Unsupported("a condition for whole rows is not supported");
  }
  return op.Return(Where(), {condition, a, b});
}

}  // namespace octet::converter
