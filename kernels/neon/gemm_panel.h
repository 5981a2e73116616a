// What the gemm kernels of NEON, dot products and I8MM have in common: the walk
// over panels and tiles, and the way from a tile's sums to bytes. The same
// tiles serve as accumulate_gemm, which stores the sums: their loops, which are
// long, exist once.
//
// A kernel is a struct:
//
//   static constexpr size_t kMr, kNr;   of the largest tile
//   static void RunPanel(...)           computes all pixels of a panel
//
// RowKernel has RunPanel for one whose sums are those of one pixel a vector:
//
//   template <size_t kRows>             adds all products of kRows pixels from
//   static void Accumulate(...)         `pixel` on to a tile that holds biases
//   static constexpr bool kCopiesPanel  PanelOfTiles
//
// Both in an anonymous namespace, so that what is made of these templates is
// internal as well.

#ifndef OCTET_KERNELS_NEON_GEMM_PANEL_H_
#define OCTET_KERNELS_NEON_GEMM_PANEL_H_

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/gemm.h"
#include "kernels/neon/vector_stage.h"

#define OCTET_UNROLL _Pragma("GCC unroll 16")

namespace octet::neon {

// Most pixels a call of the kernels of these headers.
inline constexpr size_t kMaxCallPixels = 128;

template <size_t kRows, size_t kVectors>
struct Tile {
  int32x4_t sum[kRows][kVectors];  // of pixels, by channels
};

// What is added to the output of a panel.
struct Residual {
  const uint8_t* bytes;  // of pixel 0; null: none
  ptrdiff_t stride;
  int8x8_t zero_point;
  int16x8_t multiplier;
  int16x8_t left;  // by -fraction_bits
};

// What a kernel is: gemm, or accumulate_gemm.
enum class Family { kGemm, kAccumulateGemm };

// A panel, and where the outputs of its channels go.
template <size_t kNr>
struct GemmPanel {
  static constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

  const GemmRun* runs;
  size_t num_runs;
  size_t run_length;
  uint8_t* workspace;
  const uint8_t* begin;
  LeftShift<kNr> left;
  VectorStage stage;
  Residual residual;
  Family family;
  uint8_t* output;
  ptrdiff_t output_stride;
  size_t channels;    // from its first to the layer's last
  bool first = true;  // of the call
};

// From t of up to 16 channels to their bytes, not clamped.
template <bool kResidual>
[[gnu::always_inline]] static inline int8x16_t FinishRow(
    const int16x8_t* t, const int16x8_t* multiplier, const VectorStage& stage,
    const Residual& residual, const uint8_t* addends) {
  if constexpr (!kResidual) {
    return DropFraction(ToWords(t[0], multiplier[0], stage.zero_point),
                        ToWords(t[1], multiplier[1], stage.zero_point));
  }
  const int8x16_t q = LoadBytes(addends);
  const int16x8_t sum0 = vqaddq_s16(
      vqrdmulhq_s16(t[0], multiplier[0]),
      ScaleAddend(vget_low_s8(q), residual.zero_point, residual.multiplier));
  const int16x8_t sum1 = vqaddq_s16(
      vqrdmulhq_s16(t[1], multiplier[1]),
      ScaleAddend(vget_high_s8(q), residual.zero_point, residual.multiplier));
  return vcombine_s8(SumToBytes(sum0, stage.zero_point, residual.left),
                     SumToBytes(sum1, stage.zero_point, residual.left));
}

// Stores kNr bytes, and moves on to the next pixel. AArch64: by one
// instruction; g++ 12 has a pointer for every row, and moves them all.
template <size_t kNr>
[[gnu::always_inline]] static inline void StoreRow(uint8_t*& to,
                                                   int8x16_t bytes,
                                                   ptrdiff_t stride) {
#if defined(__aarch64__)
  if constexpr (kNr == 16) {
    asm volatile("st1 {%1.16b}, [%0], %2"
                 : "+r"(to)
                 : "w"(bytes), "r"(stride)
                 : "memory");
  } else {
    asm volatile("st1 {%1.8b}, [%0], %2"
                 : "+r"(to)
                 : "w"(bytes), "r"(stride)
                 : "memory");
  }
#else
  static_assert(kNr == 8 || kNr == 16);
  vst1_u8(to, vreinterpret_u8_s8(vget_low_s8(bytes)));
  if (kNr == 16) vst1_u8(to + 8, vreinterpret_u8_s8(vget_high_s8(bytes)));
  to += stride;
#endif
}

// `count` pixels of a layer's last panel, of fewer than kNr channels.
[[gnu::noinline, maybe_unused]] static void StorePartialRows(
    const int8x16_t* bytes, size_t channels, size_t count, uint8_t* to,
    ptrdiff_t stride) {
  for (size_t r = 0; r < count; ++r, to += stride) {
    StoreUpTo16(to, bytes[r], channels);
  }
}

// Clamps kRows pixels and stores `count` of them, kRows or one less, from `to`
// on. Returns where the next pixel goes.
template <size_t kRows, size_t kNr>
[[gnu::always_inline]] static inline uint8_t* StoreRows(const GemmPanel<kNr>& p,
                                                        int8x16_t* bytes,
                                                        size_t count,
                                                        uint8_t* to) {
  if (p.stage.clamps) {
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      bytes[r] = ClampBytes(bytes[r], p.stage);
    }
  }
  const ptrdiff_t stride = p.output_stride;
  if (p.channels < kNr) [[unlikely]] {
    int8x16_t copies[kRows];  // `bytes` stay in registers
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) copies[r] = bytes[r];
    StorePartialRows(copies, p.channels, count, to, stride);
    return to + static_cast<ptrdiff_t>(count) * stride;
  }
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    if (r + 1 == kRows && count != kRows) break;
    StoreRow<kNr>(to, bytes[r], stride);
  }
  return to;
}

