// Layers: what Conv2d and FullyConnected have in common, weights, bias and
// requantization of each output channel.

#ifndef OCTET_ENGINE_OPERATORS_LAYER_H_
#define OCTET_ENGINE_OPERATORS_LAYER_H_

#include <cstddef>

#include "engine/network.h"
#include "kernels/gemm.h"
#include "kernels/pack.h"
#include "octet/status.h"

namespace octet {

// The parts of a layer's options.
struct LayerOptions {
  const schema::Clamp* clamp;
  const schema::Requantization* requantization;
  schema::Rounding rounding;
  const schema::ResidualAdd* residual;  // null: none
};

// The input of a layer that is added to its output.
inline constexpr size_t kResidualInput = 3;

// Checks the residual and inputs 1 (weights, their first dimension the output
// channels) and 2 (bias) of `node`, the options, and that no accumulator can
// overflow:
//   max(zero_point + 128, 127 - zero_point) * sum |w[c]| + |bias[c]| < 2^31
Status VerifyLayer(const Network& network, const Node& node,
                   const LayerOptions& options);

// The layer as the packer takes it; points into the file. REQUIRES: verified.
LayerWeights ReadLayer(const Network& network, const Node& node,
                       const schema::Requantization& requantization);

// The residual as kernels take it, without its place. REQUIRES: verified.
GemmResidual ReadResidual(const Network& network, const Node& node,
                          const schema::ResidualAdd* residual);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_LAYER_H_
