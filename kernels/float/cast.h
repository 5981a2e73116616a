// Cast: the same values in another type.

#ifndef OCTET_KERNELS_FLOAT_CAST_H_
#define OCTET_KERNELS_FLOAT_CAST_H_

#include <cstddef>

#include "kernels/float/element_type.h"

namespace octet {

// Floats become integers by rounding toward zero, clamped to the type's range
// (NaN: 0); integers wrap; to BOOL, 0 stays 0 and anything else becomes 1.
struct CastArgs {
  size_t n;
  const void* input;
  ElementType input_type;
  void* output;
  ElementType output_type;
};

void Cast(const CastArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_CAST_H_
