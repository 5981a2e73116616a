// Given:  Pad of height and width -> Conv2d, AveragePool2d or MaxPool2d.
// Result: larger pads of the window, where that computes the same:
//         * Conv2d: the Pad holds 0;
//         * AveragePool2d: the Pad holds 0 and the cells count, as they do
//           where the pool has no pads of its own or counts them already;
//         * MaxPool2d, whose padded cells never win: no value below the one
//           that the Pad holds can come from the producer.

#ifndef OCTET_CONVERTER_PASSES_FUSE_PADS_H_
#define OCTET_CONVERTER_PASSES_FUSE_PADS_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

Status FusePads(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_FUSE_PADS_H_
