// Reduce: sums, products, extrema and the like over any region of an array.

#ifndef OCTET_KERNELS_FLOAT_REDUCE_H_
#define OCTET_KERNELS_FLOAT_REDUCE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/float/element_type.h"

namespace octet {

// In the order of schema::ReduceFunction, which has the formulas.
enum class ReduceFunction : uint8_t {
  kSum,
  kMean,
  kMaximum,
  kMinimum,
  kProd,
  kL1,
  kL2,
  kLogSum,
  kLogSumExp,
  kSumSquare,
};

inline constexpr int kMaxReduceRank = 6;
inline constexpr size_t kReduceLanes = 16;

// Reduces `lanes` neighbouring values at every position of the region, from the
// first position to the last. Floats are accumulated in double precision and
// rounded once; integers modulo 2^64.
struct ReduceArgs {
  ReduceFunction function;
  ElementType type;  // kFloat32, kInt32 or kInt64
  size_t lanes;      // 1 ... kReduceLanes
  const void* input;
  void* output;  // [lanes]
  // The region: position {i0, i1, ...} is at i0 * strides[0] + i1 * strides[1]
  // + ... values.
  int rank;
  int64_t sizes[kMaxReduceRank];
  int64_t strides[kMaxReduceRank];
};

bool TakesType(ReduceFunction function, ElementType type);

// REQUIRES: TakesType.
void Reduce(const ReduceArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_REDUCE_H_
