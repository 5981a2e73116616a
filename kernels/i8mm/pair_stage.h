// From sums in pairs to bytes: gemm.cc has the picture. What a panel's channels
// have, biases, shifts and multipliers, is needed in the order of the sums,
// every pair of channels twice.

#ifndef OCTET_KERNELS_I8MM_PAIR_STAGE_H_
#define OCTET_KERNELS_I8MM_PAIR_STAGE_H_

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/neon/gemm_panel.h"
#include "kernels/neon/vector_stage.h"

namespace octet::i8mm {

// Of kPairs pairs of pixels.
template <size_t kPairs, size_t kNr>
using PairSums = int32x4_t[kPairs][kNr / 2];

template <size_t kNr>
struct PairPanel {
  int32x4_t bias[kNr / 2];
  int32x4_t left[kNr / 2];  // the shifts, negated
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

  // One load for two sums, where copies of registers would take two.
  template <size_t kPairs>
  [[gnu::always_inline]] void LoadBiases(PairSums<kPairs, kNr>& sums) const {
    OCTET_UNROLL for (auto& pair : sums) {
      OCTET_UNROLL for (size_t v = 0; v < kNr / 2; v += 2) {
        asm volatile("ldp %q0, %q1, [%2]"
                     : "=w"(pair[v]), "=w"(pair[v + 1])
                     : "r"(bias + v), "m"(bias));
      }
    }
  }

 private:
  [[gnu::always_inline]] static void Twice(int32x4_t channels, int32x4_t* to) {
    const int64x2_t pairs = vreinterpretq_s64_s32(channels);
    to[0] = vreinterpretq_s32_s64(vzip1q_s64(pairs, pairs));
    to[1] = vreinterpretq_s32_s64(vzip2q_s64(pairs, pairs));
  }
};

// The bytes, not clamped, of up to 16 channels of kPairs pairs. The loop over
// pairs is the inner one: so sums make room soon.
template <size_t kPairs, size_t kNr>
[[gnu::always_inline]] static inline void FinishPairs(
    const PairPanel<kNr>& panel, const neon::VectorStage& stage,
    const PairSums<kPairs, kNr>& sums, int8x16_t* bytes) {
  constexpr size_t kWords = kNr / 4;
  int16x8_t words[kPairs][kWords];
  OCTET_UNROLL for (size_t i = 0; i < kWords; ++i) {
    const int32x4_t left[2] = {panel.left[2 * i], panel.left[2 * i + 1]};
    const int16x8_t multiplier = panel.multiplier[i];
    OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
      words[pair][i] = neon::ToWords(
          neon::ShiftAccumulators(sums[pair][2 * i], sums[pair][2 * i + 1],
                                  left[0], left[1]),
          multiplier, stage.zero_point);
    }
  }
  OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
    const int16x8_t* const w = words[pair];
    const int16x8_t low = vreinterpretq_s16_s8(neon::DropFraction(w[0], w[1]));
    const int16x8_t high = kWords == 2
                               ? low
                               : vreinterpretq_s16_s8(neon::DropFraction(
                                     w[kWords - 2], w[kWords - 1]));
    bytes[2 * pair] = vreinterpretq_s8_s16(vuzp1q_s16(low, high));
    bytes[2 * pair + 1] = vreinterpretq_s8_s16(vuzp2q_s16(low, high));
  }
}

// One pair with a residual, which is added pixel by pixel.
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

// The same of kPairs pairs, from the addend of the first on. odd: the last
// pixel is its own neighbour.
template <size_t kPairs, size_t kNr>
[[gnu::always_inline]] static inline void FinishPairsWithResidual(
    const neon::GemmPanel<kNr>& p, const PairPanel<kNr>& panel,
    const PairSums<kPairs, kNr>& sums, const uint8_t* addend, bool odd,
    int8x16_t* bytes) {
  const ptrdiff_t stride = p.residual.stride;
  OCTET_UNROLL for (size_t i = 0; i < kPairs; ++i) {
    const bool alone = odd && i + 1 == kPairs;
    FinishPairWithResidual(p, panel, sums[i], addend,
                           alone ? addend : addend + stride, bytes + 2 * i);
    addend += 2 * stride;
  }
}

// The bytes of kPairs pairs, the first of which is at `pixel`. odd: as above.
// Returns where the next pixel goes.
template <size_t kPairs, size_t kNr>
[[gnu::always_inline]] static inline uint8_t* StorePairs(
    const neon::GemmPanel<kNr>& p, const PairPanel<kNr>& panel,
    const PairSums<kPairs, kNr>& sums, ptrdiff_t pixel, bool odd, uint8_t* to) {
  constexpr size_t kRows = 2 * kPairs;
  // All bytes before the first is stored: see neon::StoreTile.
  int8x16_t bytes[kRows];
  if (p.residual.bytes == nullptr) {
    FinishPairs<kPairs>(panel, p.stage, sums, bytes);
  } else {
    FinishPairsWithResidual<kPairs>(
        p, panel, sums, p.residual.bytes + pixel * p.residual.stride, odd,
        bytes);
  }
  return neon::StoreRows<kRows>(p, bytes, odd ? kRows - 1 : kRows, to);
}

// The same for sums, in order of channels.
template <size_t kPairs, size_t kNr>
[[gnu::always_inline]] static inline uint8_t* StorePairSums(
    const neon::GemmPanel<kNr>& p, const PairSums<kPairs, kNr>& sums, bool odd,
    uint8_t* to) {
  OCTET_UNROLL for (size_t i = 0; i < kPairs; ++i) {
    neon::Tile<2, kNr / 4> tile;
    OCTET_UNROLL for (size_t v = 0; v < kNr / 4; ++v) {
      const int64x2_t low = vreinterpretq_s64_s32(sums[i][2 * v]);
      const int64x2_t high = vreinterpretq_s64_s32(sums[i][2 * v + 1]);
      tile.sum[0][v] = vreinterpretq_s32_s64(vzip1q_s64(low, high));
      tile.sum[1][v] = vreinterpretq_s32_s64(vzip2q_s64(low, high));
    }
    // Its own neighbour has the same sums.
    const bool alone = odd && i + 1 == kPairs;
    neon::StoreSums(tile, to, alone ? 0 : p.output_stride);
    to += 2 * p.output_stride;
  }
  return to;
}

}  // namespace octet::i8mm

#endif  // OCTET_KERNELS_I8MM_PAIR_STAGE_H_
