// Kullback-Leibler divergence: the range whose quantized distribution tells
// least apart from the real one, by the procedure that NVIDIA published for
// TensorRT ("8-bit inference with TensorRT", GTC 2017).

#ifndef OCTET_CONVERTER_CALIBRATE_KL_DIVERGENCE_H_
#define OCTET_CONVERTER_CALIBRATE_KL_DIVERGENCE_H_

#include "converter/calibrate/histogram.h"
#include "converter/calibrate/range.h"

namespace octet::converter {

// The published procedure, on a histogram of magnitudes with at most 2048 bins.
// For every threshold of i = 128, 129, ... bins:
//
//   P = the first i bins, what lies beyond added to the last of them
//   Q = the first i bins (without what lies beyond) in 128 levels: bin b is in
//       level floor(128 * b / i), a level's sum is shared evenly by those of
//       its bins that are not empty
//   divergence = sum of P * log(P / Q), both normalized
//
// An empty last bin that gets something from beyond counts as holding one value
// more in P and in Q, so that the divergence is finite. The smallest divergence
// wins, of equal ones the largest threshold t; the result is [-t, t], cut to
// the observed range. Zeros are left out: they are exact with any threshold.
// REQUIRES, in both: histogram.count() > 0.
Range KlRange(const Histogram& histogram);

// The same for a range with two ends, as int8 with a zero point has: 256 levels
// between a lower and an upper threshold, 0 among them, what lies beyond either
// end added to the bin there. The two thresholds are searched in turns, the
// other one fixed, from the observed range until neither moves.
Range AsymmetricKlRange(const Histogram& histogram);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_KL_DIVERGENCE_H_
