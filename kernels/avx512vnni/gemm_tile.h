// The sums of a tile of gemm: pixels x vectors of 16 channels, by vpdpbusd of
// four activations of a pixel, broadcast, and four weights of 16 channels.

#ifndef OCTET_KERNELS_AVX512VNNI_GEMM_TILE_H_
#define OCTET_KERNELS_AVX512VNNI_GEMM_TILE_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/vector_stage.h"
#include "kernels/gemm.h"

namespace octet::avx512vnni {

inline constexpr size_t kKr = 4;
inline constexpr size_t kVectorBytes = 64;
inline constexpr size_t kVectorChannels = 16;
inline constexpr size_t kMaxVectors = 4;
inline constexpr size_t kLineBytes = 64;  // of the caches

#define OCTET_UNROLL _Pragma("GCC unroll 8")

// What the sums of a panel's channels are made of.
struct PanelProducts {
  const GemmRun* runs;
  size_t num_runs;
  size_t groups;  // of kKr weights, a run
  const uint8_t* bias;
  const uint8_t* weights;
  size_t group_bytes;  // from group to group
  // What is loaded into the L2 cache meanwhile, a line a group: the next panel,
  // which may come from far away. Each tile of the panel takes another part.
  const uint8_t* ahead;
  size_t first_part;
};

template <size_t kRows, size_t kVectors>
struct Tile {
  __m512i sum[kRows][kVectors];
};

// An asm statement, because g++ 12 spills the intrinsic's accumulators.
static inline void DotProduct(__m512i& sum, __m512i activations,
                              __m512i weights) {
  asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(activations), "v"(weights));
}

// The same for the first 8 channels; the others become 0.
static inline void DotProductHalf(__m512i& sum, __m512i activations,
                                  __m512i weights) {
  asm("vpdpbusd %t2, %t1, %t0" : "+v"(sum) : "v"(activations), "v"(weights));
}

static inline __m512i Broadcast(const uint8_t* four_bytes) {
  int32_t value;
  __builtin_memcpy(&value, four_bytes, sizeof(value));
  return Keep(_mm512_set1_epi32(value));
}

// kHalf: the last vector has at most 8 channels. `part`: of p.ahead.
template <bool kHalf, size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void Accumulate(
    const PanelProducts& p, ptrdiff_t pixel, size_t part,
    Tile<kRows, kVectors>& tile) {
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    const __m512i bias = Keep(Load(p.bias + v * kVectorBytes));
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) tile.sum[r][v] = bias;
  }
  const uint8_t* weights = p.weights;
  const uint8_t* ahead = p.ahead + part * p.num_runs * p.groups * kLineBytes;
  for (const GemmRun* run = p.runs; run != p.runs + p.num_runs; ++run) {
    const ptrdiff_t stride = run->pixel_stride;
    // One pointer for three rows: few registers, short addresses.
    const uint8_t* rows[(kRows + 2) / 3];
    rows[0] = static_cast<const uint8_t*>(run->base) + pixel * stride;
    OCTET_UNROLL for (size_t i = 1; i < (kRows + 2) / 3; ++i) {
      rows[i] = rows[i - 1] + 3 * stride;
    }
    for (size_t group = p.groups; group != 0; --group) {
      __m512i w[kVectors];
      OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
        w[v] = Keep(Load(weights + v * kVectorBytes));
      }
      OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
        const ptrdiff_t at = static_cast<ptrdiff_t>(r % 3) * stride;
        const __m512i a = Broadcast(rows[r / 3] + at);
        OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
          if (kHalf && v + 1 == kVectors) {
            DotProductHalf(tile.sum[r][v], a, w[v]);
          } else {
            DotProduct(tile.sum[r][v], a, w[v]);
          }
        }
      }
      _mm_prefetch(ahead, _MM_HINT_T1);
      ahead += kLineBytes;
      OCTET_UNROLL for (const uint8_t*& row : rows) row += kKr;
      weights += p.group_bytes;
    }
  }
}

static inline size_t VectorsOf(size_t channels) {
  return (channels + kVectorChannels - 1) / kVectorChannels;
}

// Those of a call, but for what differs from panel to panel.
static inline PanelProducts ProductsOf(const GemmArgs& args, size_t nr) {
  PanelProducts p = {};
  p.runs = args.runs;
  p.num_runs = args.num_runs;
  p.groups = (args.run_length + kKr - 1) / kKr;
  p.group_bytes = nr * kKr;
  p.first_part = args.earlier_calls;
  return p;
}

static inline void PointTo(const uint8_t* panel, size_t weights_at,
                           size_t panel_bytes, PanelProducts& p) {
  p.bias = panel;
  p.weights = panel + weights_at;
  p.ahead = p.weights + panel_bytes;
}

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_GEMM_TILE_H_
