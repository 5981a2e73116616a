// Range: the values that a tensor takes, as calibration saw them.

#ifndef OCTET_CONVERTER_CALIBRATE_RANGE_H_
#define OCTET_CONVERTER_CALIBRATE_RANGE_H_

#include <algorithm>
#include <vector>

namespace octet::converter {

// A closed interval of finite real numbers, min <= max.
struct Range {
  float min = 0.0f;
  float max = 0.0f;

  // The smallest range that holds both.
  Range Union(const Range& other) const {
    return {std::min(min, other.min), std::max(max, other.max)};
  }
  friend bool operator==(const Range&, const Range&) = default;
};

// One entry a value of the graph, by ValueId. Only graph inputs and outputs of
// nodes have been observed; the others are [0, 0].
using Ranges = std::vector<Range>;

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_RANGE_H_
