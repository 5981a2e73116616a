// How 64 bytes of a vector are used: 64 channels of one strip of columns, or,
// for the last channels of a layer, 32 of two strips or 16 of four:
//
//   kStrips = 2:    | channels 0-31 of strip 0 | channels 0-31 of strip 1 |
//
// All read the same panels of 64: vector v of a panel holds the channels
// 16 i + 4 v ... + 3 in its 128-bit lane i, so that channels 0-31 are its lower
// half, and 0-15 its lowest lane; each strip gets a copy.

#ifndef OCTET_KERNELS_AVX512VNNI_LANES_H_
#define OCTET_KERNELS_AVX512VNNI_LANES_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace octet::avx512vnni {

inline constexpr size_t kMaxStrips = 4;

template <size_t kStrips>
inline constexpr size_t kStripChannels = 64 / kStrips;

static inline __m256i Load256(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

static inline __m128i Load128(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

// Of a panel: the same for each strip.
template <size_t kStrips>
[[gnu::always_inline]] static inline __m512i LoadCopies(const void* from) {
  if constexpr (kStrips == 1) {
    return _mm512_loadu_si512(from);
  } else if constexpr (kStrips == 2) {
    return _mm512_broadcast_i64x4(Load256(from));
  } else {
    return _mm512_broadcast_i32x4(Load128(from));
  }
}

// Strip i from from[i].
template <size_t kStrips>
[[gnu::always_inline]] static inline __m512i LoadStrips(
    const uint8_t* const (&from)[kStrips]) {
  if constexpr (kStrips == 1) {
    return _mm512_loadu_si512(from[0]);
  } else if constexpr (kStrips == 2) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(Load256(from[0])),
                              Load256(from[1]), 1);
  } else {
    __m512i all = _mm512_castsi128_si512(Load128(from[0]));
    all = _mm512_inserti32x4(all, Load128(from[1]), 1);
    all = _mm512_inserti32x4(all, Load128(from[2]), 2);
    return _mm512_inserti32x4(all, Load128(from[3]), 3);
  }
}

// Strip i to `to` + distance[i]. `mask`: of one strip.
template <size_t kStrips>
[[gnu::always_inline]] static inline void StoreStrips(
    uint8_t* to, const ptrdiff_t (&distance)[kStrips], __mmask64 mask,
    __m512i bytes) {
  if constexpr (kStrips == 1) {
    _mm512_mask_storeu_epi8(to, mask, bytes);
  } else if constexpr (kStrips == 2) {
    const __mmask32 mask32 = static_cast<__mmask32>(mask);
    _mm256_mask_storeu_epi8(to, mask32, _mm512_castsi512_si256(bytes));
    _mm256_mask_storeu_epi8(to + distance[1], mask32,
                            _mm512_extracti64x4_epi64(bytes, 1));
  } else {
    const __mmask16 mask16 = static_cast<__mmask16>(mask);
    _mm_mask_storeu_epi8(to, mask16, _mm512_castsi512_si128(bytes));
    _mm_mask_storeu_epi8(to + distance[1], mask16,
                         _mm512_extracti32x4_epi32(bytes, 1));
    _mm_mask_storeu_epi8(to + distance[2], mask16,
                         _mm512_extracti32x4_epi32(bytes, 2));
    _mm_mask_storeu_epi8(to + distance[3], mask16,
                         _mm512_extracti32x4_epi32(bytes, 3));
  }
}

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_LANES_H_
