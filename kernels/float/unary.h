// Unary: a function of each value.

#ifndef OCTET_KERNELS_FLOAT_UNARY_H_
#define OCTET_KERNELS_FLOAT_UNARY_H_

#include <cstddef>
#include <cstdint>

#include "kernels/float/element_type.h"

namespace octet {

// In the order of schema::UnaryFunction, which has the formulas. Computed in
// double precision and rounded once, but for those that are one or two float
// operations by their formula.
enum class UnaryFunction : uint8_t {
  kAbs,
  kNeg,
  kExp,
  kLog,
  kSqrt,
  kReciprocal,
  kErf,
  kSigmoid,
  kTanh,
  kHardSigmoid,
  kHardSwish,
  kLeakyRelu,
  kElu,
  kSelu,
  kCelu,
  kThresholdedRelu,
  kGelu,
  kGeluTanh,
  kMish,
  kSoftplus,
  kSoftsign,
  kSwish,
  kFloor,
  kCeil,
  kRound,
  kSign,
  kSin,
  kCos,
  kTan,
  kNot,
  kIsNan,
  kIsInf,
};

struct UnaryArgs {
  size_t n;
  const void* input;
  void* output;  // may be the input
  UnaryFunction function;
  ElementType type;  // of the input
  float alpha;
  float beta;
};

// Whether `function` takes values of `type`.
bool TakesType(UnaryFunction function, ElementType type);
// kBool, or the input's.
ElementType ResultType(UnaryFunction function, ElementType type);

// REQUIRES: TakesType.
void Unary(const UnaryArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_UNARY_H_
