#ifndef OCTET_CONVERTER_PASSES_RECOGNIZE_LAYER_NORMALIZATION_H_
#define OCTET_CONVERTER_PASSES_RECOGNIZE_LAYER_NORMALIZATION_H_

#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// Given: d / sqrt(mean(d^2) + epsilon) with d = x - mean(x), means over the
// last dimension, and behind it perhaps a Mul and an Add by constants of that
// dimension, as exporters without the operator write it.
// Result: one LayerNormalization.
Status RecognizeLayerNormalization(Graph& graph);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_PASSES_RECOGNIZE_LAYER_NORMALIZATION_H_
