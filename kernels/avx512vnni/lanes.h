// Lanes64 and Lanes32: what the depthwise kernels do with a vector of 64
// channels, and the same with 32, for the last channels of a layer.
//
// Both read the same panels of 64: Lanes32 takes the lower half of each vector,
// which holds channels 0-31, since vector v of a panel holds the channels
// 16 i + 4 v ... + 3 in its 128-bit lane i.

#ifndef OCTET_KERNELS_AVX512VNNI_LANES_H_
#define OCTET_KERNELS_AVX512VNNI_LANES_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/vector_stage.h"

namespace octet::avx512vnni {

struct Lanes64 {
  using Vector = __m512i;
  static constexpr size_t kChannels = 64;

  static Vector Keep(Vector value) {
    asm("" : "+v"(value));
    return value;
  }
  static Vector Load(const void* from) { return _mm512_loadu_si512(from); }
  static void Store(uint8_t* to, __mmask64 mask, Vector bytes) {
    _mm512_mask_storeu_epi8(to, mask, bytes);
  }
  static Vector Lower(__m512i whole) { return whole; }
  static Vector UnpackLow8(Vector a, Vector b) {
    return _mm512_unpacklo_epi8(a, b);
  }
  static Vector UnpackHigh8(Vector a, Vector b) {
    return _mm512_unpackhi_epi8(a, b);
  }
  static Vector UnpackLow16(Vector a, Vector b) {
    return _mm512_unpacklo_epi16(a, b);
  }
  static Vector UnpackHigh16(Vector a, Vector b) {
    return _mm512_unpackhi_epi16(a, b);
  }
  static Vector ShiftRight(Vector sum, Vector shift) {
    return _mm512_srav_epi32(sum, shift);
  }
  static Vector ShiftLeft(Vector sum, Vector shift) {
    return _mm512_sllv_epi32(sum, shift);
  }
  static Vector Clamp32(Vector sum, Vector low, Vector high) {
    return _mm512_min_epi32(_mm512_max_epi32(sum, low), high);
  }
  static Vector Pack32(Vector a, Vector b) { return _mm512_packs_epi32(a, b); }
  static Vector PackU16(Vector a, Vector b) {
    return _mm512_packus_epi16(a, b);
  }
  static Vector MultiplyRounded(Vector t, Vector multiplier) {
    return _mm512_mulhrs_epi16(t, multiplier);
  }
  static Vector AddSaturating(Vector a, Vector b) {
    return _mm512_adds_epi16(a, b);
  }
  static Vector DropFraction(Vector r) {
    return _mm512_srai_epi16(r, kFractionBits);
  }
  static Vector Clamp(Vector bytes, Vector low, Vector high) {
    return _mm512_min_epu8(_mm512_max_epu8(bytes, low), high);
  }
};

struct Lanes32 {
  using Vector = __m256i;
  static constexpr size_t kChannels = 32;

  static Vector Keep(Vector value) {
    asm("" : "+v"(value));
    return value;
  }
  static Vector Load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
  }
  static void Store(uint8_t* to, __mmask64 mask, Vector bytes) {
    _mm256_mask_storeu_epi8(to, static_cast<__mmask32>(mask), bytes);
  }
  static Vector Lower(__m512i whole) { return _mm512_castsi512_si256(whole); }
  static Vector UnpackLow8(Vector a, Vector b) {
    return _mm256_unpacklo_epi8(a, b);
  }
  static Vector UnpackHigh8(Vector a, Vector b) {
    return _mm256_unpackhi_epi8(a, b);
  }
  static Vector UnpackLow16(Vector a, Vector b) {
    return _mm256_unpacklo_epi16(a, b);
  }
  static Vector UnpackHigh16(Vector a, Vector b) {
    return _mm256_unpackhi_epi16(a, b);
  }
  static Vector ShiftRight(Vector sum, Vector shift) {
    return _mm256_srav_epi32(sum, shift);
  }
  static Vector ShiftLeft(Vector sum, Vector shift) {
    return _mm256_sllv_epi32(sum, shift);
  }
  static Vector Clamp32(Vector sum, Vector low, Vector high) {
    return _mm256_min_epi32(_mm256_max_epi32(sum, low), high);
  }
  static Vector Pack32(Vector a, Vector b) { return _mm256_packs_epi32(a, b); }
  static Vector PackU16(Vector a, Vector b) {
    return _mm256_packus_epi16(a, b);
  }
  static Vector MultiplyRounded(Vector t, Vector multiplier) {
    return _mm256_mulhrs_epi16(t, multiplier);
  }
  static Vector AddSaturating(Vector a, Vector b) {
    return _mm256_adds_epi16(a, b);
  }
  static Vector DropFraction(Vector r) {
    return _mm256_srai_epi16(r, kFractionBits);
  }
  static Vector Clamp(Vector bytes, Vector low, Vector high) {
    return _mm256_min_epu8(_mm256_max_epu8(bytes, low), high);
  }
};

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_LANES_H_
