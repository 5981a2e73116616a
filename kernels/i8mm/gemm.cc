// gemm by smmla: eight activations of two pixels times eight weights of two
// channels are four sums.
//
//   | pixel 0: a0 ... a7 |     | c0: w0 ... w7 |      sum += | p0 c0 | p0 c1 |
//   | pixel 1: a0 ... a7 |  x  | c1: w0 ... w7 |             | p1 c0 | p1 c1 |
//
// Sums stay in this order until they are bytes: two channels of a pixel, the
// same of its neighbour. Then uzp picks every other pair of bytes for a pixel.
// So biases, shifts and multipliers are needed in that order, every pair of
// channels twice. An odd pixel at the end is its own neighbour.

#include "kernels/gemm.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/i8mm/i8mm_kernels.h"
#include "kernels/neon/gemm_panel.h"

namespace octet::i8mm {
namespace {

constexpr size_t kKr = 8;

// asm statements: g++ 12 copies sums around the loop where it has the
// intrinsic, and moves pointers by instructions of their own. They do not say
// what they read: nothing here writes that.
[[gnu::always_inline]] static inline void MultiplyAdd(int32x4_t& sum,
                                                      int8x16_t pixels,
                                                      int8x16_t weights) {
  asm("smmla %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(pixels), "w"(weights));
}

// Eight activations of two pixels.
[[gnu::always_inline]] static inline int8x16_t LoadPair(
    const uint8_t*& pixel, const uint8_t*& neighbour) {
  int8x16_t pair;
  asm("ldr %d0, [%1], #8" : "=w"(pair), "+r"(pixel));
  asm("ld1 {%0.d}[1], [%1], #8" : "+w"(pair), "+r"(neighbour));
  return pair;
}

// Eight weights of four channels.
[[gnu::always_inline]] static inline void LoadWeights(const uint8_t*& weights,
                                                      int8x16_t& first,
                                                      int8x16_t& second) {
  asm("ldp %q0, %q1, [%2], #32" : "=w"(first), "=w"(second), "+r"(weights));
}

// What a panel's channels have, in the order of sums.
template <size_t kNr>
struct PairPanel {
  int32x4_t bias[kNr / 2];
  int32x4_t left[kNr / 2];
  int16x8_t multiplier[kNr / 4];

  [[gnu::always_inline]] explicit PairPanel(const uint8_t* panel) {
    constexpr PanelLayout kLayout = PanelLayoutOf(kNr);
    OCTET_UNROLL for (size_t v = 0; v < kNr / 4; ++v) {
      Twice(neon::LoadSums(panel + 16 * v), bias + 2 * v);
      Twice(vnegq_s32(neon::LoadSums(panel + kLayout.shift + 16 * v)),
            left + 2 * v);
    }
    OCTET_UNROLL for (size_t v = 0; v < kNr / 8; ++v) {
      const int32x4_t words = vreinterpretq_s32_s16(
          neon::LoadWords(panel + kLayout.multiplier + 16 * v));
      multiplier[2 * v] = vreinterpretq_s16_s32(vzip1q_s32(words, words));
      multiplier[2 * v + 1] = vreinterpretq_s16_s32(vzip2q_s32(words, words));
    }
  }

 private:
  [[gnu::always_inline]] static void Twice(int32x4_t channels, int32x4_t* to) {
    const int64x2_t pairs = vreinterpretq_s64_s32(channels);
    to[0] = vreinterpretq_s32_s64(vzip1q_s64(pairs, pairs));
    to[1] = vreinterpretq_s32_s64(vzip2q_s64(pairs, pairs));
  }
};

// The sums of two pixels in order of channels.
template <size_t kNr>
[[gnu::always_inline]] static inline void InOrder(
    const int32x4_t* sum, neon::Tile<2, kNr / 4>& tile) {
  OCTET_UNROLL for (size_t v = 0; v < kNr / 4; ++v) {
    const int64x2_t low = vreinterpretq_s64_s32(sum[2 * v]);
    const int64x2_t high = vreinterpretq_s64_s32(sum[2 * v + 1]);
    tile.sum[0][v] = vreinterpretq_s32_s64(vzip1q_s64(low, high));
    tile.sum[1][v] = vreinterpretq_s32_s64(vzip2q_s64(low, high));
  }
}

// Two pixels' bytes, not clamped, of up to 16 channels. `sum`: kNr / 2 vectors.
template <size_t kNr>
[[gnu::always_inline]] static inline void FinishPair(
    const PairPanel<kNr>& panel, const neon::VectorStage& stage,
    const int32x4_t* sum, int8x16_t* bytes) {
  constexpr size_t kWords = kNr / 4;
  int16x8_t words[4];
  OCTET_UNROLL for (size_t i = 0; i < kWords; ++i) {
    words[i] = neon::ToWords(
        neon::ShiftAccumulators(sum[2 * i], sum[2 * i + 1], panel.left[2 * i],
                                panel.left[2 * i + 1]),
        panel.multiplier[i], stage.zero_point);
  }
  const int16x8_t low =
      vreinterpretq_s16_s8(neon::DropFraction(words[0], words[1]));
  const int16x8_t high = kWords == 2
                             ? low
                             : vreinterpretq_s16_s8(neon::DropFraction(
                                   words[kWords - 2], words[kWords - 1]));
  bytes[0] = vreinterpretq_s8_s16(vuzp1q_s16(low, high));
  bytes[1] = vreinterpretq_s8_s16(vuzp2q_s16(low, high));
}

// The same with a residual, which is added pixel by pixel.
template <size_t kNr>
[[gnu::always_inline]] static inline void FinishPairWithResidual(
    const neon::GemmPanel<kNr>& p, const PairPanel<kNr>& panel,
    const int32x4_t* sum, const uint8_t* addend,
    const uint8_t* neighbours_addend, int8x16_t* bytes) {
  constexpr size_t kWords = kNr / 8;
  int16x8_t t[2][2];
  int16x8_t multiplier[2];
  OCTET_UNROLL for (size_t i = 0; i < 2; ++i) {
    const size_t word = i % kWords;
    const int32x4_t* const s = sum + 4 * word;
    const int32x4_t* const left = panel.left + 4 * word;
    const int32x4_t low = vreinterpretq_s32_s16(
        neon::ShiftAccumulators(s[0], s[1], left[0], left[1]));
    const int32x4_t high = vreinterpretq_s32_s16(
        neon::ShiftAccumulators(s[2], s[3], left[2], left[3]));
    t[0][i] = vreinterpretq_s16_s32(vuzp1q_s32(low, high));
    t[1][i] = vreinterpretq_s16_s32(vuzp2q_s32(low, high));
    multiplier[i] = neon::LoadWords(p.begin + p.kLayout.multiplier + 16 * word);
  }
  bytes[0] =
      neon::FinishRow<true>(t[0], multiplier, p.stage, p.residual, addend);
  bytes[1] = neon::FinishRow<true>(t[1], multiplier, p.stage, p.residual,
                                   neighbours_addend);
}

template <size_t kRowsOfTile, size_t kChannels>
struct Kernel {
  static constexpr size_t kMr = kRowsOfTile;
  static constexpr size_t kNr = kChannels;

  template <size_t kRows>
  static void RunTiles(const neon::GemmPanel<kNr>& panel, size_t first,
                       size_t count) {
    RunPairs<(kRows + 1) / 2>(panel, first, count, kRows % 2 != 0);
  }

 private:
  static constexpr size_t kVectors = kNr / 2;

  template <size_t kPairs>
  using Sums = int32x4_t[kPairs][kVectors];

  // odd: there is one tile, whose last pixel has no neighbour.
  template <size_t kPairs>
  [[gnu::noinline]] static void RunPairs(const neon::GemmPanel<kNr>& panel,
                                         size_t first, size_t count, bool odd) {
    constexpr size_t kRows = 2 * kPairs;
    // Copies, known to be nobody else's.
    const neon::GemmPanel<kNr> p = panel;
    const PairPanel<kNr> pairs(p.begin);
    ptrdiff_t pixel = static_cast<ptrdiff_t>(first);
    uint8_t* to = p.output + pixel * p.output_stride;
    for (; count != 0; --count) {
      Sums<kPairs> sums;
      OCTET_UNROLL for (auto& pair : sums) {
        OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
          pair[v] = pairs.bias[v];
        }
      }
      Accumulate<kPairs>(p, pixel, odd, sums);
      if (p.family == neon::Family::kAccumulateGemm) [[unlikely]] {
        StoreSums<kPairs>(p, sums, odd, to);
      } else {
        StoreBytes<kPairs>(p, pairs, pixel, sums, odd, to);
      }
      pixel += kRows;
      to += static_cast<ptrdiff_t>(kRows) * p.output_stride;
    }
  }

  template <size_t kPairs>
  [[gnu::always_inline]] static void StoreSums(const neon::GemmPanel<kNr>& p,
                                               const Sums<kPairs>& sums,
                                               bool odd, uint8_t* to) {
    OCTET_UNROLL for (size_t i = 0; i < kPairs; ++i) {
      neon::Tile<2, kNr / 4> tile;
      InOrder<kNr>(sums[i], tile);
      // Its own neighbour has the same sums.
      const bool alone = odd && i + 1 == kPairs;
      neon::StoreSums(tile, to, alone ? 0 : p.output_stride);
      to += 2 * p.output_stride;
    }
  }

  template <size_t kPairs>
  [[gnu::always_inline]] static void StoreBytes(const neon::GemmPanel<kNr>& p,
                                                const PairPanel<kNr>& pairs,
                                                ptrdiff_t pixel,
                                                const Sums<kPairs>& sums,
                                                bool odd, uint8_t* to) {
    constexpr size_t kRows = 2 * kPairs;
    // All bytes before the first is stored: see neon::StoreTile.
    int8x16_t bytes[kRows];
    if (p.residual.bytes == nullptr) {
      OCTET_UNROLL for (size_t i = 0; i < kPairs; ++i) {
        FinishPair(pairs, p.stage, sums[i], bytes + 2 * i);
      }
    } else {
      const ptrdiff_t stride = p.residual.stride;
      const uint8_t* addend = p.residual.bytes + pixel * stride;
      OCTET_UNROLL for (size_t i = 0; i < kPairs; ++i) {
        const bool alone = odd && i + 1 == kPairs;
        FinishPairWithResidual(p, pairs, sums[i], addend,
                               alone ? addend : addend + stride, bytes + 2 * i);
        addend += 2 * stride;
      }
    }
    neon::StoreRows<kRows>(p, bytes, odd ? kRows - 1 : kRows, to);
  }

  template <size_t kPairs>
  [[gnu::always_inline]] static void Accumulate(const neon::GemmPanel<kNr>& p,
                                                ptrdiff_t pixel, bool odd,
                                                Sums<kPairs>& sums) {
    constexpr size_t kRows = 2 * kPairs;
    const size_t groups = (p.run_length + kKr - 1) / kKr;
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
        OCTET_UNROLL for (size_t v = 0; v < kVectors; v += 2) {
          int8x16_t w0, w1;
          LoadWeights(weights, w0, w1);
          OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
            MultiplyAdd(sums[pair][v], a[pair], w0);
          }
          OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
            MultiplyAdd(sums[pair][v + 1], a[pair], w1);
          }
        }
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
