// Rounding TFLITE: what operators check and read of a file.

#ifndef OCTET_ENGINE_OPERATORS_TFLITE_CHECKS_H_
#define OCTET_ENGINE_OPERATORS_TFLITE_CHECKS_H_

#include <cstdint>

#include "engine/network.h"
#include "engine/operators/checks.h"
#include "kernels/dispatch.h"
#include "octet/status.h"

namespace octet {

// OK for the roundings that this version knows.
Status CheckRounding(schema::Rounding rounding);

// `count` entries, or one for all; multipliers and shifts in their ranges.
// Null is an error. The multiplier of `negative_entry` may have a minus.
Status CheckTfliteRequantization(
    const schema::TfliteRequantization* requantization, int64_t count,
    int32_t min_multiplier = kTfliteMinMultiplier, int64_t negative_entry = -1);

// REQUIRES: verified.
TfliteScale TfliteScaleAt(const schema::TfliteRequantization& requantization,
                          uint32_t index);

// "scalar tflite add": as KernelName.
template <typename Kernel>
std::string TfliteKernelName(const KernelSet& kernels,
                             Kernel TfliteKernels::*entry, const char* family) {
  return FirstServing(
      kernels,
      [&](const KernelTable& table) {
        return table.tflite.*entry == kernels.tflite.*entry;
      },
      (std::string("tflite ") + family).c_str());
}

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_TFLITE_CHECKS_H_
