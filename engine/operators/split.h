// How the work of an operator is divided into parts for threads: statically,
// so that a run needs one barrier and no lock.

#ifndef OCTET_ENGINE_OPERATORS_SPLIT_H_
#define OCTET_ENGINE_OPERATORS_SPLIT_H_

#include <algorithm>
#include <cstdint>

#include "engine/operators/operator.h"

namespace octet {

inline int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

struct Range {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
};

// Part `part` of `num_parts` nearly equal ones of 0 ... total - 1.
inline Range PartOf(int64_t total, int part, int num_parts) {
  return {total * part / num_parts, total * (part + 1) / num_parts};
}

// Parts for `units` pieces that cannot be divided and `work` in all.
inline int NumParts(const PrepareContext& context, int64_t work,
                    int64_t units) {
  const int64_t worthwhile = work / context.min_work_per_part;
  const int64_t most = std::min<int64_t>(context.max_parts, units);
  return static_cast<int>(std::clamp<int64_t>(worthwhile, 1, most));
}

// The share of the busiest of `parts` parts.
inline double LargestShare(int64_t units, int64_t parts) {
  return static_cast<double>(CeilDiv(units, parts)) /
         static_cast<double>(units);
}

// Elementwise operators are divided in cache lines.
inline constexpr int64_t kElementsPerUnit = 64;

inline int64_t ElementUnits(int64_t elements) {
  return (elements + kElementsPerUnit - 1) / kElementsPerUnit;
}

// The elements of part `part`.
inline Range ElementsOf(int64_t elements, int part, int num_parts) {
  const Range units = PartOf(ElementUnits(elements), part, num_parts);
  return {units.begin * kElementsPerUnit,
          std::min(units.end * kElementsPerUnit, elements)};
}

// Costs in multiply-accumulates of a dense layer: of moving or mapping a byte,
// and of bringing an accumulator into its output byte.
inline constexpr int64_t kWorkPerByte = 8;
inline constexpr int64_t kWorkPerOutput = 16;

}  // namespace octet

#endif  // OCTET_ENGINE_OPERATORS_SPLIT_H_
