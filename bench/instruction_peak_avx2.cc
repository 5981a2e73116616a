// Compiled for AVX2.

#include <immintrin.h>

#include "bench/instruction_peak.h"

namespace octet::bench {
namespace {

// sum += a * b, anew each time: the compiler cannot see that a stays the same.
inline void MultiplyAdd(__m256i& sum, __m256i& a, __m256i b) {
  asm volatile("" : "+x"(a));
  sum = _mm256_add_epi32(sum, _mm256_madd_epi16(a, b));
}

}  // namespace

// Eight sums cover the latency of the additions.
double RunAvx2Peak(size_t times) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i b = _mm256_set1_epi16(5);
  __m256i a = _mm256_set1_epi16(3);
  __m256i s0 = zero, s1 = zero, s2 = zero, s3 = zero;
  __m256i s4 = zero, s5 = zero, s6 = zero, s7 = zero;
  for (size_t i = 0; i < times; ++i) {
    MultiplyAdd(s0, a, b);
    MultiplyAdd(s1, a, b);
    MultiplyAdd(s2, a, b);
    MultiplyAdd(s3, a, b);
    MultiplyAdd(s4, a, b);
    MultiplyAdd(s5, a, b);
    MultiplyAdd(s6, a, b);
    MultiplyAdd(s7, a, b);
  }
  asm volatile("" ::"x"(s0), "x"(s1), "x"(s2), "x"(s3));
  asm volatile("" ::"x"(s4), "x"(s5), "x"(s6), "x"(s7));
  return 8.0 * 16.0 * static_cast<double>(times);
}

}  // namespace octet::bench
