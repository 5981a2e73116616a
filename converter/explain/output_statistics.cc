#include "converter/explain/output_statistics.h"

#include <algorithm>
#include <limits>

namespace octet::converter {

OutputStatistics::OutputStatistics(
    const std::optional<ActivationParams>& params, size_t channels)
    : half_step_(0.0),
      lowest_(-std::numeric_limits<double>::infinity()),
      highest_(std::numeric_limits<double>::infinity()),
      fp32_(channels),
      int8_(channels) {
  if (!params.has_value()) return;
  half_step_ = params->scale / 2.0;
  lowest_ = double{params->scale} * (-128 - params->zero_point);
  highest_ = double{params->scale} * (127 - params->zero_point);
}

void OutputStatistics::Add(std::span<const float> fp32,
                           std::span<const float> int8) {
  sqnr_.Add(fp32, int8);
  for (float value : fp32) {
    saturated_ += value < lowest_ - half_step_ || value > highest_ + half_step_;
  }
  Widen(fp32_, fp32);
  Widen(int8_, int8);
  values_ += fp32.size();
}

void OutputStatistics::Widen(std::vector<Range>& channels,
                             std::span<const float> values) const {
  for (size_t i = 0; i < values.size(); ++i) {
    Range& range = channels[i % channels.size()];
    const bool is_first = values_ == 0 && i < channels.size();
    const Range value = {values[i], values[i]};
    range = is_first ? value : range.Union(value);
  }
}

double OutputStatistics::Saturated() const {
  return values_ == 0 ? 0.0 : double(saturated_) / double(values_);
}

int OutputStatistics::CountConstant(const std::vector<Range>& channels) {
  return static_cast<int>(
      std::count_if(channels.begin(), channels.end(),
                    [](const Range& r) { return r.min == r.max; }));
}

Range OutputStatistics::Fp32Range() const {
  Range range = fp32_[0];
  for (const Range& channel : fp32_) range = range.Union(channel);
  return range;
}

}  // namespace octet::converter
