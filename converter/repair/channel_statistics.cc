#include "converter/repair/channel_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "converter/float/float_executor.h"
#include "converter/repair/sample_choice.h"

namespace octet::converter {
namespace {

// Sums over what has been seen, an element each channel.
struct Sums {
  double count = 0.0;
  std::vector<double> sum, square, min, max;

  explicit Sums(size_t channels)
      : sum(channels),
        square(channels),
        min(channels, std::numeric_limits<double>::infinity()),
        max(channels, -std::numeric_limits<double>::infinity()) {}

  void Add(const float* values, size_t rows) {
    const size_t channels = sum.size();
    for (size_t row = 0; row < rows; ++row) {
      for (size_t c = 0; c < channels; ++c) {
        const double value = values[row * channels + c];
        sum[c] += value;
        square[c] += value * value;
        min[c] = std::min(min[c], value);
        max[c] = std::max(max[c], value);
      }
    }
    count += double(rows);
  }

  std::vector<ChannelStatistics> Finish() const {
    std::vector<ChannelStatistics> channels;
    for (size_t c = 0; c < sum.size() && count > 0.0; ++c) {
      const double mean = sum[c] / count;
      const double variance = std::max(0.0, square[c] / count - mean * mean);
      channels.push_back({mean, std::sqrt(variance), min[c], max[c]});
    }
    return channels;
  }
};

size_t Channels(const Shape& shape) {
  return shape.rank == 0 ? 1 : size_t(shape[shape.rank - 1]);
}

double Density(double x) {
  return std::exp(-0.5 * x * x) * 0.39894228040143268;  // 1 / sqrt(2 pi)
}

double Distribution(double x) {
  return 0.5 * std::erfc(-x * 0.70710678118654752);  // 1 / sqrt(2)
}

}  // namespace

Result<std::vector<std::vector<ChannelStatistics>>> ObserveChannels(
    const Graph& graph, size_t sample_count, const SampleReader& read_sample,
    size_t most_samples, int threads) {
  OCTET_ASSIGN_OR_RETURN(const auto executor,
                         FloatExecutor::Create(graph, {threads}));
  std::vector<ValueId> ids = graph.inputs;
  for (const Node& node : graph.nodes) ids.push_back(node.output);
  std::erase_if(ids, [&](ValueId id) { return !graph.value(id).is_float(); });
  std::vector<Sums> sums;
  for (ValueId id : ids) sums.emplace_back(Channels(graph.value(id).shape));
  for (size_t index : SpreadSamples(sample_count, most_samples)) {
    OCTET_ASSIGN_OR_RETURN(const auto sample, read_sample(index));
    OCTET_RETURN_IF_ERROR(executor->Run(sample));
    for (size_t i = 0; i < ids.size(); ++i) {
      const Shape& shape = graph.value(ids[i]).shape;
      sums[i].Add(executor->Value(ids[i]),
                  size_t(shape.NumElements()) / Channels(shape));
    }
  }
  std::vector<std::vector<ChannelStatistics>> statistics(graph.values.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    statistics[size_t(ids[i])] = sums[i].Finish();
  }
  return statistics;
}

double ClampedNormalMean(double mean, double deviation,
                         const FloatClamp& clamp) {
  if (deviation <= 0.0) {
    return std::clamp(mean, double{clamp.min}, double{clamp.max});
  }
  double result = 0.0;
  double below = 0.0, upto = 1.0;  // Phi(a), Phi(b)
  if (std::isfinite(clamp.min)) {
    const double a = (clamp.min - mean) / deviation;
    below = Distribution(a);
    result += clamp.min * below + deviation * Density(a);
  }
  if (std::isfinite(clamp.max)) {
    const double b = (clamp.max - mean) / deviation;
    upto = Distribution(b);
    result += clamp.max * (1.0 - upto) - deviation * Density(b);
  }
  return result + mean * (upto - below);
}

}  // namespace octet::converter
