// Histogram: how often a tensor's values occurred, in fixed memory.

#ifndef OCTET_CONVERTER_CALIBRATE_HISTOGRAM_H_
#define OCTET_CONVERTER_CALIBRATE_HISTOGRAM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "converter/calibrate/range.h"

namespace octet::converter {

// Counts of magnitudes, those of positive and of negative values apart:
//
//   negative()[i], positive()[i]: values with
//     i * bin_width() <= |value| < (i + 1) * bin_width()
//
// and of zeros, which are in neither. The width is the smallest power of two
// with which the largest magnitude falls into one of the kBins bins, so that
// more than half of them are in use. A larger value doubles the width and adds
// up pairs of bins: one pass over the samples is enough, counts stay exact and
// the result does not depend on the order of the values.
class Histogram {
 public:
  static constexpr size_t kBins = 4096;

  // `values` are finite.
  void Observe(const float* values, size_t count);

  // As if every value beyond `limits` had been the end that it lies beyond;
  // bins keep their width. REQUIRES: each end lies between 0 and that of
  // range().
  void Limit(const Range& limits);

  uint64_t count() const { return count_; }  // of all values, zeros included
  uint64_t zeros() const { return zeros_; }
  // The smallest and the largest value. REQUIRES: count() > 0.
  const Range& range() const { return range_; }

  double bin_width() const { return width_; }
  std::span<const uint64_t> positive() const;
  std::span<const uint64_t> negative() const;

  // The counts of both signs together.
  std::vector<uint64_t> Magnitudes() const;

 private:
  void WidenTo(float max_magnitude);
  // Moves what lies above `end`, >= 0, in one half of the bins.
  void LimitHalf(float end, std::span<uint64_t> bins);

  uint64_t count_ = 0;
  uint64_t zeros_ = 0;
  Range range_;
  float width_ = 0.0f;          // 0: only zeros so far
  std::vector<uint64_t> bins_;  // positive, then negative
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_HISTOGRAM_H_
