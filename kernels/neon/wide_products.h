// Products of int16 activations with a panel of int16 weights, one k behind the
// other: what Winograd's form and wide weights have in common.

#ifndef OCTET_KERNELS_NEON_WIDE_PRODUCTS_H_
#define OCTET_KERNELS_NEON_WIDE_PRODUCTS_H_

#include <cstddef>
#include <cstdint>

namespace octet::neon {

inline constexpr size_t kWideMr = 4;  // rows of a tile
#if defined(__aarch64__)
inline constexpr size_t kWideNr = 16;  // channels of a panel
#else
inline constexpr size_t kWideNr = 8;  // as many sums as ARMv7 has registers for
#endif

struct WideOperands {
  const uint8_t* start;  // of the sums, int32[kWideNr]: biases, or zeros
  const uint8_t* activations;
  size_t row_bytes;        // from row to row of activations
  const uint8_t* weights;  // int16[k][kWideNr]
  size_t k;
};

// The int32 sums of all channels of a panel, of `rows` rows of activations.
void MultiplyWide(const WideOperands& operands, size_t rows, uint8_t* to,
                  size_t to_row_bytes);

}  // namespace octet::neon

#endif  // OCTET_KERNELS_NEON_WIDE_PRODUCTS_H_
