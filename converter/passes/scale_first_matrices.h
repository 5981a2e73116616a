// Given:  MatMul, its output times a number (1 / sqrt(d) of attention).
// Result: its first matrix times that number: behind the layer that computes
//         the matrix, where only Transposes and the like stand between, so that
//         fold_channel_affine takes the number into weights; or in front of the
//         product, where the matrix is no larger than it.

#ifndef OCTET_CONVERTER_PASSES_SCALE_FIRST_MATRICES_H_
#define OCTET_CONVERTER_PASSES_SCALE_FIRST_MATRICES_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status ScaleFirstMatrices(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_SCALE_FIRST_MATRICES_H_
