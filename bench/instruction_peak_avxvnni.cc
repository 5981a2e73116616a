// Compiled for AVX-VNNI.

#include <immintrin.h>

#include "bench/instruction_peak.h"

namespace octet::bench {
namespace {

// sum += a * b, anew each time: the compiler cannot see what an asm does.
inline void MultiplyAdd(__m256i& sum, __m256i a, __m256i b) {
  asm volatile("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
}

}  // namespace

// Twelve sums cover the latency of 5 cycles where two start in each.
double RunAvxVnniPeak(size_t times) {
  const __m256i a = _mm256_set1_epi8(3);
  const __m256i b = _mm256_set1_epi8(5);
  __m256i s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a;
  __m256i s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
  for (size_t i = 0; i < times; ++i) {
    MultiplyAdd(s0, a, b);
    MultiplyAdd(s1, a, b);
    MultiplyAdd(s2, a, b);
    MultiplyAdd(s3, a, b);
    MultiplyAdd(s4, a, b);
    MultiplyAdd(s5, a, b);
    MultiplyAdd(s6, a, b);
    MultiplyAdd(s7, a, b);
    MultiplyAdd(s8, a, b);
    MultiplyAdd(s9, a, b);
    MultiplyAdd(s10, a, b);
    MultiplyAdd(s11, a, b);
  }
  return 12.0 * 32.0 * static_cast<double>(times);
}

}  // namespace octet::bench
