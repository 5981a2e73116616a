// Given:  operators in NHWC between Transposes NCHW -> NHWC and back, as an
//         importer of a channels-first format leaves them.
// Result: as few Transposes as the operators need:
//         * a Transpose moves behind operators that treat all axes alike
//           (their axes and constants are permuted instead), meets the next
//           one, and the two become one or none;
//         * a graph input of 4 dimensions from which such operators lead to a
//           Transpose NCHW -> NHWC becomes NHWC; any other input keeps its
//           layout, and a reader that wants NCHW gets a Transpose;
//         * a graph output of 4 dimensions that comes from a Transpose NHWC ->
//           NCHW becomes NHWC; any other output keeps its layout;
//         * a Transpose that only moves dimensions of size 1 becomes a Reshape.
//
// Graph inputs and outputs keep their names.
//
//   x -to NHWC- Conv -to NCHW- Relu -to NHWC- Conv -to NCHW- y
//   x(NHWC) ---- Conv --------- Relu --------- Conv -------- y(NHWC)

#ifndef OCTET_CONVERTER_PASSES_ELIMINATE_TRANSPOSES_H_
#define OCTET_CONVERTER_PASSES_ELIMINATE_TRANSPOSES_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status EliminateTransposes(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_ELIMINATE_TRANSPOSES_H_
