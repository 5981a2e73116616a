// Given:  BatchNormalization, or Add or Mul by a constant, which is
//         y = scale[c] * x + bias[c] with c along one axis.
// Result: new weights and bias of the Conv2d or FullyConnected in front, where
//         that has no other reader and no clamp and c is its output channel:
//           weights[o, ...] * scale[o],  bias[o] * scale[o] + bias[o]
//         Of a Unary in front that has no other reader the scale and offset,
//         where all channels have the same.
//         Otherwise a depthwise 1x1 Conv2d, between Reshapes where the input is
//         no picture, and between Transposes where c is not the last axis.

#ifndef OCTET_CONVERTER_PASSES_FOLD_CHANNEL_AFFINE_H_
#define OCTET_CONVERTER_PASSES_FOLD_CHANNEL_AFFINE_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status FoldChannelAffine(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_FOLD_CHANNEL_AFFINE_H_
