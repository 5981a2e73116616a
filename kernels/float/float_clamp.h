// FloatClamp: bounds of a float output.

#ifndef OCTET_KERNELS_FLOAT_FLOAT_CLAMP_H_
#define OCTET_KERNELS_FLOAT_FLOAT_CLAMP_H_

#include <limits>

namespace octet {

// Nothing is bounded by default.
struct FloatClamp {
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();

  // NaN stays NaN.
  float Apply(float x) const {
    x = x < min ? min : x;
    return x > max ? max : x;
  }
};

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_FLOAT_CLAMP_H_
