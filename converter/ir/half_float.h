// Numbers of 16 bits.

#ifndef OCTET_CONVERTER_IR_HALF_FLOAT_H_
#define OCTET_CONVERTER_IR_HALF_FLOAT_H_

#include <cmath>
#include <cstdint>

namespace octet::converter {

// The value of an IEEE half precision number.
inline float HalfToFloat(uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int fraction = half & 1023;
  double magnitude = 0;
  if (exponent == 31) {
    magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(fraction + 1024, exponent - 25);
  }
  return static_cast<float>(half >> 15 != 0 ? -magnitude : magnitude);
}

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_IR_HALF_FLOAT_H_
