#include "converter/calibrate/histogram.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace octet::converter {
namespace {

constexpr size_t kBins = Histogram::kBins;

// Smaller magnitudes than this share bin 0, so that 1 / width is finite.
constexpr float kSmallestWidth = 0x1p-100f;

float WidthFor(float max_magnitude) {
  int exponent = 0;  // max_magnitude < 2^exponent
  std::frexp(max_magnitude, &exponent);
  return std::max(std::ldexp(1.0f / kBins, exponent), kSmallestWidth);
}

void AddUpPairs(std::span<uint64_t> bins) {
  for (size_t i = 0; i < kBins / 2; ++i) {
    bins[i] = bins[2 * i] + bins[2 * i + 1];
  }
  std::fill(bins.begin() + kBins / 2, bins.end(), 0);
}

}  // namespace

void Histogram::WidenTo(float max_magnitude) {
  const float width = WidthFor(max_magnitude);
  if (width_ == 0.0f) {
    bins_.resize(2 * kBins);
    width_ = width;
  }
  for (; width_ < width; width_ *= 2.0f) {
    AddUpPairs(std::span(bins_).first(kBins));
    AddUpPairs(std::span(bins_).last(kBins));
  }
}

void Histogram::Observe(const float* values, size_t count) {
  if (count == 0) return;
  float min = values[0], max = values[0];
  for (size_t i = 0; i < count; ++i) {
    min = std::min(min, values[i]);
    max = std::max(max, values[i]);
  }
  range_ = count_ == 0 ? Range{min, max} : range_.Union({min, max});
  count_ += count;
  const float max_magnitude = std::max(max, -min);
  if (max_magnitude == 0.0f) {
    zeros_ += count;
    return;
  }
  WidenTo(max_magnitude);
  // A product with a power of two is exact. Zeros are counted in bin 0 of the
  // positive values and taken out again: no branch a value.
  const float scale = 1.0f / width_;
  uint64_t zeros = 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t bin = size_t(int32_t(std::abs(values[i]) * scale));
    ++bins_[bin + (values[i] < 0.0f ? kBins : 0)];
    zeros += values[i] == 0.0f;
  }
  bins_[0] -= zeros;
  zeros_ += zeros;
}

void Histogram::LimitHalf(float end, std::span<uint64_t> bins) {
  const size_t last = std::min(size_t(end / width_), kBins - 1);
  uint64_t beyond = 0;
  for (size_t i = last + 1; i < kBins; ++i) {
    beyond += std::exchange(bins[i], 0);
  }
  if (end == 0.0f) {
    zeros_ += beyond + std::exchange(bins[0], 0);
  } else {
    bins[last] += beyond;
  }
}

void Histogram::Limit(const Range& limits) {
  range_ = limits;
  if (width_ == 0.0f) return;  // only zeros
  const std::span<uint64_t> positive = std::span(bins_).first(kBins);
  const std::span<uint64_t> negative = std::span(bins_).last(kBins);
  LimitHalf(std::max(limits.max, 0.0f), positive);
  LimitHalf(std::max(-limits.min, 0.0f), negative);
}

std::span<const uint64_t> Histogram::positive() const {
  return std::span(bins_).first(std::min(bins_.size(), kBins));
}

std::span<const uint64_t> Histogram::negative() const {
  return std::span(bins_).last(std::min(bins_.size(), kBins));
}

std::vector<uint64_t> Histogram::Magnitudes() const {
  std::vector<uint64_t> sums(positive().begin(), positive().end());
  for (size_t i = 0; i < sums.size(); ++i) sums[i] += negative()[i];
  return sums;
}

}  // namespace octet::converter
