// The activations of a network that are chosen ranges for together.

#ifndef OCTET_CONVERTER_EVALUATE_ACTIVATION_GROUPS_H_
#define OCTET_CONVERTER_EVALUATE_ACTIVATION_GROUPS_H_

#include <vector>

#include "converter/ir/graph.h"
#include "converter/quantize/assign_params.h"
#include "converter/quantize/quantizer.h"

namespace octet::converter {

// Activations that share a scale, in order of execution; without those that are
// FP32 wherever they are read.
std::vector<std::vector<ValueId>> FindActivationGroups(
    const Graph& graph, const QuantizeOptions& options,
    const AssignedParams& assigned);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_ACTIVATION_GROUPS_H_
