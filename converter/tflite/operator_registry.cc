#include "converter/tflite/operator_registry.h"

#include "converter/tflite/operator_imports.h"

namespace octet::converter {
namespace {

using Code = tflite::BuiltinOperator;

struct Entry {
  Code code;
  ImportFunction import;
};

constexpr Entry kEntries[] = {
    {Code::ADD, ImportTfliteAdd},
    {Code::AVERAGE_POOL_2D, ImportTfliteAveragePool2d},
    {Code::CONCATENATION, ImportTfliteConcatenation},
    {Code::CONV_2D, ImportTfliteConv2d},
    {Code::DEPTHWISE_CONV_2D, ImportTfliteDepthwiseConv2d},
    {Code::DEQUANTIZE, ImportTfliteConversion},
    {Code::ELU, ImportTfliteElu},
    {Code::EXPAND_DIMS, ImportTfliteReshape},
    {Code::FULLY_CONNECTED, ImportTfliteFullyConnected},
    {Code::HARD_SWISH, ImportTfliteHardSwish},
    {Code::LEAKY_RELU, ImportTfliteLeakyRelu},
    {Code::LOGISTIC, ImportTfliteLogistic},
    {Code::MAX_POOL_2D, ImportTfliteMaxPool2d},
    {Code::MEAN, ImportTfliteMean},
    {Code::MUL, ImportTfliteMul},
    {Code::PACK, ImportTflitePack},
    {Code::PAD, ImportTflitePad},
    {Code::PADV2, ImportTflitePad},
    {Code::QUANTIZE, ImportTfliteConversion},
    {Code::RELU, ImportTfliteRelu},
    {Code::RELU6, ImportTfliteRelu6},
    {Code::RELU_N1_TO_1, ImportTfliteReluN1To1},
    {Code::RESHAPE, ImportTfliteReshape},
    {Code::SLICE, ImportTfliteSlice},
    {Code::SOFTMAX, ImportTfliteSoftmax},
    {Code::SPLIT, ImportTfliteSplit},
    {Code::SPLIT_V, ImportTfliteSplitV},
    {Code::SQUEEZE, ImportTfliteReshape},
    {Code::STRIDED_SLICE, ImportTfliteStridedSlice},
    {Code::SUB, ImportTfliteSub},
    {Code::TANH, ImportTfliteTanh},
    {Code::TRANSPOSE, ImportTfliteTranspose},
    {Code::UNPACK, ImportTfliteUnpack},
};

}  // namespace

ImportFunction FindImportFunction(tflite::BuiltinOperator code) {
  for (const Entry& entry : kEntries) {
    if (entry.code == code) return entry.import;
  }
  return nullptr;
}

}  // namespace octet::converter
