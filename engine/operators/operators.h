// The verify and make functions of every operator, one file each. Only the
// registry calls them.

#ifndef OCTET_ENGINE_OPERATORS_OPERATORS_H_
#define OCTET_ENGINE_OPERATORS_OPERATORS_H_

#include <memory>

#include "engine/network.h"
#include "engine/operators/operator.h"
#include "octet/status.h"

namespace octet {

using OperatorPointer = std::unique_ptr<Operator>;

Status VerifyConv2d(const Network& network, const Node& node);
OperatorPointer MakeConv2d(const PrepareContext& context, const Node& node);
// For groups == input channels == output channels; MakeConv2d calls it.
OperatorPointer MakeDepthwiseConv2d(const PrepareContext& context,
                                    const Node& node);
// Null where the layer is not a 3x3 convolution that Winograd's form computes
// exactly and in fewer steps; MakeConv2d calls it.
OperatorPointer MakeWinogradConv2d(const PrepareContext& context,
                                   const Node& node);

Status VerifyFullyConnected(const Network& network, const Node& node);
OperatorPointer MakeFullyConnected(const PrepareContext& context,
                                   const Node& node);

Status VerifyMaxPool2d(const Network& network, const Node& node);
OperatorPointer MakeMaxPool2d(const PrepareContext& context, const Node& node);

Status VerifyAveragePool2d(const Network& network, const Node& node);
OperatorPointer MakeAveragePool2d(const PrepareContext& context,
                                  const Node& node);

Status VerifyAdd(const Network& network, const Node& node);
OperatorPointer MakeAdd(const PrepareContext& context, const Node& node);

Status VerifyRequantize(const Network& network, const Node& node);
OperatorPointer MakeRequantize(const PrepareContext& context, const Node& node);

Status VerifyLookup(const Network& network, const Node& node);
OperatorPointer MakeLookup(const PrepareContext& context, const Node& node);

Status VerifySoftmax(const Network& network, const Node& node);
OperatorPointer MakeSoftmax(const PrepareContext& context, const Node& node);

Status VerifyConcat(const Network& network, const Node& node);
OperatorPointer MakeConcat(const PrepareContext& context, const Node& node);

Status VerifyReshape(const Network& network, const Node& node);
OperatorPointer MakeReshape(const PrepareContext& context, const Node& node);

Status VerifyTranspose(const Network& network, const Node& node);
OperatorPointer MakeTranspose(const PrepareContext& context, const Node& node);

Status VerifyPad(const Network& network, const Node& node);
OperatorPointer MakePad(const PrepareContext& context, const Node& node);

Status VerifySlice(const Network& network, const Node& node);
OperatorPointer MakeSlice(const PrepareContext& context, const Node& node);

// With rounding TFLITE; the functions above call them. The checks are those of
// the fields that this rounding reads.
Status CheckTfliteAdd(const schema::Add& options);
OperatorPointer MakeTfliteAdd(const PrepareContext& context, const Node& node);
Status CheckTfliteAveragePool2d(const Network& network, const Node& node);
Status CheckTfliteMean(const schema::AveragePool2d& options);
OperatorPointer MakeTfliteAveragePool2d(const PrepareContext& context,
                                        const Node& node);
OperatorPointer MakeTfliteMul(const PrepareContext& context, const Node& node);
Status CheckTfliteResize(const Network& network, const Node& node);
OperatorPointer MakeTfliteResize(const PrepareContext& context,
                                 const Node& node);
OperatorPointer MakeTfliteRequantize(const PrepareContext& context,
                                     const Node& node);
Status CheckTfliteSoftmax(const schema::Softmax& options, const Shape& shape);
OperatorPointer MakeTfliteSoftmax(const PrepareContext& context,
                                  const Node& node);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_OPERATORS_H_
