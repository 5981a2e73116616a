// The range with the smallest expected squared error of the quantizer: steps
// that are finer where the range is narrower against values that are cut off.

#ifndef OCTET_CONVERTER_CALIBRATE_SQUARED_ERROR_H_
#define OCTET_CONVERTER_CALIBRATE_SQUARED_ERROR_H_

#include "converter/calibrate/histogram.h"
#include "converter/calibrate/range.h"
#include "converter/quantize/quantization_params.h"

namespace octet::converter {

// Mean of (value - scale * (q - zero_point))^2, q saturated, over the values of
// `histogram`, each taken as the middle of its bin (zeros cost nothing).
// REQUIRES: histogram.count() > 0.
double MeanSquaredError(const Histogram& histogram,
                        const ActivationParams& params);

// Searches both ends of the range in turns, from the observed range inwards,
// first in steps of 1/64 of each end, then finer; with a symmetric scheme both
// at once. Every candidate is judged as the scale and zero point that `scheme`
// makes of it. The result is never worse than the observed range.
// REQUIRES: histogram.count() > 0.
Range SmallestSquaredErrorRange(const Histogram& histogram,
                                const ActivationScheme& scheme);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_SQUARED_ERROR_H_
