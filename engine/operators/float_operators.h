// The verify and make functions of the operators of float_operators.fbs, and of
// the FLOAT32 forms of others. Only the registry calls the former, only those
// others the latter.

#ifndef OCTET_ENGINE_OPERATORS_FLOAT_OPERATORS_H_
#define OCTET_ENGINE_OPERATORS_FLOAT_OPERATORS_H_

#include <memory>

#include "engine/network.h"
#include "engine/operators/operator.h"
#include "octet/status.h"

namespace octet {

using OperatorPointer = std::unique_ptr<Operator>;

Status VerifyQuantize(const Network& network, const Node& node);
OperatorPointer MakeQuantize(const PrepareContext& context, const Node& node);
Status VerifyDequantize(const Network& network, const Node& node);
OperatorPointer MakeDequantize(const PrepareContext& context, const Node& node);
Status VerifyCast(const Network& network, const Node& node);
OperatorPointer MakeCast(const PrepareContext& context, const Node& node);

Status VerifyUnary(const Network& network, const Node& node);
OperatorPointer MakeUnary(const PrepareContext& context, const Node& node);
Status VerifyBinary(const Network& network, const Node& node);
OperatorPointer MakeBinary(const PrepareContext& context, const Node& node);
Status VerifyFloatAdd(const Network& network, const Node& node);
OperatorPointer MakeFloatAdd(const PrepareContext& context, const Node& node);

Status VerifyFloatConv2d(const Network& network, const Node& node);
OperatorPointer MakeFloatConv2d(const PrepareContext& context,
                                const Node& node);
Status VerifyFloatFullyConnected(const Network& network, const Node& node);
OperatorPointer MakeFloatFullyConnected(const PrepareContext& context,
                                        const Node& node);
Status VerifyConvTranspose2d(const Network& network, const Node& node);
OperatorPointer MakeConvTranspose2d(const PrepareContext& context,
                                    const Node& node);
OperatorPointer MakeFloatConvTranspose2d(const PrepareContext& context,
                                         const Node& node);
Status VerifyMatMul(const Network& network, const Node& node);
OperatorPointer MakeMatMul(const PrepareContext& context, const Node& node);
Status VerifyMul(const Network& network, const Node& node);
OperatorPointer MakeMul(const PrepareContext& context, const Node& node);

Status VerifyGather(const Network& network, const Node& node);
OperatorPointer MakeGather(const PrepareContext& context, const Node& node);
Status VerifyGatherNd(const Network& network, const Node& node);
OperatorPointer MakeGatherNd(const PrepareContext& context, const Node& node);
Status VerifyGatherElements(const Network& network, const Node& node);
OperatorPointer MakeGatherElements(const PrepareContext& context,
                                   const Node& node);
Status VerifyExpand(const Network& network, const Node& node);
OperatorPointer MakeExpand(const PrepareContext& context, const Node& node);
Status VerifyWhere(const Network& network, const Node& node);
OperatorPointer MakeWhere(const PrepareContext& context, const Node& node);

// Of both poolings. REQUIRES: a FLOAT32 input.
Status VerifyFloatPool2d(const Network& network, const Node& node,
                         const Result<Window2dParams>& window,
                         const schema::FloatClamp* clamp);
OperatorPointer MakeFloatMaxPool2d(const PrepareContext& context,
                                   const Node& node);
OperatorPointer MakeFloatAveragePool2d(const PrepareContext& context,
                                       const Node& node);
Status VerifyFloatSoftmax(const Network& network, const Node& node);
OperatorPointer MakeFloatSoftmax(const PrepareContext& context,
                                 const Node& node);

Status VerifyLayerNormalization(const Network& network, const Node& node);
OperatorPointer MakeLayerNormalization(const PrepareContext& context,
                                       const Node& node);
Status VerifyLrn(const Network& network, const Node& node);
OperatorPointer MakeLrn(const PrepareContext& context, const Node& node);
Status VerifyReduce(const Network& network, const Node& node);
OperatorPointer MakeReduce(const PrepareContext& context, const Node& node);
Status VerifyArgExtremum(const Network& network, const Node& node);
OperatorPointer MakeArgExtremum(const PrepareContext& context,
                                const Node& node);
Status VerifyTopK(const Network& network, const Node& node);
OperatorPointer MakeTopK(const PrepareContext& context, const Node& node);
Status VerifyCumSum(const Network& network, const Node& node);
OperatorPointer MakeCumSum(const PrepareContext& context, const Node& node);
Status VerifyResize(const Network& network, const Node& node);
OperatorPointer MakeResize(const PrepareContext& context, const Node& node);
Status VerifyLstm(const Network& network, const Node& node);
OperatorPointer MakeLstm(const PrepareContext& context, const Node& node);
Status VerifyGru(const Network& network, const Node& node);
OperatorPointer MakeGru(const PrepareContext& context, const Node& node);
Status VerifyNonMaxSuppression(const Network& network, const Node& node);
OperatorPointer MakeNonMaxSuppression(const PrepareContext& context,
                                      const Node& node);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_FLOAT_OPERATORS_H_
