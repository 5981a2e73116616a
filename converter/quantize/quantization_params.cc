#include "converter/quantize/quantization_params.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <sstream>

namespace octet::converter {
namespace {

// Narrower ranges are rounding residue of a tensor that is constantly 0.
constexpr double kNarrowestRange = 0x1p-64;

int8_t SaturateToInt8(double q) {
  return static_cast<int8_t>(std::clamp(q, -128.0, 127.0));
}

}  // namespace

float NextPowerOfTwo(float scale) {
  int exponent = 0;  // scale = fraction * 2^exponent, 0.5 <= fraction < 1
  const float fraction = std::frexp(scale, &exponent);
  return std::ldexp(1.0f, fraction == 0.5f ? exponent - 1 : exponent);
}

ActivationParams ChooseActivationParams(const Range& range, float min_scale,
                                        const ActivationScheme& scheme) {
  assert(std::isfinite(range.min) && std::isfinite(range.max));
  double min = std::min(0.0, double{range.min});
  double max = std::max(0.0, double{range.max});
  if (max - min < kNarrowestRange) {
    min = 0.0;
    max = 1.0;
  }
  ActivationParams params;
  const double scale =
      scheme.symmetric ? std::max(-min, max) / 127.0 : (max - min) / 255.0;
  params.scale = std::max(static_cast<float>(scale), min_scale);
  if (scheme.power_of_two) params.scale = NextPowerOfTwo(params.scale);
  if (scheme.symmetric) return params;
  const double zero_point = std::round(-128.0 - min / params.scale);
  params.zero_point = SaturateToInt8(zero_point);
  return params;
}

int8_t QuantizeActivation(double real, const ActivationParams& params) {
  return SaturateToInt8(std::round(real / params.scale) + params.zero_point);
}

Result<RequantizationParams> DeriveRequantization(double effective_scale) {
  assert(effective_scale >= 0.0);
  int exponent = 0;  // effective_scale = fraction * 2^exponent, 0.5 <= f < 1
  const double fraction = std::frexp(effective_scale, &exponent);
  double multiplier = std::round(fraction * 0x1p15);
  if (multiplier == 0x1p15) {
    multiplier = 0x1p14;
    ++exponent;
  }
  const int shift = -exponent - 6;
  if (!std::isfinite(effective_scale) || shift < -15) {
    std::ostringstream message;
    message
        << "the calibrated range of the output is too narrow for the scales "
           "of the inputs (scale_input * scale_weights / scale_output = "
        << effective_scale
        << ", which must be below 512); calibrate with more samples, or "
           "with samples on which this output varies";
    return Unsupported(message.str());
  }
  if (effective_scale == 0.0 || shift > 31) return RequantizationParams{0, 0};
  return RequantizationParams{static_cast<int16_t>(multiplier),
                              static_cast<int8_t>(shift)};
}

float MinimumAddOutputScale(float scale_1, float scale_2) {
  // round(p * 2^8) <= 32767 holds for p <= 32767 / 256; one float upwards
  // covers the rounding of the quotient.
  const double scale = double{std::max(scale_1, scale_2)} * 256.0 / 32767.0;
  return std::nextafter(static_cast<float>(scale),
                        std::numeric_limits<float>::infinity());
}

AddParams DeriveAdd(float scale_1, float scale_2, float output_scale) {
  assert(output_scale >= MinimumAddOutputScale(scale_1, scale_2));
  const double ratio_1 = double{scale_1} / output_scale;
  const double ratio_2 = double{scale_2} / output_scale;
  const double largest = std::max(ratio_1, ratio_2);
  int e = 0;
  while (std::round(std::ldexp(largest, 14 - e)) > 32767.0) ++e;
  AddParams params;
  params.multiplier_1 =
      static_cast<int16_t>(std::round(std::ldexp(ratio_1, 14 - e)));
  params.multiplier_2 =
      static_cast<int16_t>(std::round(std::ldexp(ratio_2, 14 - e)));
  params.fraction_bits = 6 - e;
  return params;
}

Int8Clamp QuantizeClamp(const FloatClamp& clamp,
                        const ActivationParams& params) {
  assert(clamp.min <= clamp.max);
  return {QuantizeActivation(clamp.min, params),
          QuantizeActivation(clamp.max, params)};
}

std::vector<uint16_t> SoftmaxTable(float input_scale) {
  std::vector<uint16_t> table(256);
  for (size_t d = 0; d < table.size(); ++d) {
    const double value = 65535.0 * std::exp(-double(d) * input_scale);
    table[d] = static_cast<uint16_t>(std::lround(value));
  }
  return table;
}

}  // namespace octet::converter
