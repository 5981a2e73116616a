// gemm by smmla: eight activations of two pixels times eight weights of two
// channels are four sums.
//
//   | pixel 0: a0 ... a7 |     | c0: w0 ... w7 |      sum += | p0 c0 | p0 c1 |
//   | pixel 1: a0 ... a7 |  x  | c1: w0 ... w7 |             | p1 c0 | p1 c1 |
//
// Sums stay in this order until they are bytes: two channels of a pixel, the
// same of its neighbour. Then uzp picks every other pair of bytes for a pixel.
//
// Neighbours' activations are brought together, eight by eight, once a call:
// the first panel loads them where they are, and leaves them in the workspace
// in the order in which the other panels read them.
//
//   workspace, of a tile of 6:   | p0 p1 | p2 p3 | p4 p5 | p0 p1 | ...
//                                  k 0-7   k 0-7   k 0-7   k 8-15
//
// An odd pixel at the end of a tile is its own neighbour. A single pixel is its
// own neighbour 8 bytes further on: of each product one half counts.
//
//   | a0 ... a7  |     | c0: w0 ... w7 |      even += | a0-7 c0 | a0-7 c1 |
//   | a8 ... a15 |  x  | c1: w0 ... w7 |              |    -    |    -    |
//
//   | a0 ... a7  |     | c0: w8 .. w15 |      odd +=  |    -    |    -    |
//   | a8 ... a15 |  x  | c1: w8 .. w15 |              | a8-15 c0 | a8-15 c1 |

#include "kernels/gemm.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/i8mm/i8mm_kernels.h"
#include "kernels/i8mm/pair_stage.h"
#include "kernels/neon/gemm_panel.h"

