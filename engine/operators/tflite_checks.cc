#include "engine/operators/tflite_checks.h"

#include <string>

#include "engine/operators/checks.h"

namespace octet {

Status CheckRounding(schema::Rounding rounding) {
  if (rounding == schema::Rounding::Q15 ||
      rounding == schema::Rounding::TFLITE) {
    return OkStatus();
  }
  return Unsupported("rounding " + std::to_string(static_cast<int>(rounding)) +
                     " is not supported by this version; only Q15 and TFLITE "
                     "are");
}

Status CheckTfliteRequantization(
    const schema::TfliteRequantization* requantization, int64_t count,
    int32_t min_multiplier, int64_t negative_entry) {
  const auto* multiplier =
      requantization == nullptr ? nullptr : requantization->multiplier();
  const auto* shift =
      requantization == nullptr ? nullptr : requantization->shift();
  if (multiplier == nullptr || shift == nullptr) {
    return InvalidModel("TFLite multipliers or shifts are missing");
  }
  const int64_t size = multiplier->size();
  if (shift->size() != size || (size != 1 && size != count)) {
    return InvalidModel("there are " + std::to_string(size) +
                        " TFLite multipliers and " +
                        std::to_string(shift->size()) + " shifts for " +
                        std::to_string(count) + " channels");
  }
  for (int64_t i = 0; i < size; ++i) {
    const int32_t value = multiplier->Get(static_cast<uint32_t>(i));
    const bool is_negative =
        i == negative_entry && value <= -min_multiplier && value != INT32_MIN;
    if (value != 0 && value < min_multiplier && !is_negative) {
      return InvalidModel("TFLite multiplier " + std::to_string(value) +
                          " is neither 0 nor in [" +
                          std::to_string(min_multiplier) + ", 2^31)");
    }
  }
  for (const int8_t value : *shift) {
    if (value < kTfliteMinShift || value > kTfliteMaxShift) {
      return InvalidModel("TFLite shift " + std::to_string(value) +
                          " is not in [-31, 30]");
    }
  }
  return OkStatus();
}

TfliteScale TfliteScaleAt(const schema::TfliteRequantization& requantization,
                          uint32_t index) {
  return {EntryOf(*requantization.multiplier(), index),
          EntryOf(*requantization.shift(), index)};
}

}  // namespace octet
