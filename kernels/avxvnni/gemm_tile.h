// The sums of a tile of gemm: pixels x vectors of 8 channels, by vpdpbusd of
// four activations of a pixel, broadcast, and four weights of 8 channels.

#ifndef OCTET_KERNELS_AVXVNNI_GEMM_TILE_H_
#define OCTET_KERNELS_AVXVNNI_GEMM_TILE_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/vector_stage.h"
#include "kernels/avxvnni/dot_product.h"
#include "kernels/gemm.h"

namespace octet::avxvnni {

inline constexpr size_t kKr = 4;
inline constexpr size_t kVectorBytes = 32;

#define OCTET_UNROLL _Pragma("GCC unroll 8")

// What the sums of a panel's channels are made of.
struct PanelProducts {
  const GemmRun* runs;
  size_t num_runs;
  size_t groups;  // of kKr weights, a run
  const uint8_t* bias;
  const uint8_t* weights;
};

template <size_t kRows, size_t kVectors>
struct Tile {
  __m256i sum[kRows][kVectors];
};

template <size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void MultiplyAdd(
    const uint8_t* const (&rows)[(kRows + 2) / 3], ptrdiff_t stride,
    const uint8_t* weights, Tile<kRows, kVectors>& tile) {
  if constexpr (kVectors == 4) {
    __m256i a[kRows];
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      a[r] = BroadcastHere(rows[0] + static_cast<ptrdiff_t>(r) * stride);
    }
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      const __m256i w = LoadHere(weights + v * kVectorBytes);
      OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
        DotProduct(tile.sum[r][v], a[r], w);
      }
    }
  } else {
    const __m256i w0 = LoadHere(weights);
    const __m256i w1 = LoadHere(weights + kVectorBytes);
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      const ptrdiff_t at = static_cast<ptrdiff_t>(r % 3) * stride;
      const __m256i a = BroadcastHere(rows[r / 3] + at);
      DotProduct(tile.sum[r][0], a, w0);
      DotProduct(tile.sum[r][1], a, w1);
    }
  }
}

template <size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void Accumulate(
    const PanelProducts& p, ptrdiff_t pixel, Tile<kRows, kVectors>& tile) {
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    const __m256i bias = avx2::Load256(p.bias + v * kVectorBytes);
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) tile.sum[r][v] = bias;
  }
  const uint8_t* weights = p.weights;
  for (const GemmRun* run = p.runs; run != p.runs + p.num_runs; ++run) {
    const ptrdiff_t stride = run->pixel_stride;
    // One pointer for three rows: few registers, short addresses.
    const uint8_t* rows[(kRows + 2) / 3];
    rows[0] = static_cast<const uint8_t*>(run->base) + pixel * stride;
    OCTET_UNROLL for (size_t i = 1; i < (kRows + 2) / 3; ++i) {
      rows[i] = rows[i - 1] + 3 * stride;
    }
    for (size_t group = p.groups; group != 0; --group) {
      MultiplyAdd<kRows, kVectors>(rows, stride, weights, tile);
      OCTET_UNROLL for (const uint8_t*& row : rows) row += kKr;
      weights += kVectors * kVectorBytes;
    }
  }
}

// Those of a call, but for what differs from panel to panel.
static inline PanelProducts ProductsOf(const GemmArgs& args) {
  PanelProducts p = {};
  p.runs = args.runs;
  p.num_runs = args.num_runs;
  p.groups = (args.run_length + kKr - 1) / kKr;
  return p;
}

}  // namespace octet::avxvnni

#endif  // OCTET_KERNELS_AVXVNNI_GEMM_TILE_H_
