// lookup: a table of 256 bytes as 16 rows of 16, which vpshufb reads, 32 bytes
// at a time. Row k serves the bytes 16 k ... 16 k + 15. For these x - 16 k is
// below 16; adding 112 with saturation leaves it its low four bits and sets the
// top bit of all others, for which vpshufb gives 0.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"

namespace octet::avx2 {
namespace {

constexpr size_t kBlock = 32;
constexpr size_t kRows = 16;

static inline __m256i LookUp(__m256i bytes, const uint8_t* table) {
  const __m256i row_size = _mm256_set1_epi8(16);
  const __m256i top = _mm256_set1_epi8(0x70);
  __m256i result = _mm256_setzero_si256();
  for (size_t row = 0; row < kRows; ++row) {
    const __m256i values =
        _mm256_broadcastsi128_si256(Load128(table + 16 * row));
    result = _mm256_or_si256(
        result, _mm256_shuffle_epi8(values, _mm256_adds_epu8(bytes, top)));
    bytes = _mm256_sub_epi8(bytes, row_size);
  }
  return result;
}

}  // namespace

void Lookup(const LookupArgs& args) {
  const uint8_t* input = static_cast<const uint8_t*>(args.input);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t i = 0; i < args.n; i += kBlock) {
    StoreUpTo32(output + i, LookUp(Load256(input + i), args.table), args.n - i);
  }
}

}  // namespace octet::avx2
