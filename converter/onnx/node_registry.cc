#include "converter/onnx/node_registry.h"

#include <algorithm>
#include <iterator>

#include "converter/onnx/operator_imports.h"

namespace octet::converter {
namespace {

constexpr NodeEntry kEntries[] = {
    {"Add", ImportAdd, FoldAdd},
    {"AveragePool", ImportAveragePool, nullptr},
    {"BatchNormalization", ImportBatchNormalization, nullptr},
    {"Cast", ImportCast, ImportCast},
    {"Clip", ImportClip, nullptr},
    {"Concat", ImportConcat, FoldConcat},
    {"Constant", ImportConstant, nullptr},
    {"ConstantOfShape", nullptr, ImportConstantOfShape},
    {"Conv", ImportConv, nullptr},
    {"Div", ImportDiv, FoldDiv},
    {"Dropout", ImportDropout, nullptr},
    {"Flatten", ImportFlatten, nullptr},
    {"Gather", nullptr, FoldGather},
    {"Gemm", ImportGemm, nullptr},
    {"GlobalAveragePool", ImportGlobalAveragePool, nullptr},
    {"GlobalMaxPool", ImportGlobalMaxPool, nullptr},
    {"Identity", ImportIdentity, FoldIdentity},
    {"MatMul", ImportMatMul, nullptr},
    {"MaxPool", ImportMaxPool, nullptr},
    {"Mul", ImportMul, FoldMul},
    {"Pad", ImportPad, nullptr},
    {"ReduceMean", ImportReduceMean, nullptr},
    {"Relu", ImportRelu, nullptr},
    {"Reshape", ImportReshape, FoldReshape},
    {"Shape", ImportShape, ImportShape},
    {"Slice", ImportSlice, FoldSlice},
    {"Softmax", ImportSoftmax, nullptr},
    {"Squeeze", ImportSqueeze, FoldSqueeze},
    {"Sub", ImportSub, FoldSub},
    {"Transpose", ImportTranspose, FoldTranspose},
    {"Unsqueeze", ImportUnsqueeze, FoldUnsqueeze},
};

constexpr const char* kShapeKeepingTypes[] = {
    "Abs",
    "Affine",
    "Ceil",
    "Celu",
    "CumSum",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "ImageScaler",
    "InstanceNormalization",
    "LayerNormalization",
    "LeakyRelu",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "LRN",
    "Mish",
    "Neg",
    "PRelu",
    "Pow",
    "Reciprocal",
    "Round",
    "Selu",
    "Sigmoid",
    "Sign",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Swish",
    "Tanh",
    "ThresholdedRelu",
};

}  // namespace

const NodeEntry* FindNodeEntry(const std::string& type) {
  const auto* entry =
      std::find_if(std::begin(kEntries), std::end(kEntries),
                   [&](const NodeEntry& e) { return type == e.type; });
  return entry == std::end(kEntries) ? nullptr : entry;
}

bool KeepsInputShape(const std::string& type) {
  return std::find(std::begin(kShapeKeepingTypes), std::end(kShapeKeepingTypes),
                   type) != std::end(kShapeKeepingTypes);
}

}  // namespace octet::converter
