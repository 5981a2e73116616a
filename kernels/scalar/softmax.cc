// Portable softmax by the converter's table: integers alone.

#include "kernels/elementwise.h"
#include "kernels/scalar/scalar_kernels.h"

namespace octet::scalar {

void Softmax(const SoftmaxArgs& args) {
  const uint8_t flip = FormMask(args.form) ^ 0x80;
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t row = 0; row < args.rows; ++row) {
    const uint8_t largest = MaxBiased(input, args.n, flip);
    uint64_t sum = 0;
    for (size_t i = 0; i < args.n; ++i) {
      sum += args.table[largest - (input[i] ^ flip)];
    }
    // One division a distinct distance, not one a value.
    uint8_t result[256];
    for (int d = 0; d <= largest; ++d) {
      const uint64_t numerator = 512 * uint64_t{args.table[d]} + sum;
      const int32_t q = static_cast<int32_t>(numerator / (2 * sum)) - 128;
      result[d] = ToByte(q < 127 ? q : 127, args.form);
    }
    for (size_t i = 0; i < args.n; ++i) {
      output[i] = result[largest - (input[i] ^ flip)];
    }
    input += args.n;
    output += args.n;
  }
}

}  // namespace octet::scalar
