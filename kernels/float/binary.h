// Binary: a function of two values, either of which may be one value for all.

#ifndef OCTET_KERNELS_FLOAT_BINARY_H_
#define OCTET_KERNELS_FLOAT_BINARY_H_

#include <cstddef>
#include <cstdint>

#include "kernels/float/element_type.h"
#include "kernels/float/float_clamp.h"

namespace octet {

// In the order of schema::BinaryFunction, which has the formulas.
enum class BinaryFunction : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMinimum,
  kMaximum,
  kPow,
  kMod,
  kFmod,
  kPrelu,
  kEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kAnd,
  kOr,
  kXor,
};

// output[i] = function(a[i * step_a], b[i * step_b])
struct BinaryArgs {
  size_t n;
  const void* a;
  const void* b;
  size_t step_a;  // 0 or 1, as step_b
  size_t step_b;
  void* output;  // may be an input of step 1 with values as large
  BinaryFunction function;
  ElementType type;  // of both inputs
  FloatClamp clamp;  // of a kFloat32 output
};

bool TakesType(BinaryFunction function, ElementType type);
// kBool, or the inputs'.
ElementType ResultType(BinaryFunction function, ElementType type);

// REQUIRES: TakesType.
void Binary(const BinaryArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_BINARY_H_
