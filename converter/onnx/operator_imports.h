// One function an ONNX operator, grouped by the file that defines them. Each
// reads its node's inputs and attributes, emits graph nodes and returns the
// node's first output; or says why the node cannot be imported.

#ifndef OCTET_CONVERTER_ONNX_OPERATOR_IMPORTS_H_
#define OCTET_CONVERTER_ONNX_OPERATOR_IMPORTS_H_

#include "converter/onnx/node_context.h"
#include "octet/status.h"

namespace octet::converter {

// convolution.cc
Status ImportConv(NodeContext& node);

// pooling.cc
Status ImportMaxPool(NodeContext& node);
Status ImportAveragePool(NodeContext& node);
Status ImportGlobalAveragePool(NodeContext& node);
Status ImportGlobalMaxPool(NodeContext& node);

// reduction.cc
Status ImportReduceMean(NodeContext& node);

// matmul.cc
Status ImportGemm(NodeContext& node);
Status ImportMatMul(NodeContext& node);

// elementwise.cc
Status ImportAdd(NodeContext& node);
Status ImportSub(NodeContext& node);
Status ImportMul(NodeContext& node);
Status ImportDiv(NodeContext& node);
Status ImportRelu(NodeContext& node);
Status ImportClip(NodeContext& node);

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

// constants.cc
Status ImportConstant(NodeContext& node);
Status ImportConstantOfShape(NodeContext& node);
Status ImportShape(NodeContext& node);
Status ImportCast(NodeContext& node);
Status ImportIdentity(NodeContext& node);
Status ImportDropout(NodeContext& node);

// integer_operators.cc: nodes whose inputs are all integers. They compute, and
// emit nothing.
Status FoldAdd(NodeContext& node);
Status FoldSub(NodeContext& node);
Status FoldMul(NodeContext& node);
Status FoldDiv(NodeContext& node);
Status FoldGather(NodeContext& node);
Status FoldConcat(NodeContext& node);
Status FoldSlice(NodeContext& node);
Status FoldReshape(NodeContext& node);
Status FoldSqueeze(NodeContext& node);
Status FoldUnsqueeze(NodeContext& node);
Status FoldTranspose(NodeContext& node);
Status FoldIdentity(NodeContext& node);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_ONNX_OPERATOR_IMPORTS_H_
