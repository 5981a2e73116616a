// Mean, deviation and extremes of every channel of a network's values, and what
// a clamp leaves of a normal distribution.

#ifndef OCTET_CONVERTER_REPAIR_CHANNEL_STATISTICS_H_
#define OCTET_CONVERTER_REPAIR_CHANNEL_STATISTICS_H_

#include <cstddef>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

struct ChannelStatistics {
  double mean = 0.0;
  double deviation = 0.0;
  double min = 0.0;
  double max = 0.0;
};

// By value of `graph`: its channels (the last dimension), over all samples that
// SpreadSamples chooses; empty for constants and integers. Values are those of
// FP32.
Result<std::vector<std::vector<ChannelStatistics>>> ObserveChannels(
    const Graph& graph, size_t sample_count, const SampleReader& read_sample,
    size_t most_samples, int threads);

// E[min(max(y, clamp.min), clamp.max)] of a normal y. With the density phi and
// the distribution Phi of the standard normal, a = (min - mean) / deviation and
// b = (max - mean) / deviation it is
//
//   min Phi(a) + max (1 - Phi(b)) + mean (Phi(b) - Phi(a))
//     + deviation (phi(a) - phi(b))
//
// (Nagel, van Baalen, Blankevoort, Welling, 2019, appendix C).
double ClampedNormalMean(double mean, double deviation,
                         const FloatClamp& clamp);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_CHANNEL_STATISTICS_H_
