#include "converter/ir/operators.h"

namespace octet::converter {
namespace {

struct NameVisitor {
  const char* operator()(const Conv2d&) const { return "Conv2d"; }
  const char* operator()(const FullyConnected&) const {
    return "FullyConnected";
  }
  const char* operator()(const MaxPool2d&) const { return "MaxPool2d"; }
  const char* operator()(const AveragePool2d&) const { return "AveragePool2d"; }
  const char* operator()(const Add&) const { return "Add"; }
  const char* operator()(const Mul&) const { return "Mul"; }
  const char* operator()(const Clamp&) const { return "Clamp"; }
  const char* operator()(const BatchNormalization&) const {
    return "BatchNormalization";
  }
  const char* operator()(const Softmax&) const { return "Softmax"; }
  const char* operator()(const Concat&) const { return "Concat"; }
  const char* operator()(const Reshape&) const { return "Reshape"; }
  const char* operator()(const Transpose&) const { return "Transpose"; }
  const char* operator()(const Pad&) const { return "Pad"; }
  const char* operator()(const Slice&) const { return "Slice"; }
  const char* operator()(const Identity&) const { return "Identity"; }
};

}  // namespace

const char* OperatorName(const Operator& op) {
  return std::visit(NameVisitor{}, op);
}

bool IsWeightedLayer(const Operator& op) {
  return std::holds_alternative<Conv2d>(op) ||
         std::holds_alternative<FullyConnected>(op);
}

FloatClamp* MutableClamp(Operator& op) {
  return std::visit(
      [](auto& alternative) -> FloatClamp* {
        if constexpr (requires { alternative.clamp; }) {
          return &alternative.clamp;
        } else {
          return nullptr;
        }
      },
      op);
}

const FloatClamp* FindClamp(const Operator& op) {
  return MutableClamp(const_cast<Operator&>(op));
}

}  // namespace octet::converter
