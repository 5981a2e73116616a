// gemm by smull, smlal, sadalp: two weights of a channel lie side by side, and
// two pairs of products fit int16, since |weight| <= 127.
//
//   weights, k 0 1   c0 c0 c1 c1 c2 c2 c3 c3        smull: int16[8]
//   activations      a0 a1 a0 a1 a0 a1 a0 a1
//   weights, k 2 3   c0 c0 c1 c1 c2 c2 c3 c3        smlal: on top of those
//   activations      a2 a3 a2 a3 a2 a3 a2 a3
//                    sadalp: pairs of neighbours join int32 c0 c1 c2 c3
//
// ld4r reads eight activations of a pixel as four such repeated pairs.

#include "kernels/gemm.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/gemm_panel.h"
#include "kernels/neon/neon_kernels.h"

namespace octet::neon {
namespace {

// Repeated pairs of activations.
#if defined(__aarch64__)
using Pairs = int8x16_t;
static inline Pairs FirstPair(const int16_t* from) {
  return vreinterpretq_s8_s16(vld1q_dup_s16(from));
}
struct FourPairs {
  Pairs at[4];
  explicit FourPairs(const int16_t* from) {
    const int16x8x4_t pairs = vld4q_dup_s16(from);
    OCTET_UNROLL for (size_t i = 0; i < 4; ++i) {
      at[i] = vreinterpretq_s8_s16(pairs.val[i]);
    }
  }
};
static inline int8x8_t Lower(Pairs pairs) { return vget_low_s8(pairs); }
static inline int16x8_t MultiplyUpper(int8x16_t weights, Pairs pairs) {
  return vmull_high_s8(weights, pairs);
}
static inline int16x8_t MultiplyAddUpper(int16x8_t sum, int8x16_t weights,
                                         Pairs pairs) {
  return vmlal_high_s8(sum, weights, pairs);
}
#else
using Pairs = int8x8_t;
static inline Pairs FirstPair(const int16_t* from) {
  return vreinterpret_s8_s16(vld1_dup_s16(from));
}
struct FourPairs {
  Pairs at[4];
  explicit FourPairs(const int16_t* from) {
    const int16x4x4_t pairs = vld4_dup_s16(from);
    OCTET_UNROLL for (size_t i = 0; i < 4; ++i) {
      at[i] = vreinterpret_s8_s16(pairs.val[i]);
    }
  }
};
static inline int8x8_t Lower(Pairs pairs) { return pairs; }
static inline int16x8_t MultiplyUpper(int8x16_t weights, Pairs pairs) {
  return vmull_s8(vget_high_s8(weights), pairs);
}
static inline int16x8_t MultiplyAddUpper(int16x8_t sum, int8x16_t weights,
                                         Pairs pairs) {
  return vmlal_s8(sum, vget_high_s8(weights), pairs);
}
#endif

// Four k of a pixel. `weights`: of the first two k, then of the others. The
// order of the statements is that of the instructions: no result is used at
// once.
template <size_t kVectors>
[[gnu::always_inline]] static inline void MultiplyAdd4(int32x4_t* sum,
                                                       const int8x16_t* weights,
                                                       Pairs first,
                                                       Pairs second) {
  constexpr size_t kPairVectors = kVectors / 2;
  int16x8_t product[kVectors];
  OCTET_UNROLL for (size_t v = 0; v < kPairVectors; ++v) {
    product[2 * v] = vmull_s8(vget_low_s8(weights[v]), Lower(first));
    product[2 * v + 1] = MultiplyUpper(weights[v], first);
  }
  OCTET_UNROLL for (size_t v = 0; v < kPairVectors; ++v) {
    const int8x16_t w = weights[kPairVectors + v];
    product[2 * v] = vmlal_s8(product[2 * v], vget_low_s8(w), Lower(second));
    product[2 * v + 1] = MultiplyAddUpper(product[2 * v + 1], w, second);
  }
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    sum[v] = vpadalq_s16(sum[v], product[v]);
  }
}

// Two k of a pixel.
template <size_t kVectors>
[[gnu::always_inline]] static inline void MultiplyAdd2(int32x4_t* sum,
                                                       const int8x16_t* weights,
                                                       Pairs pair) {
  OCTET_UNROLL for (size_t v = 0; v < kVectors / 2; ++v) {
    const int8x16_t w = weights[v];
    sum[2 * v] = vpadalq_s16(sum[2 * v], vmull_s8(vget_low_s8(w), Lower(pair)));
    sum[2 * v + 1] = vpadalq_s16(sum[2 * v + 1], MultiplyUpper(w, pair));
  }
}

// One run of kRows pixels; returns the weights behind it.
template <size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline const uint8_t* AccumulateRun(
    const GemmRun& run, ptrdiff_t pixel, size_t pairs, const uint8_t* weights,
    Tile<kRows, kVectors>& tile) {
  const uint8_t* from[kRows];
  from[0] = static_cast<const uint8_t*>(run.base) + pixel * run.pixel_stride;
  OCTET_UNROLL for (size_t r = 1; r < kRows; ++r) {
    from[r] = from[r - 1] + run.pixel_stride;
  }
  constexpr size_t kPairVectors = kVectors / 2;
  constexpr size_t kPairBytes = 16 * kPairVectors;  // two of each channel
  for (; pairs >= 4; pairs -= 4) {
    int8x16_t w[4 * kPairVectors];
    OCTET_UNROLL for (size_t i = 0; i < 4 * kPairVectors; ++i) {
      w[i] = LoadBytes(weights + 16 * i);
    }
    weights += 4 * kPairBytes;
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      const FourPairs a(reinterpret_cast<const int16_t*>(from[r]));
      from[r] += 8;
      MultiplyAdd4<kVectors>(tile.sum[r], w, a.at[0], a.at[1]);
      MultiplyAdd4<kVectors>(tile.sum[r], w + 2 * kPairVectors, a.at[2],
                             a.at[3]);
    }
  }
  for (; pairs != 0; --pairs) {
    int8x16_t w[kPairVectors];
    OCTET_UNROLL for (size_t i = 0; i < kPairVectors; ++i) {
      w[i] = LoadBytes(weights + 16 * i);
    }
    weights += kPairBytes;
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      MultiplyAdd2<kVectors>(
          tile.sum[r], w, FirstPair(reinterpret_cast<const int16_t*>(from[r])));
      from[r] += 2;
    }
  }
  return weights;
}

