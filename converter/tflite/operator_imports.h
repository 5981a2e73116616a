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

// pooling.cc
Status ImportTfliteAveragePool2d(OperatorContext& op);
Status ImportTfliteMaxPool2d(OperatorContext& op);
Status ImportTfliteMean(OperatorContext& op);

// elementwise.cc
Status ImportTfliteAdd(OperatorContext& op);
Status ImportTfliteMul(OperatorContext& op);
Status ImportTfliteSub(OperatorContext& op);
Status ImportTfliteRelu(OperatorContext& op);
Status ImportTfliteRelu6(OperatorContext& op);
Status ImportTfliteReluN1To1(OperatorContext& op);
Status ImportTfliteSoftmax(OperatorContext& op);
// QUANTIZE and DEQUANTIZE: the same numbers, stored in another way.
Status ImportTfliteConversion(OperatorContext& op);

// functions.cc, of integers alone
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
Status ImportTfliteTranspose(OperatorContext& op);

// slicing.cc
Status ImportTfliteSlice(OperatorContext& op);
Status ImportTfliteStridedSlice(OperatorContext& op);
Status ImportTfliteSplit(OperatorContext& op);
Status ImportTfliteSplitV(OperatorContext& op);
Status ImportTfliteUnpack(OperatorContext& op);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_OPERATOR_IMPORTS_H_
