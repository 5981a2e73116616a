// Random layers whose outputs are worth comparing: weights and biases are
// fitted to the shifts, so that accumulators spread over the output's range
// instead of saturating; or, on request, everything at its limits.

#ifndef OCTET_TESTS_KERNELS_LAYER_DATA_H_
#define OCTET_TESTS_KERNELS_LAYER_DATA_H_

#include <cstdint>
#include <vector>

#include "kernels/pack.h"
#include "tests/random.h"
#include "tests/reference/layers.h"
#include "tests/reference/tflite.h"

namespace octet {

// What the testers of gemm and depthwise_conv have in common.
struct LayerOptions {
  int input_zero_point = -3;
  reference::OutputParams output = {5, -128, 127};
  // Range of the shifts; fitted to int8 weights if min > max.
  int min_shift = 1;
  int max_shift = 0;
  int multiplier = -1;  // -1: random
  // Of what multipliers and shifts scale to; fewer than 6 with a residual.
  int fraction_bits = 6;
  bool per_channel = true;
  // Weights of +-127 and inputs of -128 and 127.
  bool extreme_values = false;

  // "zero point -3, output 5 [-128, 127], ..."
  std::string ToString() const;
};

// Weights of `shape` (channels first), multipliers and shifts; biases spread
// like the sums.
reference::WeightedLayer RandomLayer(const LayerOptions& options,
                                     const Shape& shape, Random& random);

// Replaces the biases by the most extreme ones with which every accumulator
// stays in int32. sums: [...][channels], without bias.
void SetExtremeBiases(const std::vector<int64_t>& sums, Random& random,
                      reference::WeightedLayer& layer);

// Overwrites `count` bytes by -128 and 127, mostly by the one of the two that
// is far from the zero point.
void FillWithExtremes(uint8_t* bytes, size_t count, int zero_point,
                      Random& random);

// The same layer as the packer takes it; `layer` must stay alive. Without
// shifts it is one for kernels that store accumulators.
LayerWeights ToLayerWeights(const reference::WeightedLayer& layer);

// The same factors with rounding TFLITE, their lower bits at random.
reference::TfliteScales ToTflite(const reference::Requantization& q15,
                                 Random& random);

OutputStage ToOutputStage(const reference::OutputParams& output);

}  // namespace octet

#endif  // OCTET_TESTS_KERNELS_LAYER_DATA_H_
