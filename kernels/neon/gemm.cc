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

#include "kernels/neon/neon_kernels.h"
#include "kernels/neon/vector_stage.h"

namespace octet::neon {
namespace {

constexpr size_t kMr = 4;
constexpr size_t kNr = kGemmNr;
constexpr size_t kVectors = kNr / 4;
constexpr size_t kPairBytes = 2 * kNr;  // of weights: two of each channel
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

#define OCTET_UNROLL _Pragma("GCC unroll 8")

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

// The sums of a pixel.
struct Row {
  int32x4_t sum[kVectors];
};

template <size_t kRows>
struct Tile {
  Row row[kRows];
};

// Four k of a pixel. `weights`: of the first two k, then of the others. The
// order of the statements is that of the instructions: no result is used at
// once.
[[gnu::always_inline]] static inline void MultiplyAdd4(Row& row,
                                                       const int8x16_t* weights,
                                                       Pairs first,
                                                       Pairs second) {
  constexpr size_t kHalf = kVectors / 2;
  int16x8_t product[kVectors];
  OCTET_UNROLL for (size_t v = 0; v < kHalf; ++v) {
    product[2 * v] = vmull_s8(vget_low_s8(weights[v]), Lower(first));
    product[2 * v + 1] = MultiplyUpper(weights[v], first);
  }
  OCTET_UNROLL for (size_t v = 0; v < kHalf; ++v) {
    const int8x16_t w = weights[kHalf + v];
    product[2 * v] = vmlal_s8(product[2 * v], vget_low_s8(w), Lower(second));
    product[2 * v + 1] = MultiplyAddUpper(product[2 * v + 1], w, second);
  }
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    row.sum[v] = vpadalq_s16(row.sum[v], product[v]);
  }
}

// Two k of a pixel.
[[gnu::always_inline]] static inline void MultiplyAdd2(Row& row,
                                                       const int8x16_t* weights,
                                                       Pairs pair) {
  OCTET_UNROLL for (size_t v = 0; v < kVectors / 2; ++v) {
    const int8x16_t w = weights[v];
    row.sum[2 * v] =
        vpadalq_s16(row.sum[2 * v], vmull_s8(vget_low_s8(w), Lower(pair)));
    row.sum[2 * v + 1] =
        vpadalq_s16(row.sum[2 * v + 1], MultiplyUpper(w, pair));
  }
}

// One run of kRows pixels; returns the weights behind it.
template <size_t kRows>
[[gnu::always_inline]] static inline const uint8_t* AccumulateRun(
    const GemmRun& run, ptrdiff_t pixel, size_t pairs, const uint8_t* weights,
    Tile<kRows>& tile) {
  const uint8_t* from[kRows];
  from[0] = static_cast<const uint8_t*>(run.base) + pixel * run.pixel_stride;
  OCTET_UNROLL for (size_t r = 1; r < kRows; ++r) {
    from[r] = from[r - 1] + run.pixel_stride;
  }
  constexpr size_t kPairVectors = kVectors / 2;
  for (; pairs >= 4; pairs -= 4) {
    int8x16_t w[4 * kPairVectors];
    OCTET_UNROLL for (size_t i = 0; i < 4 * kPairVectors; ++i) {
      w[i] = LoadBytes(weights + 16 * i);
    }
    weights += 4 * kPairBytes;
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      const FourPairs a(reinterpret_cast<const int16_t*>(from[r]));
      from[r] += 8;
      MultiplyAdd4(tile.row[r], w, a.at[0], a.at[1]);
      MultiplyAdd4(tile.row[r], w + 2 * kPairVectors, a.at[2], a.at[3]);
    }
  }
  for (; pairs != 0; --pairs) {
    int8x16_t w[kPairVectors];
    OCTET_UNROLL for (size_t i = 0; i < kPairVectors; ++i) {
      w[i] = LoadBytes(weights + 16 * i);
    }
    weights += kPairBytes;
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      MultiplyAdd2(tile.row[r], w,
                   FirstPair(reinterpret_cast<const int16_t*>(from[r])));
      from[r] += 2;
    }
  }
  return weights;
}

// A panel, and where the outputs of its channels go.
struct Panel {
  const GemmArgs& args;
  const uint8_t* begin;
  LeftShift<kNr> left;
  VectorStage stage;
  uint8_t* output;
  size_t channels;
};

// The bytes of a pixel; in ARMv7 the lower half.
[[gnu::always_inline]] static inline int8x16_t RowToBytes(const Panel& p,
                                                          const Row& row) {
  int16x8_t words[2];
  OCTET_UNROLL for (size_t i = 0; i < kVectors / 2; ++i) {
    const int16x8_t t = ShiftAccumulators(row.sum[2 * i], row.sum[2 * i + 1],
                                          vld1q_s32(p.left.at + 8 * i),
                                          vld1q_s32(p.left.at + 8 * i + 4));
    words[i] = ToWords(t, LoadWords(p.begin + kLayout.multiplier + 16 * i),
                       p.stage.zero_point);
  }
  return ToBytes(words[0], words[kVectors / 2 - 1], p.stage);
}

template <size_t kRows>
[[gnu::always_inline]] static inline void StoreTile(const Panel& p,
                                                    const Tile<kRows>& tile,
                                                    uint8_t* to) {
  OCTET_UNROLL for (const Row& row : tile.row) {
    const int8x16_t bytes = RowToBytes(p, row);
    if (p.channels < kNr) {
      StoreUpTo16(to, bytes, p.channels);
    } else if constexpr (kNr == 16) {
      vst1q_u8(to, vreinterpretq_u8_s8(bytes));
    } else {
      vst1_u8(to, vreinterpret_u8_s8(vget_low_s8(bytes)));
    }
    to += p.args.output_stride;
  }
}

// `count` tiles from pixel `first` on.
template <size_t kRows>
[[gnu::noinline]] void RunTiles(const Panel& p, size_t first, size_t count) {
  ptrdiff_t pixel = static_cast<ptrdiff_t>(first);
  const size_t pairs = (p.args.run_length + 1) / 2;
  for (; count != 0; --count, pixel += kRows) {
    Tile<kRows> tile;
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      const int32x4_t bias = LoadSums(p.begin + 16 * v);
      OCTET_UNROLL for (Row& row : tile.row) row.sum[v] = bias;
    }
    const uint8_t* weights = p.begin + kLayout.weights;
    for (size_t i = 0; i < p.args.num_runs; ++i) {
      weights = AccumulateRun(p.args.runs[i], pixel, pairs, weights, tile);
    }
    StoreTile(p, tile, p.output + pixel * p.args.output_stride);
  }
}

void RunPanel(const Panel& p) {
  const size_t tiles = p.args.m / kMr;
  RunTiles<kMr>(p, 0, tiles);
  switch (p.args.m % kMr) {
    case 3:
      return RunTiles<3>(p, tiles * kMr, 1);
    case 2:
      return RunTiles<2>(p, tiles * kMr, 1);
    case 1:
      return RunTiles<1>(p, tiles * kMr, 1);
  }
}

}  // namespace

void Gemm(const GemmArgs& args) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t c = 0; c < args.n; c += kNr, panel += args.panel_bytes) {
    const size_t channels = args.n - c < kNr ? args.n - c : kNr;
    RunPanel({args, panel, LeftShift<kNr>(panel + kLayout.shift), stage,
              output + c, channels});
  }
}

}  // namespace octet::neon
