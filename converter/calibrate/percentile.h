// Percentile: the range that leaves out the rarest of the largest and of the
// smallest values.

#ifndef OCTET_CONVERTER_CALIBRATE_PERCENTILE_H_
#define OCTET_CONVERTER_CALIBRATE_PERCENTILE_H_

#include "converter/calibrate/histogram.h"
#include "converter/calibrate/range.h"

namespace octet::converter {

// [min, max] such that at least `percent` % of all values, zeros included, are
// <= max, and at least `percent` % are >= min: the nearest rank, rounded away
// from 0 to the edge of its bin, but not beyond the observed values.
// REQUIRES: histogram.count() > 0, 50 <= percent <= 100.
Range PercentileRange(const Histogram& histogram, double percent);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_PERCENTILE_H_
