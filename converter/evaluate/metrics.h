// The figures that compare an int8 network with its FP32 original.

#ifndef OCTET_CONVERTER_EVALUATE_METRICS_H_
#define OCTET_CONVERTER_EVALUATE_METRICS_H_

#include <cstddef>
#include <span>

namespace octet::converter {

// The sum of (reference - value)^2.
// REQUIRES: spans of the same length.
double SquaredError(std::span<const float> reference,
                    std::span<const float> value);

// Signal to quantization noise ratio over everything added:
//   10 * log10(sum of reference^2 / sum of (reference - value)^2)
class Sqnr {
 public:
  // REQUIRES: spans of the same length.
  void Add(std::span<const float> reference, std::span<const float> value);

  // In dB. Infinite if there is no noise, 0 if there is noise but no signal.
  double Decibels() const;

 private:
  double signal_ = 0.0;
  double noise_ = 0.0;
};

// Index of the largest score; of equal ones the first.
// REQUIRES: !scores.empty().
size_t TopIndex(std::span<const float> scores);

// Whether `index` is among the k largest scores. Of equal scores the first
// count as larger, so exactly k indices are.
bool IsInTop(std::span<const float> scores, size_t index, size_t k);

// What INT8 loses in top-1, in points of a percentage; below 0 where it gains.
// The standard error is that of a mean of differences sample by sample, of
// which most are 0: not that of two percentages apart.
struct Drop {
  double points = 0.0;
  double standard_error = 0.0;
};

// `lost`: samples that FP32 alone gets right; `gained`: INT8 alone.
// REQUIRES: samples > 0.
Drop PairedDrop(size_t lost, size_t gained, size_t samples);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_METRICS_H_
