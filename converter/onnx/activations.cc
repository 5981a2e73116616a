// Functions of one value: Unary.

#include <cmath>
#include <iterator>
#include <string>

#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

using schema::UnaryFunction;

// An ONNX type, its function, and the attributes that become alpha and beta
// with their defaults; null: none.
struct Activation {
  const char* type;
  UnaryFunction function;
  const char* alpha_name = nullptr;
  float alpha = 0.0f;
  const char* beta_name = nullptr;
  float beta = 0.0f;
};

constexpr Activation kActivations[] = {
    {"Abs", UnaryFunction::ABS},
    {"Ceil", UnaryFunction::CEIL},
    {"Celu", UnaryFunction::CELU, "alpha", 1.0f},
    {"Cos", UnaryFunction::COS},
    {"Elu", UnaryFunction::ELU, "alpha", 1.0f},
    {"Erf", UnaryFunction::ERF},
    {"Exp", UnaryFunction::EXP},
    {"Floor", UnaryFunction::FLOOR},
    {"HardSigmoid", UnaryFunction::HARD_SIGMOID, "alpha", 0.2f, "beta", 0.5f},
    {"HardSwish", UnaryFunction::HARD_SWISH},
    {"IsNaN", UnaryFunction::IS_NAN},
    {"LeakyRelu", UnaryFunction::LEAKY_RELU, "alpha", 0.01f},
    {"Log", UnaryFunction::LOG},
    {"Mish", UnaryFunction::MISH},
    {"Neg", UnaryFunction::NEG},
    {"Not", UnaryFunction::NOT},
    {"Reciprocal", UnaryFunction::RECIPROCAL},
    {"Round", UnaryFunction::ROUND},
    {"Selu", UnaryFunction::SELU, "alpha", 1.67326319217681884765625f, "gamma",
     1.05070102214813232421875f},
    {"Sigmoid", UnaryFunction::SIGMOID},
    {"Sign", UnaryFunction::SIGN},
    {"Sin", UnaryFunction::SIN},
    {"Softplus", UnaryFunction::SOFTPLUS},
    {"Softsign", UnaryFunction::SOFTSIGN},
    {"Sqrt", UnaryFunction::SQRT},
    {"Swish", UnaryFunction::SWISH, "alpha", 1.0f},
    {"Tan", UnaryFunction::TAN},
    {"Tanh", UnaryFunction::TANH},
    {"ThresholdedRelu", UnaryFunction::THRESHOLDED_RELU, "alpha", 1.0f},
};

Status ReturnUnary(NodeContext& node, const Unary& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, node.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId output, node.Emit(op, {input}));
  return node.Return(output);
}

}  // namespace

Status ImportUnary(NodeContext& node) {
  const Activation* entry = std::begin(kActivations);
  while (entry != std::end(kActivations) && node.type() != entry->type) ++entry;
  if (entry == std::end(kActivations)) {
    return InternalError(node.type() + " is not in the table of functions");
  }
  Unary op{entry->function, entry->alpha, entry->beta};
  if (entry->alpha_name != nullptr) {
    OCTET_ASSIGN_OR_RETURN(
        op.alpha, node.attributes().GetFloat(entry->alpha_name, entry->alpha));
  }
  if (entry->beta_name != nullptr) {
    OCTET_ASSIGN_OR_RETURN(
        op.beta, node.attributes().GetFloat(entry->beta_name, entry->beta));
  }
  return ReturnUnary(node, op);
}

Status ImportGelu(NodeContext& node) {
  const Result<std::string> approximate =
      node.attributes().GetString("approximate", "none");
  OCTET_RETURN_IF_ERROR(approximate.status());
  if (*approximate == "none") return ReturnUnary(node, {UnaryFunction::GELU});
  if (*approximate == "tanh") {
    return ReturnUnary(node, {UnaryFunction::GELU_TANH});
  }
  return InvalidModel("approximate is '" + *approximate + "'");
}

Status ImportIsInf(NodeContext& node) {
  OCTET_ASSIGN_OR_RETURN(const int64_t negative,
                         node.attributes().GetInt("detect_negative", 1));
  OCTET_ASSIGN_OR_RETURN(const int64_t positive,
                         node.attributes().GetInt("detect_positive", 1));
  return ReturnUnary(node, {UnaryFunction::IS_INF, negative != 0 ? 1.0f : 0.0f,
                            positive != 0 ? 1.0f : 0.0f});
}

}  // namespace octet::converter
