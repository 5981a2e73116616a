#include "engine/operators/registry.h"

#include <cstdint>
#include <string>

#include "engine/operators/checks.h"
#include "engine/operators/float_operators.h"
#include "engine/operators/operators.h"

namespace octet {
namespace {

using Options = schema::OperatorOptions;

constexpr size_t kAny = SIZE_MAX;

constexpr unsigned kQuantized = TypeBit(schema::DataType::INT8);
constexpr unsigned kFloat = TypeBit(schema::DataType::FLOAT32);
constexpr unsigned kBool = TypeBit(schema::DataType::BOOL);
constexpr unsigned kAnyType = kQuantized | kPlainTypes;

// type, inputs: least, most, constants; types of input 0, all the same; ...
constexpr OperatorType kTypes[] = {
    {Options::Conv2d, 3, 4, 2, kQuantized | kFloat, false, VerifyConv2d,
     MakeConv2d},
    {Options::FullyConnected, 3, 4, 2, kQuantized | kFloat, false,
     VerifyFullyConnected, MakeFullyConnected},
    {Options::MaxPool2d, 1, 1, 0, kQuantized | kFloat, true, VerifyMaxPool2d,
     MakeMaxPool2d},
    {Options::AveragePool2d, 1, 1, 0, kQuantized | kFloat, false,
     VerifyAveragePool2d, MakeAveragePool2d},
    {Options::Add, 2, 2, 0, kQuantized | kFloat, true, VerifyAdd, MakeAdd},
    {Options::Requantize, 1, 1, 0, kQuantized, true, VerifyRequantize,
     MakeRequantize},
    {Options::Lookup, 1, 1, 0, kQuantized, true, VerifyLookup, MakeLookup},
    {Options::Softmax, 1, 1, 0, kQuantized | kFloat, true, VerifySoftmax,
     MakeSoftmax},
    {Options::Concat, 1, kAny, 0, kAnyType, true, VerifyConcat, MakeConcat},
    {Options::Reshape, 1, 1, 0, kAnyType, true, VerifyReshape, MakeReshape},
    {Options::Transpose, 1, 1, 0, kAnyType, true, VerifyTranspose,
     MakeTranspose},
    {Options::Pad, 1, 1, 0, kAnyType, true, VerifyPad, MakePad},
    {Options::Slice, 1, 1, 0, kAnyType, true, VerifySlice, MakeSlice},
    {Options::Quantize, 1, 1, 0, kFloat, false, VerifyQuantize, MakeQuantize},
    {Options::Dequantize, 1, 1, 0, kQuantized, false, VerifyDequantize,
     MakeDequantize},
    {Options::Unary, 1, 1, 0, kPlainTypes, false, VerifyUnary, MakeUnary},
    {Options::Binary, 2, 2, 0, kPlainTypes, false, VerifyBinary, MakeBinary},
    {Options::Mul, 2, 2, 0, kQuantized, true, VerifyMul, MakeMul},
    {Options::MatMul, 2, 2, 0, kQuantized | kFloat, false, VerifyMatMul,
     MakeMatMul},
    {Options::ConvTranspose2d, 3, 3, 2, kQuantized | kFloat, true,
     VerifyConvTranspose2d, MakeConvTranspose2d},
    {Options::Gather, 2, 2, 0, kAnyType, false, VerifyGather, MakeGather},
    {Options::GatherNd, 2, 2, 0, kAnyType, false, VerifyGatherNd, MakeGatherNd},
    {Options::GatherElements, 2, 2, 0, kAnyType, false, VerifyGatherElements,
     MakeGatherElements},
    {Options::Expand, 1, 1, 0, kAnyType, true, VerifyExpand, MakeExpand},
    {Options::Where, 3, 3, 0, kBool, false, VerifyWhere, MakeWhere},
    {Options::Cast, 1, 1, 0, kPlainTypes, false, VerifyCast, MakeCast},
    {Options::Reduce, 1, 1, 0, kFloat | kIntegerTypes, true, VerifyReduce,
     MakeReduce},
    {Options::ArgExtremum, 1, 1, 0, kFloat | kQuantized, false,
     VerifyArgExtremum, MakeArgExtremum},
    {Options::TopK, 1, 1, 0, kFloat | kQuantized | kIntegerTypes, false,
     VerifyTopK, MakeTopK},
    {Options::LayerNormalization, 1, 3, 2, kFloat, true,
     VerifyLayerNormalization, MakeLayerNormalization},
    {Options::CumSum, 1, 1, 0, kFloat | kIntegerTypes, true, VerifyCumSum,
     MakeCumSum},
    {Options::Resize, 1, 1, 0, kFloat | kQuantized, true, VerifyResize,
     MakeResize},
    {Options::Lstm, 6, 7, 3, kFloat, true, VerifyLstm, MakeLstm},
    {Options::Gru, 5, 5, 3, kFloat, true, VerifyGru, MakeGru},
    {Options::NonMaxSuppression, 2, 2, 0, kFloat, false,
     VerifyNonMaxSuppression, MakeNonMaxSuppression},
    {Options::Lrn, 1, 1, 0, kFloat, true, VerifyLrn, MakeLrn},
};

Status CheckType(const Network& network, int index, const Tensor& first,
                 const OperatorType& type) {
  const Tensor& tensor = network.tensor(index);
  if (tensor.is(schema::DataType::INT8) && tensor.axis >= 0) {
    return InvalidModel(TensorTitle(network, index) +
                        " stands for an activation: it must have one scale");
  }
  if (&tensor == &first) {
    return CheckTensorType(network, index, type.input_types);
  }
  return type.one_type ? CheckTensorType(network, index, TypeBit(first.type))
                       : OkStatus();
}

Status CheckInputs(const Network& network, const Node& node,
                   const OperatorType& type) {
  const size_t count = node.inputs.size();
  if (count < type.min_inputs || count > type.max_inputs) {
    return InvalidModel("there are " + std::to_string(count) + " inputs, not " +
                        std::to_string(type.min_inputs));
  }
  const Tensor& first = network.input(node, 0);
  for (size_t i = 0; i < count; ++i) {
    const Tensor& tensor = network.input(node, i);
    if (tensor.codes != nullptr && !(i == 1 && TakesPackedWeights(type.type))) {
      return InvalidModel(TensorTitle(network, node.inputs[i]) +
                          " is packed; only the weights of a layer may be");
    }
    if (type.IsActivation(i)) {
      OCTET_RETURN_IF_ERROR(CheckType(network, node.inputs[i], first, type));
    } else if (!network.input(node, i).is_constant()) {
      return InvalidModel(TensorTitle(network, node.inputs[i]) +
                          " must be a constant");
    }
  }
  return CheckType(network, node.output, first, type);
}

}  // namespace

bool TakesPackedWeights(schema::OperatorOptions type) {
  return type == Options::Conv2d || type == Options::FullyConnected ||
         type == Options::ConvTranspose2d;
}

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
