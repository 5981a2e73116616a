// Layers: what Conv2d and FullyConnected have in common, weights, bias and
// requantization of each output channel.

#ifndef OCTET_ENGINE_OPERATORS_LAYER_H_
#define OCTET_ENGINE_OPERATORS_LAYER_H_

#include <cstddef>

#include "engine/network.h"
#include "engine/operators/operator.h"
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
  const schema::TfliteRequantization* tflite_requantization;

  // Null with any other rounding.
  const schema::TfliteRequantization* tflite() const {
    return rounding == schema::Rounding::TFLITE ? tflite_requantization
                                                : nullptr;
  }
};

template <typename Options>
LayerOptions LayerOptionsOf(const Options& options) {
  return {options.clamp(), options.requantization(), options.rounding(),
          options.residual(), options.tflite_requantization()};
}

// The input of a layer that is added to its output.
inline constexpr size_t kResidualInput = 3;

// Checks the residual and inputs 1 (weights, their first dimension the output
// channels) and 2 (bias) of `node`, the options, and that no accumulator can
// overflow:
//   max(zero_point + 128, 127 - zero_point) * sum |w[c]| + |bias[c]| < 2^31
// (w: weights minus their zero point).
Status VerifyLayer(const Network& network, const Node& node,
                   const LayerOptions& options);

// The layer as the packer takes it; points into the file and into
// context.weights. With rounding TFLITE it has no multipliers and shifts.
// REQUIRES: verified.
LayerWeights ReadLayer(const PrepareContext& context, const Node& node,
                       const LayerOptions& options);

// The residual as kernels take it, without its place. REQUIRES: verified.
GemmResidual ReadResidual(const Network& network, const Node& node,
                          const schema::ResidualAdd* residual);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_LAYER_H_
