// Given:  AveragePool2d over whole rows (or columns) -> AveragePool2d over what
//         is left of the picture: mean(3) followed by mean(2).
// Result: one AveragePool2d over the whole picture, which rounds once.

#ifndef OCTET_CONVERTER_PASSES_MERGE_AVERAGE_POOLS_H_
#define OCTET_CONVERTER_PASSES_MERGE_AVERAGE_POOLS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status MergeAveragePools(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_MERGE_AVERAGE_POOLS_H_
