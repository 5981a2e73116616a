// The methods that choose an activation's range from its statistics, by name.

#ifndef OCTET_CONVERTER_CALIBRATE_RANGE_METHODS_H_
#define OCTET_CONVERTER_CALIBRATE_RANGE_METHODS_H_

#include <string>
#include <string_view>
#include <vector>

#include "converter/calibrate/activation_statistics.h"
#include "converter/calibrate/range.h"
#include "converter/quantize/quantization_params.h"
#include "octet/status.h"

namespace octet::converter {

struct RangeMethodOptions {
  // `percentile`: how many percent of the values are not above the range, and
  // not below it. 50 ... 100.
  double percentile = 99.99;
  // `moving-average`: the weight c of a new sample. 0 < c <= 1.
  double moving_average_constant = 0.01;
  // How the range will become a scale and a zero point.
  ActivationScheme scheme;
};

struct RangeMethod {
  const char* name;
  bool needs_histogram;
  // REQUIRES: !statistics.empty(). The range lies inside min_max() but for
  // the rounding of a zero point.
  Range (*choose)(const ActivationStatistics& statistics,
                  const RangeMethodOptions& options);
};

// The method of that name; an error lists the names that exist.
Result<const RangeMethod*> FindRangeMethod(std::string_view name);

// The names of the methods, the default first.
std::vector<std::string> RangeMethodNames();

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_RANGE_METHODS_H_
