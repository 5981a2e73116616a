// Residual connections: which layers take the Add behind them into their own
// requantization.

#ifndef OCTET_CONVERTER_QUANTIZE_FUSE_RESIDUALS_H_
#define OCTET_CONVERTER_QUANTIZE_FUSE_RESIDUALS_H_

#include <cstdint>
#include <vector>

#include "converter/calibrate/range.h"
#include "converter/ir/graph.h"
#include "converter/quantize/precision.h"
#include "converter/quantize/quantization_params.h"

namespace octet::converter {

// An Add that a layer computes, as the schema's ResidualAdd.
struct ResidualFusion {
  int layer = -1;  // its node; -1: the Add stays an operator
  ValueId residual = kNoValue;
  int16_t multiplier = 0;
  int32_t fraction_bits = 0;
};

// One entry a node. An Add in INT8 is fused into the Conv2d (not depthwise) or
// FullyConnected that computes one of its inputs, if
//
// * the layer is in INT8 (AssignPrecision);
// * nothing else reads the layer's output, and it has no clamp of its own;
// * its calibrated values stay below 256 * 2^(6 - F) steps of the Add's output,
//   so that the kernel's t does not saturate on them.
//
// If both inputs could be fused, the later layer is: the other's output is then
// a tensor that exists already.
// REQUIRES: `params` is AssignParams(graph, ranges).params.
std::vector<ResidualFusion> FindResidualFusions(
    const Graph& graph, const Ranges& ranges,
    const std::vector<ActivationParams>& params,
    const PrecisionOptions& precision = {});

// The node that stands for a layer and its Add: the layer with the Add's output
// and clamp.
Node FuseNodes(const Node& layer, const Node& add);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_FUSE_RESIDUALS_H_
