#include "converter/calibrate/activation_statistics.h"

#include <algorithm>

namespace octet::converter {

void ActivationStatistics::Observe(const float* values, size_t count) {
  float min = values[0], max = values[0];
  for (size_t i = 0; i < count; ++i) {
    min = std::min(min, values[i]);
    max = std::max(max, values[i]);
  }
  if (samples_ == 0) {
    min_max_ = {min, max};
    average_min_ = min;
    average_max_ = max;
  }
  min_max_ = min_max_.Union({min, max});
  average_min_ = (1.0 - constant_) * average_min_ + constant_ * min;
  average_max_ = (1.0 - constant_) * average_max_ + constant_ * max;
  ++samples_;
  if (with_histogram_) histogram_.Observe(values, count);
}

void ActivationStatistics::Limit(const Range& limits) {
  if (limits == min_max_) return;
  min_max_ = limits;
  average_min_ =
      std::clamp(average_min_, double{limits.min}, double{limits.max});
  average_max_ =
      std::clamp(average_max_, double{limits.min}, double{limits.max});
  if (with_histogram_) histogram_.Limit(limits);
}

}  // namespace octet::converter
