// The numbers that rounding TFLITE needs, derived from scales as that format's
// reference does it: in double precision, a 31-bit multiplier and a shift.

#ifndef OCTET_CONVERTER_TFLITE_TFLITE_SCALES_H_
#define OCTET_CONVERTER_TFLITE_TFLITE_SCALES_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "converter/ir/operators.h"
#include "converter/quantize/quantization_params.h"
#include "octet/status.h"
#include "schema/octet_generated.h"

namespace octet::converter {

// Appends multiplier m and shift s to `scales`: factor = m * 2^(s - 31), m in
// [2^30, 2^31), rounded to nearest; {0, 0} below 2^-32, where no accumulator
// reaches a step. An error at 2^30 and above.
// REQUIRES: factor >= 0, finite.
Status AppendTfliteScale(double factor, schema::TfliteRequantizationT& scales);

// One entry.
Result<std::unique_ptr<schema::TfliteRequantizationT>> MakeTfliteScale(
    double factor);

// The entry of a mean of `count` values whose scales have the ratio `factor`
// (input to output): that of `factor`, divided as the schema says.
Result<std::unique_ptr<schema::TfliteRequantizationT>> MakeTfliteMeanScale(
    double factor, int64_t count);

// The three entries of a sum. An error where one of them would be 1 or more.
Result<std::unique_ptr<schema::TfliteRequantizationT>> MakeTfliteAddScales(
    float scale_1, float scale_2, float output_scale);

// The entry of a softmax of beta times inputs with this scale; an error for
// products below 2^-26, whose shift would be to the right, and from 16 on.
Result<std::unique_ptr<schema::TfliteRequantizationT>> MakeTfliteSoftmaxScale(
    float beta, float input_scale);

// value / 2^shift to nearest, halves away from zero. REQUIRES: 0 <= shift < 62.
int32_t RoundingShift(int64_t value, int shift);

// scale(value, m, s) of the schema with entry `index`: what the engine computes
// at run time, for tables that are computed here.
int32_t ScaleByEntry(int32_t value, const schema::TfliteRequantizationT& scales,
                     size_t index);

// Bounds of the stored output: zero_point + round(bound / scale), in single
// precision, within int8.
std::unique_ptr<schema::Clamp> MakeTfliteClamp(const FloatClamp& clamp,
                                               const ActivationParams& output);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_TFLITE_TFLITE_SCALES_H_
