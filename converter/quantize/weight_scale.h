// The scale of a layer's or a channel's weights.

#ifndef OCTET_CONVERTER_QUANTIZE_WEIGHT_SCALE_H_
#define OCTET_CONVERTER_QUANTIZE_WEIGHT_SCALE_H_

#include <cstdint>
#include <span>
#include <vector>

namespace octet::converter {

enum class WeightsMethod {
  kMinMax,        // the largest magnitude is 127 steps
  kSquaredError,  // the scale with the smallest squared error, by search
  kAdmm,          // the same by alternation (AlternatingScales)
};

// The nearest of -127 ... 127 to weight / scale.
// REQUIRES: scale > 0.
int8_t QuantizeWeight(float weight, float scale);

// Sum of (weight - scale * QuantizeWeight(weight, scale))^2.
double SquaredWeightError(std::span<const float> weights, float scale);

// The scales that alternating optimization goes through, from minmax's on: with
// the integers q of a scale fixed, the best scale for them is
//   sum(weight * q) / sum(q * q),
// and with that fixed, the nearest integers are the best. (In ADMM for
// quantized weights, this is the projection step.) The squared error never
// rises from one scale to the next; the last is where it no longer falls.
// Empty if all weights are 0.
std::vector<float> AlternatingScales(std::span<const float> weights);

// 0 if all weights are 0. Neither method is worse than minmax.
float ChooseWeightScale(std::span<const float> weights, WeightsMethod method);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_WEIGHT_SCALE_H_
