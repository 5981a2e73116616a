// One function an ONNX operator, grouped by the file that defines them. Each
// reads its node's inputs and attributes, emits graph nodes and returns the
// node's first output; or says why the node cannot be imported.

#ifndef OCTET_CONVERTER_ONNX_OPERATOR_IMPORTS_H_
#define OCTET_CONVERTER_ONNX_OPERATOR_IMPORTS_H_

#include <string>

#include "converter/onnx/node_context.h"
#include "octet/status.h"

namespace octet::converter {

// convolution.cc
Status ImportConv(NodeContext& node);
Status ImportConvTranspose(NodeContext& node);

// pooling.cc
Status ImportMaxPool(NodeContext& node);
Status ImportAveragePool(NodeContext& node);
Status ImportGlobalAveragePool(NodeContext& node);
Status ImportGlobalMaxPool(NodeContext& node);

// reduction.cc
Status ImportReduceMean(NodeContext& node);
Status ImportReduce(NodeContext& node);

// matmul.cc
Status ImportGemm(NodeContext& node);
Status ImportMatMul(NodeContext& node);

// einsum.cc
Status ImportEinsum(NodeContext& node);

// elementwise.cc
Status ImportAdd(NodeContext& node);
Status ImportSub(NodeContext& node);
Status ImportMul(NodeContext& node);
Status ImportDiv(NodeContext& node);
Status ImportMod(NodeContext& node);
Status ImportPow(NodeContext& node);
Status ImportPRelu(NodeContext& node);
Status ImportWhere(NodeContext& node);
// Comparisons and logic.
Status ImportBinary(NodeContext& node);
// Max, Min, Sum, Mean.
Status ImportVariadic(NodeContext& node);
Status ImportRelu(NodeContext& node);
Status ImportClip(NodeContext& node);

// activations.cc
Status ImportUnary(NodeContext& node);
Status ImportGelu(NodeContext& node);
Status ImportIsInf(NodeContext& node);

// casts.cc
Status ImportCast(NodeContext& node);
Status ImportCastLike(NodeContext& node);
// A Cast, or the input itself where it has the type.
Result<ValueId> EmitCast(NodeContext& node, ValueId input, DataType type,
                         const std::string& suffix);

// non_max_suppression.cc
Status ImportNonMaxSuppression(NodeContext& node);

// gathering.cc
Status ImportGather(NodeContext& node);
Status ImportGatherElements(NodeContext& node);
Status ImportGatherNd(NodeContext& node);
Status ImportExpand(NodeContext& node);
Status ImportTile(NodeContext& node);
Status ImportCumSum(NodeContext& node);
Status ImportTopK(NodeContext& node);
Status ImportArgExtremum(NodeContext& node);

// resizing.cc
Status ImportResize(NodeContext& node);
Status ImportDepthToSpace(NodeContext& node);
Status ImportSpaceToDepth(NodeContext& node);

// recurrent.cc
Status ImportLstm(NodeContext& node);
Status ImportGru(NodeContext& node);

// layer_normalization.cc
Status ImportLayerNormalization(NodeContext& node);
Status ImportInstanceNormalization(NodeContext& node);
Status ImportGroupNormalization(NodeContext& node);
Status ImportLrn(NodeContext& node);

// quantized.cc
Status ImportQuantizeLinear(NodeContext& node);
Status ImportDequantizeLinear(NodeContext& node);
Status ImportDynamicQuantizeLinear(NodeContext& node);

// qlinear.cc
Status ImportMatMulInteger(NodeContext& node);
Status ImportConvInteger(NodeContext& node);
Status ImportQGemm(NodeContext& node);
Status ImportQLinearBinary(NodeContext& node);
Status ImportQLinearConcat(NodeContext& node);
Status ImportQLinearConv(NodeContext& node);
Status ImportQLinearMatMul(NodeContext& node);
Status ImportQLinearUnary(NodeContext& node);

// normalization.cc
Status ImportBatchNormalization(NodeContext& node);
Status ImportSoftmax(NodeContext& node);

// shape_operators.cc: the same elements in another shape or order
Status ImportFlatten(NodeContext& node);
Status ImportReshape(NodeContext& node);
Status ImportSqueeze(NodeContext& node);
Status ImportUnsqueeze(NodeContext& node);
Status ImportTranspose(NodeContext& node);
Status ImportConcat(NodeContext& node);

// slicing.cc
Status ImportPad(NodeContext& node);
Status ImportSlice(NodeContext& node);
Status ImportSplit(NodeContext& node);

// constants.cc
Status ImportConstant(NodeContext& node);
Status ImportConstantOfShape(NodeContext& node);
Status ImportRange(NodeContext& node);
Status ImportShape(NodeContext& node);
Status ImportSize(NodeContext& node);
Status ImportIdentity(NodeContext& node);
Status ImportDropout(NodeContext& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_OPERATOR_IMPORTS_H_
