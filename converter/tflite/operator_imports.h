// The functions that import one operator each; only the registry calls them.

#ifndef OCTET_CONVERTER_TFLITE_OPERATOR_IMPORTS_H_
#define OCTET_CONVERTER_TFLITE_OPERATOR_IMPORTS_H_

#include "converter/tflite/operator_context.h"
#include "octet/status.h"

namespace octet::converter {

// layers.cc
Status ImportTfliteConv2d(OperatorContext& op);
Status ImportTfliteDepthwiseConv2d(OperatorContext& op);
Status ImportTfliteFullyConnected(OperatorContext& op);
Status ImportTfliteTransposeConv(OperatorContext& op);
Status ImportTfliteBatchMatMul(OperatorContext& op);

// pooling.cc
Status ImportTfliteAveragePool2d(OperatorContext& op);
Status ImportTfliteMaxPool2d(OperatorContext& op);
Status ImportTfliteMean(OperatorContext& op);
Status ImportTfliteSum(OperatorContext& op);
Status ImportTfliteReduceMax(OperatorContext& op);
Status ImportTfliteReduceMin(OperatorContext& op);
Status ImportTfliteReduceProd(OperatorContext& op);
Status ImportTfliteL2Normalization(OperatorContext& op);
Status ImportTfliteLrn(OperatorContext& op);

// elementwise.cc
Status ImportTfliteAdd(OperatorContext& op);
Status ImportTfliteMul(OperatorContext& op);
Status ImportTfliteSub(OperatorContext& op);
Status ImportTfliteRelu(OperatorContext& op);
Status ImportTfliteRelu6(OperatorContext& op);
Status ImportTfliteReluN1To1(OperatorContext& op);
Status ImportTfliteRelu0To1(OperatorContext& op);
Status ImportTfliteSoftmax(OperatorContext& op);
// QUANTIZE and DEQUANTIZE: the same numbers, stored in another way.
Status ImportTfliteConversion(OperatorContext& op);

// resizing.cc
Status ImportTfliteResizeBilinear(OperatorContext& op);
Status ImportTfliteResizeNearestNeighbor(OperatorContext& op);

// arg_extrema.cc
Status ImportTfliteArgMax(OperatorContext& op);
Status ImportTfliteArgMin(OperatorContext& op);

// binary.cc
Status ImportTfliteBinary(OperatorContext& op);
Status ImportTfliteAddN(OperatorContext& op);
Status ImportTfliteDiv(OperatorContext& op);
Status ImportTfliteNotEqual(OperatorContext& op);
Status ImportTfliteSelect(OperatorContext& op);
Status ImportTfliteSquaredDifference(OperatorContext& op);

// functions.cc
Status ImportTfliteUnary(OperatorContext& op);
Status ImportTfliteGelu(OperatorContext& op);
Status ImportTfliteLogSoftmax(OperatorContext& op);
Status ImportTfliteRsqrt(OperatorContext& op);
Status ImportTfliteSquare(OperatorContext& op);
Status ImportTfliteElu(OperatorContext& op);
Status ImportTfliteHardSwish(OperatorContext& op);
Status ImportTfliteLeakyRelu(OperatorContext& op);
Status ImportTfliteLogistic(OperatorContext& op);
Status ImportTfliteTanh(OperatorContext& op);

// data_movement.cc
Status ImportTfliteConcatenation(OperatorContext& op);
Status ImportTflitePack(OperatorContext& op);
Status ImportTflitePad(OperatorContext& op);
// RESHAPE, SQUEEZE, EXPAND_DIMS: the file has the output's shape.
Status ImportTfliteReshape(OperatorContext& op);
Status ImportTfliteShape(OperatorContext& op);
Status ImportTfliteTranspose(OperatorContext& op);

// gathering.cc
Status ImportTfliteBroadcastTo(OperatorContext& op);
Status ImportTfliteCast(OperatorContext& op);
Status ImportTfliteCumsum(OperatorContext& op);
Status ImportTfliteGather(OperatorContext& op);
Status ImportTfliteGatherNd(OperatorContext& op);
Status ImportTfliteMirrorPad(OperatorContext& op);
Status ImportTfliteReverse(OperatorContext& op);
Status ImportTfliteTile(OperatorContext& op);
Status ImportTfliteTopK(OperatorContext& op);

// blocks.cc
Status ImportTfliteBatchToSpace(OperatorContext& op);
Status ImportTfliteDepthToSpace(OperatorContext& op);
Status ImportTfliteSpaceToBatch(OperatorContext& op);
Status ImportTfliteSpaceToDepth(OperatorContext& op);

// slicing.cc
Status ImportTfliteSlice(OperatorContext& op);
Status ImportTfliteStridedSlice(OperatorContext& op);
Status ImportTfliteSplit(OperatorContext& op);
Status ImportTfliteSplitV(OperatorContext& op);
Status ImportTfliteUnpack(OperatorContext& op);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_OPERATOR_IMPORTS_H_
