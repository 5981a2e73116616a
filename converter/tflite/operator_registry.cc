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
    {Code::ABS, ImportTfliteUnary},
    {Code::ADD, ImportTfliteAdd},
    {Code::ADD_N, ImportTfliteAddN},
    {Code::ARG_MAX, ImportTfliteArgMax},
    {Code::ARG_MIN, ImportTfliteArgMin},
    {Code::AVERAGE_POOL_2D, ImportTfliteAveragePool2d},
    {Code::BATCH_MATMUL, ImportTfliteBatchMatMul},
    {Code::BATCH_TO_SPACE_ND, ImportTfliteBatchToSpace},
    {Code::BROADCAST_TO, ImportTfliteBroadcastTo},
    {Code::CAST, ImportTfliteCast},
    {Code::CEIL, ImportTfliteUnary},
    {Code::CONCATENATION, ImportTfliteConcatenation},
    {Code::CONV_2D, ImportTfliteConv2d},
    {Code::COS, ImportTfliteUnary},
    {Code::CUMSUM, ImportTfliteCumsum},
    {Code::DEPTHWISE_CONV_2D, ImportTfliteDepthwiseConv2d},
    {Code::DEPTH_TO_SPACE, ImportTfliteDepthToSpace},
    {Code::DEQUANTIZE, ImportTfliteConversion},
    {Code::DIV, ImportTfliteDiv},
    {Code::ELU, ImportTfliteElu},
    {Code::EQUAL, ImportTfliteBinary},
    {Code::EXP, ImportTfliteUnary},
    {Code::EXPAND_DIMS, ImportTfliteReshape},
    {Code::FLOOR, ImportTfliteUnary},
    {Code::FULLY_CONNECTED, ImportTfliteFullyConnected},
    {Code::GATHER, ImportTfliteGather},
    {Code::GATHER_ND, ImportTfliteGatherNd},
    {Code::GELU, ImportTfliteGelu},
    {Code::GREATER, ImportTfliteBinary},
    {Code::GREATER_EQUAL, ImportTfliteBinary},
    {Code::HARD_SWISH, ImportTfliteHardSwish},
    {Code::L2_NORMALIZATION, ImportTfliteL2Normalization},
    {Code::LEAKY_RELU, ImportTfliteLeakyRelu},
    {Code::LESS, ImportTfliteBinary},
    {Code::LESS_EQUAL, ImportTfliteBinary},
    {Code::LOCAL_RESPONSE_NORMALIZATION, ImportTfliteLrn},
    {Code::LOG, ImportTfliteUnary},
    {Code::LOGICAL_AND, ImportTfliteBinary},
    {Code::LOGICAL_NOT, ImportTfliteUnary},
    {Code::LOGICAL_OR, ImportTfliteBinary},
    {Code::LOGISTIC, ImportTfliteLogistic},
    {Code::LOG_SOFTMAX, ImportTfliteLogSoftmax},
    {Code::MAXIMUM, ImportTfliteBinary},
    {Code::MAX_POOL_2D, ImportTfliteMaxPool2d},
    {Code::MEAN, ImportTfliteMean},
    {Code::MINIMUM, ImportTfliteBinary},
    {Code::MIRROR_PAD, ImportTfliteMirrorPad},
    {Code::MUL, ImportTfliteMul},
    {Code::NEG, ImportTfliteUnary},
    {Code::NOT_EQUAL, ImportTfliteNotEqual},
    {Code::PACK, ImportTflitePack},
    {Code::PAD, ImportTflitePad},
    {Code::PADV2, ImportTflitePad},
    {Code::POW, ImportTfliteBinary},
    {Code::PRELU, ImportTfliteBinary},
    {Code::QUANTIZE, ImportTfliteConversion},
    {Code::REDUCE_MAX, ImportTfliteReduceMax},
    {Code::REDUCE_MIN, ImportTfliteReduceMin},
    {Code::REDUCE_PROD, ImportTfliteReduceProd},
    {Code::RELU, ImportTfliteRelu},
    {Code::RELU6, ImportTfliteRelu6},
    {Code::RELU_0_TO_1, ImportTfliteRelu0To1},
    {Code::RELU_N1_TO_1, ImportTfliteReluN1To1},
    {Code::RESHAPE, ImportTfliteReshape},
    {Code::RESIZE_BILINEAR, ImportTfliteResizeBilinear},
    {Code::RESIZE_NEAREST_NEIGHBOR, ImportTfliteResizeNearestNeighbor},
    {Code::REVERSE_V2, ImportTfliteReverse},
    {Code::ROUND, ImportTfliteUnary},
    {Code::RSQRT, ImportTfliteRsqrt},
    {Code::SELECT, ImportTfliteSelect},
    {Code::SELECT_V2, ImportTfliteSelect},
    {Code::SHAPE, ImportTfliteShape},
    {Code::SIN, ImportTfliteUnary},
    {Code::SLICE, ImportTfliteSlice},
    {Code::SOFTMAX, ImportTfliteSoftmax},
    {Code::SPACE_TO_BATCH_ND, ImportTfliteSpaceToBatch},
    {Code::SPACE_TO_DEPTH, ImportTfliteSpaceToDepth},
    {Code::SPLIT, ImportTfliteSplit},
    {Code::SPLIT_V, ImportTfliteSplitV},
    {Code::SQRT, ImportTfliteUnary},
    {Code::SQUARE, ImportTfliteSquare},
    {Code::SQUARED_DIFFERENCE, ImportTfliteSquaredDifference},
    {Code::SQUEEZE, ImportTfliteReshape},
    {Code::STRIDED_SLICE, ImportTfliteStridedSlice},
    {Code::SUB, ImportTfliteSub},
    {Code::SUM, ImportTfliteSum},
    {Code::TANH, ImportTfliteTanh},
    {Code::TILE, ImportTfliteTile},
    {Code::TOPK_V2, ImportTfliteTopK},
    {Code::TRANSPOSE, ImportTfliteTranspose},
    {Code::TRANSPOSE_CONV, ImportTfliteTransposeConv},
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
