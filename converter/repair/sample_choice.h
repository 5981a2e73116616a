// Some of many samples.

#ifndef OCTET_CONVERTER_REPAIR_SAMPLE_CHOICE_H_
#define OCTET_CONVERTER_REPAIR_SAMPLE_CHOICE_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace octet::converter {

// The indices of at most `limit` of `count` samples, evenly spread, ascending.
inline std::vector<size_t> SpreadSamples(size_t count, size_t limit) {
  const size_t chosen = std::min(count, limit);
  std::vector<size_t> indices;
  for (size_t i = 0; i < chosen; ++i) indices.push_back(i * count / chosen);
  return indices;
}

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_REPAIR_SAMPLE_CHOICE_H_
