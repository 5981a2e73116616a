// Given:  ConvTranspose2d without dilation, of one group or with one output
//         channel a group.
// Result: Conv2d, and where it has a stride, Reshapes and Transposes that lay
//         its channels out as pixels, and a Slice where the edges are cut off.
//
// With stride s, output t is a sum over the inputs y for which the tap
// t + pad - s * y exists; those are the same for every s-th t. So the outputs
// of one remainder, a phase, are a convolution of stride 1 with every s-th tap,
// and all phases are one Conv2d with s times the channels (in each direction).
// It has an int8 form, kernels on every instruction set and a weight scale for
// each phase of a channel.

#ifndef OCTET_CONVERTER_PASSES_LOWER_TRANSPOSED_CONVOLUTIONS_H_
#define OCTET_CONVERTER_PASSES_LOWER_TRANSPOSED_CONVOLUTIONS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status LowerTransposedConvolutions(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_LOWER_TRANSPOSED_CONVOLUTIONS_H_
