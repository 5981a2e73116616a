// LOGISTIC, TANH, ELU, HARD_SWISH, LEAKY_RELU of integers: tables.

#include <cmath>
#include <utility>

#include "converter/tflite/operator_imports.h"
#include "converter/tflite/tensor_data.h"
#include "converter/tflite/value_tables.h"

namespace octet::converter {
namespace {

double Sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }
double Tanh(double x) { return std::tanh(x); }
double Elu(double x) { return x < 0.0 ? std::expm1(x) : x; }

// Calls make(how the input is stored, how the output is) for the table.
template <typename Make>
Status ReturnTable(OperatorContext& op, Make make) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const StoredAs to, ReadStoredAs(op.output_tensor(0)));
  const StoredAs from = op.stored(input);
  if (from.scale.size() != 1 || to.scale.size() != 1) {
    return Unsupported("this function is supported on integers alone");
  }
  OCTET_ASSIGN_OR_RETURN(schema::LookupT table, make(from, to));
  return op.ReturnLookup(std::move(table.values), input);
}

Status ReturnFunction(OperatorContext& op, double (*function)(double)) {
  return ReturnTable(
      op,
      [&](const StoredAs& from, const StoredAs& to) -> Result<schema::LookupT> {
        return FunctionTable(from, to, function);
      });
}

}  // namespace

Status ImportTfliteLogistic(OperatorContext& op) {
  return ReturnFunction(op, Sigmoid);
}

Status ImportTfliteTanh(OperatorContext& op) {
  return ReturnFunction(op, Tanh);
}

Status ImportTfliteElu(OperatorContext& op) { return ReturnFunction(op, Elu); }

Status ImportTfliteHardSwish(OperatorContext& op) {
  return ReturnTable(op, HardSwishTable);
}

Status ImportTfliteLeakyRelu(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::LeakyReluOptions>());
  return ReturnTable(op, [&](const StoredAs& from, const StoredAs& to) {
    return LeakyReluTable(from, to, options->alpha());
  });
}

}  // namespace octet::converter
