#include "converter/evaluate/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace octet::converter {

double SquaredError(std::span<const float> reference,
                    std::span<const float> value) {
  double sum = 0.0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const double error = double{reference[i]} - value[i];
    sum += error * error;
  }
  return sum;
}

void Sqnr::Add(std::span<const float> reference, std::span<const float> value) {
  double signal = 0.0;
  for (const double x : reference) signal += x * x;
  signal_ += signal;
  noise_ += SquaredError(reference, value);
}

double Sqnr::Decibels() const {
  if (noise_ == 0.0) return std::numeric_limits<double>::infinity();
  if (signal_ == 0.0) return 0.0;
  return 10.0 * std::log10(signal_ / noise_);
}

size_t TopIndex(std::span<const float> scores) {
  return static_cast<size_t>(std::max_element(scores.begin(), scores.end()) -
                             scores.begin());
}

bool IsInTop(std::span<const float> scores, size_t index, size_t k) {
  if (index >= scores.size()) return false;
  size_t ahead = 0;
  for (size_t i = 0; i < scores.size() && ahead < k; ++i) {
    ahead +=
        scores[i] > scores[index] || (scores[i] == scores[index] && i < index);
  }
  return ahead < k;
}

Drop PairedDrop(size_t lost, size_t gained, size_t samples) {
  const double n = double(samples);
  const double mean = (double(lost) - double(gained)) / n;
  const double mean_square = (double(lost) + double(gained)) / n;
  const double variance = std::max(0.0, mean_square - mean * mean);
  return {100.0 * mean, 100.0 * std::sqrt(variance / n)};
}

}  // namespace octet::converter
