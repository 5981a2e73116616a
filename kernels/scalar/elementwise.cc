// Portable elementwise kernels.

#include "kernels/elementwise.h"

#include "kernels/requantize.h"
#include "kernels/scalar/scalar_kernels.h"

namespace octet::scalar {

void Add(const AddArgs& args) {
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  const uint8_t* b = static_cast<const uint8_t*>(args.b);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; ++i) {
    const int32_t addend_a = ScaleAddend(
        ReadQ(a[i], args.form) - args.zero_point_a, args.multiplier_a);
    const int32_t addend_b = ScaleAddend(
        ReadQ(b[i], args.form) - args.zero_point_b, args.multiplier_b);
    const int8_t q = AddQ15(addend_a, addend_b, args.fraction_bits, args.stage);
    output[i] = ToByte(q, args.form);
  }
}

void Mul(const MulArgs& args) {
  const uint8_t* a = static_cast<const uint8_t*>(args.a);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t row = 0; row < args.rows; ++row) {
    const uint8_t* b =
        static_cast<const uint8_t*>(args.b) + row * args.b_stride;
    for (size_t i = 0; i < args.n; ++i) {
      const int32_t product = (ReadQ(*a++, args.form) - args.zero_point_a) *
                              (ReadQ(b[i], args.form) - args.zero_point_b);
      *output++ = ToByte(
          RequantizeQ15(product, args.multiplier, args.shift, args.stage),
          args.form);
    }
  }
}

void Requantize(const RequantizeArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; ++i) {
    const int32_t accumulator =
        ReadQ(input[i], args.form) - args.zero_point_input;
    const int8_t q =
        RequantizeQ15(accumulator, args.multiplier, args.shift, args.stage);
    output[i] = ToByte(q, args.form);
  }
}

void Lookup(const LookupArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; ++i) output[i] = args.table[input[i]];
}

void Quantize(const QuantizeArgs& args) {
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; ++i) {
    float steps = args.input[i] / args.scale;
    // A NaN fails both comparisons and becomes 0 steps.
    steps = steps > -1024.0f ? (steps < 1024.0f ? steps : 1024.0f)
                             : (steps <= -1024.0f ? -1024.0f : 0.0f);
    // Adding and subtracting 1.5 * 2^23 rounds half to even, in every
    // instruction set, without the C library.
    const float rounded = (steps + 12582912.0f) - 12582912.0f;
    const int32_t q = static_cast<int32_t>(rounded) + args.zero_point;
    output[i] = ToByte(Clamp(q, -128, 127), args.form);
  }
}

void Dequantize(const DequantizeArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  for (size_t i = 0; i < args.n; ++i) {
    const int32_t difference = ReadQ(input[i], args.form) - args.zero_point;
    args.output[i] = args.scale * static_cast<float>(difference);
  }
}

}  // namespace octet::scalar