// All bytes of a tile are computed before the first is stored: behind a store
// compilers load again what they had in registers. Returns where the next
// pixel goes.
template <bool kResidual, size_t kRows, size_t kNr>
[[gnu::always_inline]] static inline uint8_t* StoreTile(
    const GemmPanel<kNr>& p, const Tile<kRows, kNr / 4>& tile,
    const uint8_t* addends, uint8_t* to) {
  constexpr size_t kWords = kNr / 8;
  int32x4_t left[kNr / 4];
  OCTET_UNROLL for (size_t v = 0; v < kNr / 4; ++v) {
    left[v] = vld1q_s32(p.left.at + 4 * v);
  }
  int16x8_t multiplier[2];
  multiplier[0] = LoadWords(p.begin + p.kLayout.multiplier);
  multiplier[1] = LoadWords(p.begin + p.kLayout.multiplier + 16 * (kWords - 1));
  int8x16_t bytes[kRows];
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    int16x8_t t[2];
    OCTET_UNROLL for (size_t i = 0; i < kWords; ++i) {
      t[i] = ShiftAccumulators(tile.sum[r][2 * i], tile.sum[r][2 * i + 1],
                               left[2 * i], left[2 * i + 1]);
    }
    if constexpr (kWords == 1) t[1] = t[0];
    bytes[r] =
        FinishRow<kResidual>(t, multiplier, p.stage, p.residual, addends);
    if constexpr (kResidual) addends += p.residual.stride;
  }
  return StoreRows<kRows>(p, bytes, kRows, to);
}

// The sums of a tile as they are, of all channels of the panel.
template <size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void StoreSums(
    const Tile<kRows, kVectors>& tile, uint8_t* to, ptrdiff_t stride) {
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r, to += stride) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      vst1q_s32(reinterpret_cast<int32_t*>(to) + 4 * v, tile.sum[r][v]);
    }
  }
}

// The sums of the first channels of each row, from a panel of kNr.
template <size_t kNr>
static void CopySums(const int32_t* from, size_t rows, size_t channels,
                     uint8_t* to, ptrdiff_t stride) {
  for (size_t r = 0; r < rows; ++r, from += kNr, to += stride) {
    std::memcpy(to, from, 4 * channels);
  }
}

// Two vectors of biases. AArch64: by one instruction for every row of a tile,
// where copies of registers would take two.
[[gnu::always_inline]] static inline void LoadBiases(const uint8_t* from,
                                                     int32x4_t* to) {
#if defined(__aarch64__)
  asm volatile("ldp %q0, %q1, [%2]" : "=w"(to[0]), "=w"(to[1]) : "r"(from));
#else
  to[0] = LoadSums(from);
  to[1] = LoadSums(from + 16);
#endif
}

// What a kernel of the panel's family does with the sums of the tile that
// begins at `pixel`. Returns where the next pixel goes.
template <size_t kRows, size_t kNr>
[[gnu::always_inline]] static inline uint8_t* FinishTile(
    const GemmPanel<kNr>& p, const Tile<kRows, kNr / 4>& tile, ptrdiff_t pixel,
    uint8_t* to) {
  if (p.family == Family::kAccumulateGemm) [[unlikely]] {
    StoreSums(tile, to, p.output_stride);
    return to + static_cast<ptrdiff_t>(kRows) * p.output_stride;
  }
  if (p.residual.bytes == nullptr) {
    return StoreTile<false>(p, tile, nullptr, to);
  }
  return StoreTile<true>(p, tile, p.residual.bytes + pixel * p.residual.stride,
                         to);
}

