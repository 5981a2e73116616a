// Functions of one value. LOGISTIC, TANH, ELU, HARD_SWISH and LEAKY_RELU of
// quantized integers are tables.

#include <cmath>
#include <utility>

#include "converter/tflite/operator_imports.h"
#include "converter/tflite/tensor_data.h"
#include "converter/tflite/value_tables.h"

namespace octet::converter {
namespace {

using schema::UnaryFunction;

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double Tanh(double x) { return std::tanh(x); }
double Elu(double x) { return x < 0.0 ? std::expm1(x) : x; }

// Calls make(how the input is stored, how the output is) for the table.
template <typename Make>
Status ReturnTable(OperatorContext& op, Make make) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const StoredAs to, ReadStoredAs(op.output_tensor(0)));
  const StoredAs from = op.stored(input);
  if (to.scale.size() != 1) {
    return Unsupported("its input is quantized, its output is not");
  }
  OCTET_ASSIGN_OR_RETURN(schema::LookupT table, make(from, to));
  return op.ReturnLookup(std::move(table.values), input);
}

// `unary` on floats; on integers the table that make(from, to) gives.
template <typename Make>
Status ReturnUnaryOrTable(OperatorContext& op, const Unary& unary, Make make) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  if (!op.is_quantized(input)) return op.Return(unary, {input});
  return ReturnTable(op, make);
}

Status ReturnFunction(OperatorContext& op, UnaryFunction unary,
                      double (*function)(double)) {
  return ReturnUnaryOrTable(
      op, Unary{unary, 1.0f},
      [&](const StoredAs& from, const StoredAs& to) -> Result<schema::LookupT> {
        return FunctionTable(from, to, function);
      });
}

}  // namespace

Status ImportTfliteLogistic(OperatorContext& op) {
  return ReturnFunction(op, UnaryFunction::SIGMOID, Sigmoid);
}

Status ImportTfliteTanh(OperatorContext& op) {
  return ReturnFunction(op, UnaryFunction::TANH, Tanh);
}

Status ImportTfliteElu(OperatorContext& op) {
  return ReturnFunction(op, UnaryFunction::ELU, Elu);
}

Status ImportTfliteHardSwish(OperatorContext& op) {
  return ReturnUnaryOrTable(op, Unary{UnaryFunction::HARD_SWISH},
                            HardSwishTable);
}

Status ImportTfliteLeakyRelu(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::LeakyReluOptions>());
  return ReturnUnaryOrTable(op,
                            Unary{UnaryFunction::LEAKY_RELU, options->alpha()},
                            [&](const StoredAs& from, const StoredAs& to) {
                              return LeakyReluTable(from, to, options->alpha());
                            });
}

Status ImportTfliteUnary(OperatorContext& op) {
  constexpr std::pair<tflite::BuiltinOperator, UnaryFunction> kFunctions[] = {
      {tflite::BuiltinOperator::ABS, UnaryFunction::ABS},
      {tflite::BuiltinOperator::CEIL, UnaryFunction::CEIL},
      {tflite::BuiltinOperator::COS, UnaryFunction::COS},
      {tflite::BuiltinOperator::EXP, UnaryFunction::EXP},
      {tflite::BuiltinOperator::FLOOR, UnaryFunction::FLOOR},
      {tflite::BuiltinOperator::LOG, UnaryFunction::LOG},
      {tflite::BuiltinOperator::LOGICAL_NOT, UnaryFunction::NOT},
      {tflite::BuiltinOperator::NEG, UnaryFunction::NEG},
      {tflite::BuiltinOperator::ROUND, UnaryFunction::ROUND},
      {tflite::BuiltinOperator::SIN, UnaryFunction::SIN},
      {tflite::BuiltinOperator::SQRT, UnaryFunction::SQRT},
  };
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  for (const auto& [code, function] : kFunctions) {
    if (code == op.op().code) return op.Return(Unary{function}, {input});
  }
  return InternalError("this operator is not in the table of functions");
}

Status ImportTfliteGelu(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const auto* options = op.options<tflite::GeluOptions>();
  const bool approximate = options != nullptr && options->approximate();
  return op.Return(
      Unary{approximate ? UnaryFunction::GELU_TANH : UnaryFunction::GELU},
      {input});
}

Status ImportTfliteRsqrt(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId root, op.Emit(Unary{UnaryFunction::SQRT},
                                                     {input}, input, "/root"));
  return op.Return(Unary{UnaryFunction::RECIPROCAL}, {root});
}

Status ImportTfliteSquare(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  return op.Return(Mul(), {input, input});
}

Status ImportTfliteLogSoftmax(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  return op.Return(Softmax{/*logarithm=*/true}, {input});
}

}  // namespace octet::converter
