#include "converter/tflite/tflite_scales.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace octet::converter {
namespace {

using Scales = schema::TfliteRequantizationT;

constexpr int kMinShift = -31;
constexpr int kMaxShift = 30;
// An Add's differences are multiplied by 2^20 before they are scaled.
constexpr double kAddUnit = 1 << 20;
// Fraction bits of the exponent of a Softmax.
constexpr double kSoftmaxUnit = 1 << 26;

int32_t QuantizeBound(float bound, const ActivationParams& output,
                      int32_t unbounded) {
  if (std::isinf(bound)) return unbounded;
  const float steps = std::round(bound / output.scale);
  // Beyond this every bound is that of int8.
  const float limited = std::clamp(steps, -1024.0f, 1024.0f);
  return std::clamp(output.zero_point + static_cast<int32_t>(limited), -128,
                    127);
}

}  // namespace

Status AppendTfliteScale(double factor, Scales& scales) {
  int shift = 0;
  int64_t multiplier =
      std::llround(std::frexp(factor, &shift) * (int64_t{1} << 31));
  if (multiplier == int64_t{1} << 31) {
    multiplier /= 2;
    ++shift;
  }
  if (multiplier == 0 || shift < kMinShift) {
    multiplier = 0;
    shift = 0;
  }
  if (shift > kMaxShift) {
    return Unsupported("the ratio of its scales, " + std::to_string(factor) +
                       ", is 2^30 or more");
  }
  scales.multiplier.push_back(static_cast<int32_t>(multiplier));
  scales.shift.push_back(static_cast<int8_t>(shift));
  return OkStatus();
}

Result<std::unique_ptr<Scales>> MakeTfliteScale(double factor) {
  auto scales = std::make_unique<Scales>();
  OCTET_RETURN_IF_ERROR(AppendTfliteScale(factor, *scales));
  return scales;
}

Result<std::unique_ptr<Scales>> MakeTfliteMeanScale(double factor,
                                                    int64_t count) {
  OCTET_ASSIGN_OR_RETURN(std::unique_ptr<Scales> scales,
                         MakeTfliteScale(factor));
  int exponent = 0;  // floor(log2(count))
  while (exponent < 62 && int64_t{1} << (exponent + 1) <= count) ++exponent;
  exponent = std::min({exponent, 32, 31 + scales->shift[0]});
  scales->multiplier[0] = static_cast<int32_t>(
      (int64_t{scales->multiplier[0]} << exponent) / count);
  scales->shift[0] = static_cast<int8_t>(scales->shift[0] - exponent);
  return scales;
}

Result<std::unique_ptr<Scales>> MakeTfliteAddScales(float scale_1,
                                                    float scale_2,
                                                    float output_scale) {
  const double twice_largest = 2.0 * double{std::max(scale_1, scale_2)};
  const double factors[] = {double{scale_1} / twice_largest,
                            double{scale_2} / twice_largest,
                            twice_largest / (kAddUnit * double{output_scale})};
  auto scales = std::make_unique<Scales>();
  for (const double factor : factors) {
    OCTET_RETURN_IF_ERROR(AppendTfliteScale(factor, *scales));
    if (scales->shift.back() > 0) {
      return Unsupported("the output's scale is too small for its inputs'");
    }
  }
  return scales;
}

Result<std::unique_ptr<Scales>> MakeTfliteSoftmaxScale(float beta,
                                                       float input_scale) {
  OCTET_ASSIGN_OR_RETURN(
      std::unique_ptr<Scales> scales,
      MakeTfliteScale(double{beta} * double{input_scale} * kSoftmaxUnit));
  if (scales->shift[0] >= 0) return scales;
  return Unsupported("beta times the input's scale is below 2^-26");
}

int32_t RoundingShift(int64_t value, int shift) {
  const int64_t half = shift == 0 ? 0 : int64_t{1} << (shift - 1);
  const int64_t magnitude = ((value < 0 ? -value : value) + half) >> shift;
  return static_cast<int32_t>(value < 0 ? -magnitude : magnitude);
}

int32_t ScaleByEntry(int32_t value, const Scales& scales, size_t index) {
  const int shift = scales.shift[index];
  const int64_t shifted =
      std::clamp<int64_t>(int64_t{value} * (int64_t{1} << std::max(shift, 0)),
                          INT32_MIN, INT32_MAX);
  const int64_t high =
      (shifted * scales.multiplier[index] + (int64_t{1} << 30)) >> 31;
  return RoundingShift(high, std::max(-shift, 0));
}

std::unique_ptr<schema::Clamp> MakeTfliteClamp(const FloatClamp& clamp,
                                               const ActivationParams& output) {
  const int32_t min = QuantizeBound(clamp.min, output, -128);
  const int32_t max = QuantizeBound(clamp.max, output, 127);
  return std::make_unique<schema::Clamp>(static_cast<int8_t>(min),
                                         static_cast<int8_t>(max));
}

}  // namespace octet::converter
