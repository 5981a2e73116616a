// The walk of eliminate_transposes.h that moves Transposes towards the outputs
// and joins those that meet.

#ifndef OCTET_CONVERTER_PASSES_SINK_TRANSPOSES_H_
#define OCTET_CONVERTER_PASSES_SINK_TRANSPOSES_H_

#include "converter/ir/graph.h"

namespace octet::converter {

// Walks once through the nodes in execution order. An operator that reads
// Transposes of one permutation p is applied in front of them instead:
//
//   f(T_p(a), T_p(b), constant)  becomes  T_p(f'(a, b, T_p^-1(constant)))
//
// f' is f with its axes renamed. Where another input is no such Transpose, the
// operator moves only for p = NHWC -> NCHW and that input gets the inverse
// Transpose: one of the two layouts has to win, or two Transposes would chase
// each other for ever. Then T_q(T_p(a)) becomes a single Transpose or, where
// the two cancel, a. Nodes that lost their readers stay.
void SinkTransposes(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_SINK_TRANSPOSES_H_
