#include "engine/operators/registry.h"

#include <cstdint>
#include <string>

#include "engine/operators/operators.h"

namespace octet {
namespace {

using Options = schema::OperatorOptions;

constexpr size_t kAny = SIZE_MAX;

constexpr OperatorType kTypes[] = {
    {Options::Conv2d, 3, 4, 2, VerifyConv2d, MakeConv2d},
    {Options::FullyConnected, 3, 4, 2, VerifyFullyConnected,
     MakeFullyConnected},
    {Options::MaxPool2d, 1, 1, 0, VerifyMaxPool2d, MakeMaxPool2d},
    {Options::AveragePool2d, 1, 1, 0, VerifyAveragePool2d, MakeAveragePool2d},
    {Options::Add, 2, 2, 0, VerifyAdd, MakeAdd},
    {Options::Requantize, 1, 1, 0, VerifyRequantize, MakeRequantize},
    {Options::Lookup, 1, 1, 0, VerifyLookup, MakeLookup},
    {Options::Softmax, 1, 1, 0, VerifySoftmax, MakeSoftmax},
    {Options::Concat, 1, kAny, 0, VerifyConcat, MakeConcat},
    {Options::Reshape, 1, 1, 0, VerifyReshape, MakeReshape},
    {Options::Transpose, 1, 1, 0, VerifyTranspose, MakeTranspose},
    {Options::Pad, 1, 1, 0, VerifyPad, MakePad},
    {Options::Slice, 1, 1, 0, VerifySlice, MakeSlice},
};

Status CheckInputs(const Network& network, const Node& node,
                   const OperatorType& type) {
  const size_t count = node.inputs.size();
  if (count < type.min_inputs || count > type.max_inputs) {
    return InvalidModel("there are " + std::to_string(count) + " inputs, not " +
                        std::to_string(type.min_inputs));
  }
  for (size_t i = 0; i < count; ++i) {
    const Tensor& tensor = network.input(node, i);
    const std::string title = TensorTitle(network, node.inputs[i]);
    if (!type.IsActivation(i)) {
      if (!tensor.is_constant()) {
        return InvalidModel(title + " must be a constant");
      }
    } else if (!tensor.is_per_tensor_int8()) {
      return InvalidModel(title +
                          " stands for an activation: it must be INT8 with "
                          "one scale");
    }
  }
  return OkStatus();
}

}  // namespace

const OperatorType* FindOperatorType(schema::OperatorOptions type) {
  for (const OperatorType& entry : kTypes) {
    if (entry.type == type) return &entry;
  }
  return nullptr;
}

const char* OperatorTypeName(schema::OperatorOptions type) {
  return FindOperatorType(type) == nullptr
             ? "unknown"
             : schema::EnumNameOperatorOptions(type);
}

Status VerifyOperator(const Network& network, const Node& node) {
  const OperatorType& type = *FindOperatorType(node.type);
  OCTET_RETURN_IF_ERROR(CheckInputs(network, node, type));
  return type.verify(network, node);
}

}  // namespace octet