namespace octet::i8mm {
namespace {

constexpr size_t kKr = 8;

// asm statements: g++ 12 copies sums around the loop where it has the
// intrinsic, and moves pointers by instructions of their own. Those that load
// do not say what they read: no call of a function writes what it reads. Loads
// of weights are volatile, so that they stay where they stand.
[[gnu::always_inline]] static inline void MultiplyAdd(int32x4_t& sum,
                                                      int8x16_t pixels,
                                                      int8x16_t weights) {
  asm("smmla %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(pixels), "w"(weights));
}

// Eight activations of two pixels.
[[gnu::always_inline]] static inline int8x16_t LoadPair(
    const uint8_t*& pixel, const uint8_t*& neighbour) {
  int8x16_t pair;
  asm("ldr %d0, [%1], #8\n\t"
      "ld1 {%0.d}[1], [%2], #8"
      : "=w"(pair), "+r"(pixel), "+r"(neighbour));
  return pair;
}

// Eight weights of four channels; moves on by kBytes.
template <size_t kBytes>
[[gnu::always_inline]] static inline void LoadWeightsAndMove(
    const uint8_t*& weights, int8x16_t* w) {
  asm volatile("ldp %q0, %q1, [%2], %3"
               : "=w"(w[0]), "=w"(w[1]), "+r"(weights)
               : "n"(kBytes));
}
// Those kBytes in front of `weights`.
template <int kBytes>
[[gnu::always_inline]] static inline void LoadWeightsBefore(
    const uint8_t* weights, int8x16_t* w) {
  asm volatile("ldp %q0, %q1, [%2, %3]"
               : "=w"(w[0]), "=w"(w[1])
               : "r"(weights), "n"(-kBytes));
}

// Eight activations of kPairs pairs, in the workspace.
template <size_t kPairs>
[[gnu::always_inline]] static inline void KeepPairs(const int8x16_t* a,
                                                    uint8_t*& to) {
  constexpr size_t kBytes = 16 * kPairs;
  if constexpr (kPairs == 1) {
    asm volatile("str %q1, [%0], %2"
                 : "+r"(to)
                 : "w"(a[0]), "n"(kBytes)
                 : "memory");
  } else {
    asm volatile("stp %q1, %q2, [%0], %3"
                 : "+r"(to)
                 : "w"(a[0]), "w"(a[1]), "n"(kBytes)
                 : "memory");
  }
  OCTET_UNROLL for (size_t pair = 2; pair < kPairs; ++pair) {
    vst1q_s8(reinterpret_cast<int8_t*>(to - kBytes) + 16 * pair, a[pair]);
  }
}
template <size_t kPairs>
[[gnu::always_inline]] static inline void LoadPairs(const uint8_t*& from,
                                                    int8x16_t* a) {
  constexpr size_t kBytes = 16 * kPairs;
  if constexpr (kPairs == 1) {
    asm("ldr %q0, [%1], %2" : "=w"(a[0]), "+r"(from) : "n"(kBytes));
  } else {
    asm("ldp %q0, %q1, [%2], %3"
        : "=w"(a[0]), "=w"(a[1]), "+r"(from)
        : "n"(kBytes));
  }
  OCTET_UNROLL for (size_t pair = 2; pair < kPairs; ++pair) {
    a[pair] = neon::LoadBytes(from - kBytes + 16 * pair);
  }
}

// Eight k of kPairs pairs of pixels, for the channels of two vectors of weights
// and of those behind, which begin kBytes in front of `weights`. Each two are
// loaded before the two in front of them multiply: a CPU that does not reorder
// would wait for them.
template <int kBytes, size_t kPairs, size_t kVectors>
[[gnu::always_inline]] static inline void MultiplyAddVectors(
    const int8x16_t* a, const uint8_t* weights, const int8x16_t* w,
    int32x4_t (&sums)[kPairs][kVectors]) {
  constexpr size_t kFirst = kVectors - 2 - kBytes / 16;
  int8x16_t next[2];
  if constexpr (kBytes != 0) LoadWeightsBefore<kBytes>(weights, next);
  OCTET_UNROLL for (size_t v = 0; v < 2; ++v) {
    OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
      MultiplyAdd(sums[pair][kFirst + v], a[pair], w[v]);
    }
  }
  if constexpr (kBytes != 0) {
    MultiplyAddVectors<kBytes - 32>(a, weights, next, sums);
  }
}

// Of all channels.
template <size_t kPairs, size_t kVectors>
[[gnu::always_inline]] static inline void MultiplyAddPairs(
    const int8x16_t* a, const uint8_t*& weights,
    int32x4_t (&sums)[kPairs][kVectors]) {
  int8x16_t w[2];
  LoadWeightsAndMove<16 * kVectors>(weights, w);
  MultiplyAddVectors<16 * kVectors - 32>(a, weights, w, sums);
}

// Eight vectors of weights for one of activations: ld1 takes four at once, in
// consecutive registers.
[[gnu::always_inline]] static inline void MultiplyAddEight(
    int8x16_t a, const uint8_t*& weights, int32x4_t* sum) {
  asm("ld1 {v24.16b, v25.16b, v26.16b, v27.16b}, [%8], #64\n\t"
      "ld1 {v28.16b, v29.16b, v30.16b, v31.16b}, [%8], #64\n\t"
      "smmla %0.4s, %9.16b, v24.16b\n\t"
      "smmla %1.4s, %9.16b, v25.16b\n\t"
      "smmla %2.4s, %9.16b, v26.16b\n\t"
      "smmla %3.4s, %9.16b, v27.16b\n\t"
      "smmla %4.4s, %9.16b, v28.16b\n\t"
      "smmla %5.4s, %9.16b, v29.16b\n\t"
      "smmla %6.4s, %9.16b, v30.16b\n\t"
      "smmla %7.4s, %9.16b, v31.16b"
      : "+&w"(sum[0]), "+&w"(sum[1]), "+&w"(sum[2]), "+&w"(sum[3]),
        "+&w"(sum[4]), "+&w"(sum[5]), "+&w"(sum[6]), "+&w"(sum[7]),
        "+r"(weights)
      : "w"(a)
      : "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
}

template <size_t kRowsOfTile, size_t kChannels>
struct Kernel {
  static constexpr size_t kMr = kRowsOfTile;
  static constexpr size_t kNr = kChannels;

  static void RunPanel(const neon::GemmPanel<kNr>& p, size_t pixels) {
    if (pixels == 1) {
      RunPixel(p, 0);
      return;
    }
    const PairPanel<kNr> channels(p.begin);
    const size_t tiles = pixels / kMr;
    if (tiles != 0) RunPairs<kMr / 2>(p, channels, 0, tiles, false);
    RunRest<kMr / 2>(p, channels, tiles * kMr, pixels % kMr);
  }

 private:
  static constexpr size_t kVectors = kNr / 2;

  static size_t GroupsOfRun(const neon::GemmPanel<kNr>& p) {
    return (p.run_length + kKr - 1) / kKr;
  }

  // The last pixels. REQUIRES: rows < 4 * kPairs.
  template <size_t kPairs>
  static void RunRest(const neon::GemmPanel<kNr>& p,
                      const PairPanel<kNr>& channels, size_t first,
                      size_t rows) {
    if constexpr (kPairs == 1) {
      if (rows >= 2) RunPairs<1>(p, channels, first, 1, false);
      if (rows % 2 != 0) RunPixel(p, first + rows - 1);
    } else {
      if (rows + 1 >= 2 * kPairs) {
        const bool odd = rows < 2 * kPairs;
        RunPairs<kPairs>(p, channels, first, 1, odd);
        if (odd) return;
        first += 2 * kPairs;
        rows -= 2 * kPairs;
      }
      RunRest<(kPairs + 1) / 2>(p, channels, first, rows);
    }
  }

  // `count` tiles of kPairs pairs from pixel `first` on. odd: there is one
  // tile, whose last pixel has no neighbour.
  template <size_t kPairs>
  [[gnu::noinline]] static void RunPairs(const neon::GemmPanel<kNr>& panel,
                                         const PairPanel<kNr>& channels,
                                         size_t first, size_t count, bool odd) {
    constexpr size_t kRows = 2 * kPairs;
    // A copy, known to be nobody else's.
    const neon::GemmPanel<kNr> p = panel;
    const size_t groups = p.num_runs * GroupsOfRun(p);
    uint8_t* paired = p.workspace + first * groups * kKr;
    ptrdiff_t pixel = static_cast<ptrdiff_t>(first);
    uint8_t* to = p.output + pixel * p.output_stride;
    for (; count != 0; --count) {
      PairSums<kPairs, kNr> sums;
      channels.template LoadBiases<kPairs>(sums);
      if (p.first) {
        PairAndAccumulate<kPairs>(p, pixel, odd, paired, sums);
      } else {
        Accumulate<kPairs>(p, groups, paired, sums);
      }
      paired += kRows * groups * kKr;
      if (p.family == neon::Family::kAccumulateGemm) [[unlikely]] {
        to = StorePairSums<kPairs>(p, sums, odd, to);
      } else {
        to = StorePairs<kPairs>(p, channels, sums, pixel, odd, to);
      }
      pixel += kRows;
    }
  }

  // Reads activations where they are, and writes `paired`.
  template <size_t kPairs>
  [[gnu::always_inline]] static void PairAndAccumulate(
      const neon::GemmPanel<kNr>& p, ptrdiff_t pixel, bool odd, uint8_t* paired,
      PairSums<kPairs, kNr>& sums) {
    constexpr size_t kRows = 2 * kPairs;
    const size_t groups = GroupsOfRun(p);
    const uint8_t* weights = p.begin + p.kLayout.weights;
    for (size_t i = 0; i < p.num_runs; ++i) {
      const GemmRun& run = p.runs[i];
      const uint8_t* rows[kRows];
      rows[0] =
          static_cast<const uint8_t*>(run.base) + pixel * run.pixel_stride;
      OCTET_UNROLL for (size_t r = 1; r < kRows; ++r) {
        const bool alone = odd && r + 1 == kRows;
        rows[r] = rows[r - 1] + (alone ? 0 : run.pixel_stride);
      }
      for (size_t left = groups; left != 0; --left) {
        int8x16_t a[kPairs];
        OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
          a[pair] = LoadPair(rows[2 * pair], rows[2 * pair + 1]);
        }
        KeepPairs<kPairs>(a, paired);
        MultiplyAddPairs(a, weights, sums);
      }
    }
  }

  // Reads `paired`.
  template <size_t kPairs>
  [[gnu::always_inline]] static void Accumulate(const neon::GemmPanel<kNr>& p,
                                                size_t groups,
                                                const uint8_t* paired,
                                                PairSums<kPairs, kNr>& sums) {
    const uint8_t* weights = p.begin + p.kLayout.weights;
    // Of 24 sums, g++ 12 would spill some for a remainder.
    constexpr size_t kSteps = kPairs * kVectors < 24 ? 2 : 1;
    int8x16_t a[kPairs];
    for (size_t left = groups / kSteps; left != 0; --left) {
      OCTET_UNROLL for (size_t i = 0; i < kSteps; ++i) {
        LoadPairs<kPairs>(paired, a);
        MultiplyAddPairs(a, weights, sums);
      }
    }
    if (groups % kSteps != 0) {
      LoadPairs<kPairs>(paired, a);
      MultiplyAddPairs(a, weights, sums);
    }
  }

  // Of one pixel: `even` groups of eight k and odd ones, behind each other.
  using PixelSums = int32x4_t[2 * kVectors];

  [[gnu::noinline]] static void RunPixel(const neon::GemmPanel<kNr>& p,
                                         size_t index) {
    const ptrdiff_t pixel = static_cast<ptrdiff_t>(index);
    PixelSums sums;
    OCTET_UNROLL for (auto& sum : sums) sum = vdupq_n_s32(0);
    AccumulatePixel(p, pixel, sums);
    neon::Tile<1, kNr / 4> tile;
    OCTET_UNROLL for (size_t v = 0; v < kNr / 4; ++v) {
      const int64x2_t* const even =
          reinterpret_cast<const int64x2_t*>(sums) + 2 * v;
      const int64x2_t* const odd = even + kVectors;
      const int32x4_t sum =
          vaddq_s32(vreinterpretq_s32_s64(vzip1q_s64(even[0], even[1])),
                    vreinterpretq_s32_s64(vzip2q_s64(odd[0], odd[1])));
      tile.sum[0][v] = vaddq_s32(sum, neon::LoadSums(p.begin + 16 * v));
    }
    neon::FinishTile<1>(p, tile, pixel, p.output + pixel * p.output_stride);
  }

  [[gnu::always_inline]] static void AccumulatePixel(
      const neon::GemmPanel<kNr>& p, ptrdiff_t pixel, PixelSums& sums) {
    const uint8_t* weights = p.begin + p.kLayout.weights;
    for (size_t i = 0; i < p.num_runs; ++i) {
      const GemmRun& run = p.runs[i];
      const uint8_t* from =
          static_cast<const uint8_t*>(run.base) + pixel * run.pixel_stride;
      const size_t groups = GroupsOfRun(p);
      for (size_t left = groups / 4; left != 0; --left) {
        int8x16_t a[2];
        LoadPairs<2>(from, a);
        OCTET_UNROLL for (size_t half = 0; half < 2; ++half) {
          OCTET_UNROLL for (size_t v = 0; v < 2 * kVectors; v += 8) {
            MultiplyAddEight(a[half], weights, sums + v);
          }
        }
      }
      for (size_t left = groups % 4; left != 0; --left, from += kKr) {
        const int8x16_t a = neon::LoadBytes(from);
        OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
          MultiplyAdd(sums[v], a, neon::LoadBytes(weights + 16 * v));
        }
        weights += 16 * kVectors;
      }
    }
  }
};

}  // namespace

void Gemm6x16(const GemmArgs& args) {
  neon::RunPanels<Kernel<6, 16>>(args, neon::Family::kGemm);
}

void Gemm8x8(const GemmArgs& args) {
  neon::RunPanels<Kernel<8, 8>>(args, neon::Family::kGemm);
}

void AccumulateGemm6x16(const GemmArgs& args) {
  neon::RunPanels<Kernel<6, 16>>(args, neon::Family::kAccumulateGemm);
}

void AccumulateGemm8x8(const GemmArgs& args) {
  neon::RunPanels<Kernel<8, 8>>(args, neon::Family::kAccumulateGemm);
}

}  // namespace octet::i8mm
