#include "converter/calibrate/percentile.h"

#include <algorithm>
#include <cmath>

namespace octet::converter {
namespace {

// The outer edge of the last bin that is needed so that at most `outside`
// values lie beyond it; 0 if all of `bins` may.
double OuterEdge(std::span<const uint64_t> bins, double width,
                 uint64_t outside) {
  uint64_t beyond = 0;
  for (size_t i = bins.size(); i-- > 0;) {
    beyond += bins[i];
    if (beyond > outside) return double(i + 1) * width;
  }
  return 0.0;
}

}  // namespace

Range PercentileRange(const Histogram& histogram, double percent) {
  const uint64_t count = histogram.count();
  const double inside = std::ceil(double(count) * percent / 100.0);
  const uint64_t outside = count - std::min(count, uint64_t(inside));
  const double width = histogram.bin_width();
  const Range& all = histogram.range();
  const double max = OuterEdge(histogram.positive(), width, outside);
  const double min = -OuterEdge(histogram.negative(), width, outside);
  return {std::max(all.min, static_cast<float>(min)),
          std::min(all.max, static_cast<float>(max))};
}

}  // namespace octet::converter
