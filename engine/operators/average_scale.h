// The requantization of an average over a whole picture, for the size that the
// picture has: the formulas of schema::AveragePool2d (whole_height), computed
// in integers alone, so that every CPU gets the same.

#ifndef OCTET_ENGINE_OPERATORS_AVERAGE_SCALE_H_
#define OCTET_ENGINE_OPERATORS_AVERAGE_SCALE_H_

#include <cstdint>

#include "octet/status.h"

namespace octet {

struct AverageScale {
  int32_t multiplier;
  int32_t shift;

  friend bool operator==(const AverageScale&, const AverageScale&) = default;
};

// Q15: of scale_input / (scale_output * count).
// REQUIRES: both scales finite and > 0, 1 <= count <= kMaxAverageCount; of all.
Result<AverageScale> DeriveAverageScale(float scale_input, float scale_output,
                                        int64_t count);

// Rounding TFLITE with a multiplier (MEAN): of scale_input / scale_output, then
// divided by the count.
Result<AverageScale> DeriveTfliteMeanScale(float scale_input,
                                           float scale_output, int64_t count);

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_AVERAGE_SCALE_H_
