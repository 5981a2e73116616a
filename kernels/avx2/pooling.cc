// max_pool and average_pool: 32 channels at a time over the cells of a window.

#include "kernels/pooling.h"

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"

namespace octet::avx2 {
namespace {

constexpr size_t kBlock = 32;

const uint8_t* WindowAt(const PoolArgs& args, size_t x) {
  return static_cast<const uint8_t*>(args.input) +
         static_cast<ptrdiff_t>(x) * args.output_step;
}

uint8_t* OutputAt(const PoolArgs& args, size_t x) {
  return static_cast<uint8_t*>(args.output) +
         static_cast<ptrdiff_t>(x) * args.output_stride;
}

__m256i MaxOfWindow(const PoolArgs& args, const uint8_t* window) {
  __m256i largest = _mm256_setzero_si256();
  for (size_t ky = 0; ky < args.window_h; ++ky, window += args.cell_stride_h) {
    const uint8_t* cell = window;
    for (size_t kx = 0; kx < args.window_w; ++kx, cell += args.cell_stride_w) {
      largest = _mm256_max_epu8(largest, Load256(cell));
    }
  }
  return largest;
}

// Sums of 32 channels, in the order that packing undoes.
struct Sums {
  __m256i sum0;  // channels 0-3, 16-19
  __m256i sum1;  // channels 4-7, 20-23
  __m256i sum2;  // channels 8-11, 24-27
  __m256i sum3;  // channels 12-15, 28-31
};

// Cells in int16 sums, which hold 257 of them, before they join int32 sums.
constexpr size_t kCellsAtOnce = 256;

static inline void Flush(__m256i& low, __m256i& high, Sums& sums) {
  const __m256i zero = _mm256_setzero_si256();
  sums.sum0 = _mm256_add_epi32(sums.sum0, _mm256_unpacklo_epi16(low, zero));
  sums.sum1 = _mm256_add_epi32(sums.sum1, _mm256_unpackhi_epi16(low, zero));
  sums.sum2 = _mm256_add_epi32(sums.sum2, _mm256_unpacklo_epi16(high, zero));
  sums.sum3 = _mm256_add_epi32(sums.sum3, _mm256_unpackhi_epi16(high, zero));
  low = zero;
  high = zero;
}

Sums SumOfWindow(const PoolArgs& args, const uint8_t* window) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i bias = _mm256_set1_epi32(args.bias);
  Sums sums = {bias, bias, bias, bias};
  __m256i low = zero;
  __m256i high = zero;
  size_t room = kCellsAtOnce;
  for (size_t ky = 0; ky < args.window_h; ++ky, window += args.cell_stride_h) {
    const uint8_t* cell = window;
    for (size_t kx = 0; kx < args.window_w; ++kx, cell += args.cell_stride_w) {
      const __m256i bytes = Load256(cell);
      low = _mm256_add_epi16(low, _mm256_unpacklo_epi8(bytes, zero));
      high = _mm256_add_epi16(high, _mm256_unpackhi_epi8(bytes, zero));
      if (--room != 0) continue;
      Flush(low, high, sums);
      room = kCellsAtOnce;
    }
  }
  Flush(low, high, sums);
  return sums;
}

template <bool kLeft>
void AverageRow(const PoolArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const __m256i shift = _mm256_set1_epi32(args.shift);
  const __m256i multiplier = _mm256_set1_epi16(args.multiplier);
  for (size_t x = 0; x < args.output_width; ++x) {
    for (size_t c = 0; c < args.channels; c += kBlock) {
      const Sums s = SumOfWindow(args, WindowAt(args, x) + c);
      const __m256i words0 =
          ToWords<kLeft>(s.sum0, s.sum1, shift, shift, multiplier, stage);
      const __m256i words1 =
          ToWords<kLeft>(s.sum2, s.sum3, shift, shift, multiplier, stage);
      StoreUpTo32(OutputAt(args, x) + c, ToBytes(words0, words1, stage),
                  args.channels - c);
    }
  }
}

}  // namespace

void MaxPool(const PoolArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  for (size_t x = 0; x < args.output_width; ++x) {
    for (size_t c = 0; c < args.channels; c += kBlock) {
      const __m256i largest = MaxOfWindow(args, WindowAt(args, x) + c);
      StoreUpTo32(OutputAt(args, x) + c, ClampBytes(largest, stage),
                  args.channels - c);
    }
  }
}

void AveragePool(const PoolArgs& args) {
  if (args.shift < 0) {
    AverageRow<true>(args);
  } else {
    AverageRow<false>(args);
  }
}

}  // namespace octet::avx2