// A copy, known to be nobody else's, so that stores do not make a tile load it
// again; or not, where g++ 12 would then spill a sum.
template <size_t kNr, bool kCopies>
struct PanelOfTiles {
  using Type = const GemmPanel<kNr>;
};
template <size_t kNr>
struct PanelOfTiles<kNr, false> {
  using Type = const GemmPanel<kNr>&;
};

template <typename Kernel>
struct RowKernel {
  static constexpr size_t kMr = Kernel::kMr;
  static constexpr size_t kNr = Kernel::kNr;

  static void RunPanel(const GemmPanel<kNr>& p, size_t pixels) {
    const size_t tiles = pixels / kMr;
    if (tiles != 0) RunTiles<kMr>(p, 0, tiles);
    constexpr size_t kLargestRest = kMr > 4 ? 4 : kMr - 1;
    RunRest<kLargestRest>(p, tiles * kMr, pixels % kMr);
  }

 private:
  // `count` tiles of kRows pixels from pixel `first` on.
  template <size_t kRows>
  [[gnu::noinline]] static void RunTiles(const GemmPanel<kNr>& panel,
                                         size_t first, size_t count) {
    typename PanelOfTiles<kNr, Kernel::kCopiesPanel || kRows == 1>::Type p =
        panel;
    ptrdiff_t pixel = static_cast<ptrdiff_t>(first);
    uint8_t* to = p.output + pixel * p.output_stride;
    for (; count != 0; --count) {
      Tile<kRows, kNr / 4> tile;
      OCTET_UNROLL for (auto& sum : tile.sum) {
        OCTET_UNROLL for (size_t v = 0; v < kNr / 4; v += 2) {
          LoadBiases(p.begin + 16 * v, sum + v);
        }
      }
      Kernel::template Accumulate<kRows>(p, pixel, tile);
      to = FinishTile<kRows>(p, tile, pixel, to);
      pixel += kRows;
    }
  }

  // The last pixels, fewer than a tile's: in tiles of at most four, so that few
  // sizes of tiles are compiled. REQUIRES: rows < 2 * kRows.
  template <size_t kRows>
  static void RunRest(const GemmPanel<kNr>& p, size_t first, size_t rows) {
    if constexpr (kRows != 0) {
      if (rows >= kRows) {
        RunTiles<kRows>(p, first, 1);
        first += kRows;
        rows -= kRows;
      }
      RunRest<kRows - 1>(p, first, rows);
    }
  }
};

// The sums of a panel that is not full pass through memory of their own, so
// that tiles are stored whole.
template <typename Kernel>
[[gnu::noinline]] static void RunPanels(const GemmArgs& args, Family family) {
  constexpr size_t kNr = Kernel::kNr;
  const bool adds = args.residual.base != nullptr;
  const int fraction_bits = adds ? args.residual.fraction_bits : kFractionBits;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  GemmPanel<kNr> p = {
      args.runs,
      args.num_runs,
      args.run_length,
      static_cast<uint8_t*>(args.workspace),
      panel,
      LeftShift<kNr>(panel + PanelLayoutOf(kNr).shift),
      MakeVectorStage(args.stage, fraction_bits),
      {static_cast<const uint8_t*>(args.residual.base),
       args.residual.pixel_stride, vdup_n_s8(args.residual.zero_point),
       vdupq_n_s16(args.residual.multiplier),
       vdupq_n_s16(static_cast<int16_t>(-fraction_bits))},
      family,
      static_cast<uint8_t*>(args.output),
      args.output_stride,
      args.n};
  const bool stores_sums = family == Family::kAccumulateGemm;
  int32_t sums[kMaxCallPixels * kNr];
  for (;;) {
    uint8_t* const output = p.output;
    const bool copies = stores_sums && p.channels < kNr;
    if (copies) {
      p.output = reinterpret_cast<uint8_t*>(sums);
      p.output_stride = 4 * kNr;
    }
    Kernel::RunPanel(p, args.m);
    if (copies) {
      CopySums<kNr>(sums, args.m, p.channels, output, args.output_stride);
    }
    if (p.channels <= kNr) return;
    p.channels -= kNr;
    p.first = false;
    p.begin += args.panel_bytes;
    p.left = LeftShift<kNr>(p.begin + PanelLayoutOf(kNr).shift);
    p.output += stores_sums ? 4 * kNr : kNr;
    if (adds) p.residual.bytes += kNr;
  }
}

}  // namespace octet::neon

#endif  // OCTET_KERNELS_NEON_GEMM_PANEL_H_
