// vpdpbusd in its VEX form, and loads that stay where they stand: compilers
// would move them ahead until sums no longer fit 16 registers.

#ifndef OCTET_KERNELS_AVXVNNI_DOT_PRODUCT_H_
#define OCTET_KERNELS_AVXVNNI_DOT_PRODUCT_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace octet::avxvnni {

// sum += activations (u8) * weights (s8), four at a time.
[[gnu::always_inline]] static inline void DotProduct(__m256i& sum,
                                                     __m256i activations,
                                                     __m256i weights) {
  asm volatile("%{vex%} vpdpbusd %2, %1, %0"
               : "+x"(sum)
               : "x"(activations), "x"(weights));
}

[[gnu::always_inline]] static inline __m256i LoadHere(const uint8_t* from) {
  __m256i value;
  asm volatile("vmovdqu %1, %0"
               : "=x"(value)
               : "m"(*reinterpret_cast<const uint8_t(*)[32]>(from)));
  return value;
}

// Four bytes, in each 32-bit lane.
[[gnu::always_inline]] static inline __m256i BroadcastHere(
    const uint8_t* from) {
  __m256i value;
  asm volatile("vpbroadcastd %1, %0"
               : "=x"(value)
               : "m"(*reinterpret_cast<const uint8_t(*)[4]>(from)));
  return value;
}

}  // namespace octet::avxvnni

#endif  // OCTET_KERNELS_AVXVNNI_DOT_PRODUCT_H_
