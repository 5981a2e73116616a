// ActivationStatistics: what calibration remembers of one activation.

#ifndef OCTET_CONVERTER_CALIBRATE_ACTIVATION_STATISTICS_H_
#define OCTET_CONVERTER_CALIBRATE_ACTIVATION_STATISTICS_H_

#include <cstddef>
#include <cstdint>

#include "converter/calibrate/histogram.h"
#include "converter/calibrate/range.h"

namespace octet::converter {

// Its memory does not grow with what it observes.
class ActivationStatistics {
 public:
  // `with_histogram`: some method needs it. `constant`: the c of
  // moving_average().
  ActivationStatistics(bool with_histogram, double constant)
      : with_histogram_(with_histogram), constant_(constant) {}

  // The tensor's values on one more sample; all finite, at least one.
  void Observe(const float* values, size_t count);

  // As if every value beyond `limits` had been the end that it lies beyond.
  // REQUIRES: each end lies between 0 and that of min_max().
  void Limit(const Range& limits);

  bool empty() const { return samples_ == 0; }
  // The following require !empty().

  // From the smallest to the largest value ever observed.
  const Range& min_max() const { return min_max_; }
  // Of the smallest and of the largest value of each sample, in the order in
  // which the samples came: x <- (1 - c) * x + c * new, starting with those of
  // the first sample.
  Range moving_average() const {
    return {static_cast<float>(average_min_), static_cast<float>(average_max_)};
  }
  // REQUIRES: with_histogram.
  const Histogram& histogram() const { return histogram_; }

 private:
  bool with_histogram_;
  double constant_;
  uint64_t samples_ = 0;
  Range min_max_;
  double average_min_ = 0.0;
  double average_max_ = 0.0;
  Histogram histogram_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_ACTIVATION_STATISTICS_H_
