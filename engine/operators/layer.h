// Layers: what Conv2d and FullyConnected have in common, weights, bias and
// requantization of each output channel.

#ifndef OCTET_ENGINE_OPERATORS_LAYER_H_
#define OCTET_ENGINE_OPERATORS_LAYER_H_

#include <cstddef>

#include "engine/network.h"
#include "engine/operators/accumulator_stage.h"
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
  const schema::FloatClamp* float_clamp;  // null: none
};

template <typename Options>
LayerOptions LayerOptionsOf(const Options& options) {
  return {options.clamp(),
          options.requantization(),
          options.rounding(),
          options.residual(),
          options.tflite_requantization(),
          options.float_clamp()};
}

// The input of a layer that is added to its output.
inline constexpr size_t kResidualInput = 3;

// Checks the types of the activations, the residual and inputs 1 (weights,
// their first dimension the output channels) and 2 (bias) of `node`, the
// options, and that no accumulator can overflow:
//   max(zero_point + 128, 127 - zero_point) * sum |w[c]| + |bias[c]| < 2^31
// (w: weights minus their zero point).
Status VerifyLayer(const Network& network, const Node& node,
                   const LayerOptions& options);

// The layer as the packer takes it; points into the file and into
// context.weights. With rounding TFLITE, and where the output is FLOAT32, it
// has no multipliers and shifts. REQUIRES: verified.
LayerWeights ReadLayer(const PrepareContext& context, const Node& node,
                       const LayerOptions& options);

// What is done to the layer's accumulators in a second pass, if there is one.
// REQUIRES: verified.
SecondPass SecondPassOf(const Network& network, const Node& node,
                        const LayerOptions& options);

// The output as kernels take it; meaningless for a FLOAT32 output.
// REQUIRES: verified.
OutputStage LayerStageOf(const Tensor& output, const LayerOptions& options);

// The residual as kernels take it, without its place. REQUIRES: verified.
GemmResidual ReadResidual(const Network& network, const Node& node,
                          const schema::ResidualAdd* residual);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_LAYER_H_