template <size_t kRowsOfTile, size_t kChannels>
struct Kernel {
  static constexpr size_t kMr = kRowsOfTile;
  static constexpr size_t kNr = kChannels;
  static constexpr bool kCopiesPanel = false;

  template <size_t kRows>
  [[gnu::always_inline]] static void Accumulate(const GemmPanel<kNr>& p,
                                                ptrdiff_t pixel,
                                                Tile<kRows, kNr / 4>& tile) {
    const size_t pairs = (p.run_length + 1) / 2;
    const uint8_t* weights = p.begin + p.kLayout.weights;
    for (size_t i = 0; i < p.num_runs; ++i) {
      weights = AccumulateRun(p.runs[i], pixel, pairs, weights, tile);
    }
  }
};

}  // namespace

#if defined(__aarch64__)
void Gemm4x16(const GemmArgs& args) {
  RunPanels<neon::RowKernel<Kernel<4, 16>>>(args, Family::kGemm);
}
void Gemm8x8(const GemmArgs& args) {
  RunPanels<neon::RowKernel<Kernel<8, 8>>>(args, Family::kGemm);
}
void AccumulateGemm4x16(const GemmArgs& args) {
  RunPanels<neon::RowKernel<Kernel<4, 16>>>(args, Family::kAccumulateGemm);
}
void AccumulateGemm8x8(const GemmArgs& args) {
  RunPanels<neon::RowKernel<Kernel<8, 8>>>(args, Family::kAccumulateGemm);
}
#else
void Gemm4x8(const GemmArgs& args) {
  RunPanels<neon::RowKernel<Kernel<4, 8>>>(args, Family::kGemm);
}
void AccumulateGemm4x8(const GemmArgs& args) {
  RunPanels<neon::RowKernel<Kernel<4, 8>>>(args, Family::kAccumulateGemm);
}
#endif

}  // namespace octet::neon
