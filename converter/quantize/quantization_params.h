// THE derivation of every number that the integer arithmetic needs (scales and
// zero points of activations, multipliers, shifts, clamps, tables) from real
// numbers, in double precision. The formulas are those of the design's section
// "Arithmetic". Weights and biases are in quantize_weights.h; nothing else in
// the project derives such a number.
//
// A scale is stored as float32, and everything that depends on it is derived
// from the stored value.

#ifndef OCTET_CONVERTER_QUANTIZE_QUANTIZATION_PARAMS_H_
#define OCTET_CONVERTER_QUANTIZE_QUANTIZATION_PARAMS_H_

#include <cstdint>
#include <vector>

#include "converter/calibrate/range.h"
#include "converter/ir/operators.h"
#include "octet/status.h"

namespace octet::converter {

// The int8 form of an activation: real = scale * (q - zero_point).
struct ActivationParams {
  float scale = 1.0f;      // finite, > 0
  int32_t zero_point = 0;  // -128 ... 127

  friend bool operator==(const ActivationParams&,
                         const ActivationParams&) = default;
};

// A softmax's output is always in these units: 256 steps from 0 to 1.
inline constexpr ActivationParams kSoftmaxOutputParams = {1.0f / 256, -128};

// Which scales and zero points an activation may have.
struct ActivationScheme {
  bool symmetric = false;     // zero point 0, q from -127 to 127
  bool power_of_two = false;  // scale = 2^n

  friend bool operator==(const ActivationScheme&,
                         const ActivationScheme&) = default;
};

// Asymmetric: 255 steps from `range.min` to `range.max`, after the range has
// been widened to hold 0.0, which is exactly q = zero_point. Symmetric: 127
// steps from 0 to the larger magnitude. A range that is [0, 0], or narrower
// than 2^-64, says nothing about the scale and is taken as [0, 1]. The scale is
// at least `min_scale`; where it has to be a power of two, it is the next
// larger one.
// REQUIRES: range is finite.
ActivationParams ChooseActivationParams(const Range& range,
                                        float min_scale = 0.0f,
                                        const ActivationScheme& scheme = {});

// The least power of two that is >= scale.
// REQUIRES: 0 < scale <= 2^127.
float NextPowerOfTwo(float scale);

// The nearest q of `real` (finite or infinite), saturated to -128 ... 127.
int8_t QuantizeActivation(double real, const ActivationParams& params);

// One entry of schema::Requantization:
//   effective scale = multiplier * 2^-15 * 2^-(shift + 6)
struct RequantizationParams {
  int16_t multiplier = 0;  // 2^14 ... 2^15 - 1; 0: every output is zero_point
  int8_t shift = 0;        // -15 ... 31
};

// The nearest multiplier and shift to `effective_scale`, which is
// scale_input * scale_weights / scale_output computed as an exact product and
// one division. Below 2^-38 no accumulator reaches a step of the output:
// multiplier 0. Error: 512 or more, where one unit of the accumulator is many
// steps of the output; the output's range was then calibrated too narrow.
// REQUIRES: effective_scale >= 0.
Result<RequantizationParams> DeriveRequantization(double effective_scale);

// Multipliers of schema::Add.
struct AddParams {
  int16_t multiplier_1 = 0;
  int16_t multiplier_2 = 0;
  int32_t fraction_bits = 0;  // F = 6 - e, 0 ... 6
};

// The least output scale that DeriveAdd accepts: F would be negative below.
float MinimumAddOutputScale(float scale_1, float scale_2);

// With ratios p_i = scale_i / output_scale: e is the least value >= 0 with
// round(max(p_i) * 2^(14 - e)) <= 32767, F = 6 - e, and multiplier_i =
// round(p_i * 2^(14 - e)).
// REQUIRES: output_scale >= MinimumAddOutputScale(scale_1, scale_2).
AddParams DeriveAdd(float scale_1, float scale_2, float output_scale);

// Bounds of a stored output, -128 <= min <= max <= 127.
struct Int8Clamp {
  int8_t min = -128;
  int8_t max = 127;
};

// REQUIRES: clamp.min <= clamp.max.
Int8Clamp QuantizeClamp(const FloatClamp& clamp,
                        const ActivationParams& params);

// table[d] = round(65535 * exp(-d * input_scale)) for d = 0 ... 255.
std::vector<uint16_t> SoftmaxTable(float input_scale);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_QUANTIZE_QUANTIZATION_PARAMS_H_
