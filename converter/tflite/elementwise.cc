// Sums, products, activations, softmax, and conversions between ways to store
// numbers.

#include <cmath>
#include <string>
#include <utility>

#include "converter/tflite/operator_imports.h"
#include "converter/tflite/tensor_data.h"
#include "converter/tflite/window.h"

namespace octet::converter {
namespace {

Status ImportClamp(OperatorContext& op, tflite::Activation activation) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const FloatClamp clamp, ClampOf(activation));
  return op.Return(Clamp{clamp}, {input});
}

template <typename Options>
Result<FloatClamp> FusedClamp(const OperatorContext& op) {
  const auto* options = op.options<Options>();
  return ClampOf(options == nullptr ? tflite::Activation::NONE
                                    : options->fused_activation_function());
}

// A commutative operator: a constant is its second input in the graph.
template <typename Options, typename Sum>
Status ImportCommutative(OperatorContext& op, Sum node) {
  OCTET_ASSIGN_OR_RETURN(ValueId a, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(ValueId b, op.Input(1));
  OCTET_ASSIGN_OR_RETURN(node.clamp, FusedClamp<Options>(op));
  if (op.is_constant(a)) std::swap(a, b);
  return op.Return(node, {a, b});
}

bool IsOfPlainIntegers(const OperatorContext& op) {
  return op.HasInput(0) && GraphType(op.input_tensor(0)) == DataType::INT64;
}

// Of integers, which are most often sizes.
Status ReturnIntegers(OperatorContext& op, schema::BinaryFunction function) {
  OCTET_ASSIGN_OR_RETURN(const ValueId a, op.AnyInput(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, op.AnyInput(1));
  return op.Return(Binary{function, {}}, {a, b});
}

}  // namespace

Status ImportTfliteAdd(OperatorContext& op) {
  if (IsOfPlainIntegers(op)) {
    return ReturnIntegers(op, schema::BinaryFunction::ADD);
  }
  return ImportCommutative<tflite::AddOptions>(op, Add());
}

Status ImportTfliteMul(OperatorContext& op) {
  if (IsOfPlainIntegers(op)) {
    return ReturnIntegers(op, schema::BinaryFunction::MUL);
  }
  return ImportCommutative<tflite::MulOptions>(op, Mul());
}

Status ImportTfliteSub(OperatorContext& op) {
  if (IsOfPlainIntegers(op)) {
    return ReturnIntegers(op, schema::BinaryFunction::SUB);
  }
  OCTET_ASSIGN_OR_RETURN(const ValueId a, op.Input(0));
  OCTET_ASSIGN_OR_RETURN(const ValueId b, op.Input(1));
  OCTET_ASSIGN_OR_RETURN(const FloatClamp clamp,
                         FusedClamp<tflite::SubOptions>(op));
  if (op.is_quantized(a) || !op.is_constant(b)) {
    return op.Return(Binary{schema::BinaryFunction::SUB, clamp}, {a, b});
  }
  std::vector<float> negated = op.data(b);
  for (float& x : negated) x = -x;
  const Shape shape = op.shape(b);
  const ValueId minus_b = op.AddConstant("/negated", shape, std::move(negated));
  return op.Return(Add{clamp}, {a, minus_b});
}

Status ImportTfliteRelu(OperatorContext& op) {
  return ImportClamp(op, tflite::Activation::RELU);
}

Status ImportTfliteRelu6(OperatorContext& op) {
  return ImportClamp(op, tflite::Activation::RELU6);
}

Status ImportTfliteReluN1To1(OperatorContext& op) {
  return ImportClamp(op, tflite::Activation::RELU_N1_TO_1);
}

Status ImportTfliteRelu0To1(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  return op.Return(Clamp{{0.0f, 1.0f}}, {input});
}

Status ImportTfliteSoftmax(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const auto* options,
                         op.RequireOptions<tflite::SoftmaxOptions>());
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const float beta = options->beta();
  if (!(beta > 0.0f) || std::isinf(beta)) {
    return InvalidModel("beta is " + std::to_string(beta));
  }
  if (op.is_quantized(input)) return op.ReturnSoftmax(beta, input);
  if (beta == 1.0f) return op.Return(Softmax(), {input});
  const ValueId factor = op.AddConstant("/beta", Shape{}, {beta});
  OCTET_ASSIGN_OR_RETURN(const ValueId scaled,
                         op.Emit(Mul(), {input, factor}, input, "/times_beta"));
  return op.Return(Softmax(), {scaled});
}

Status ImportTfliteConversion(OperatorContext& op) {
  OCTET_ASSIGN_OR_RETURN(const ValueId input, op.Input(0));
  const bool to_floats =
      op.output_tensor(0).type == tflite::TensorType::FLOAT32;
  if (op.is_constant(input) && to_floats) {
    op.ReturnValue(input);  // read as floats already
    return OkStatus();
  }
  return op.Return(Identity(), {input});
}

}  // namespace octet::converter
