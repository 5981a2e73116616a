// gemm by smmla: eight activations of two pixels times eight weights of two
// channels are four sums.
//
//   | pixel 0: a0 ... a7 |     | c0: w0 ... w7 |      sum += | p0 c0 | p0 c1 |
//   | pixel 1: a0 ... a7 |  x  | c1: w0 ... w7 |             | p1 c0 | p1 c1 |
//
// Pairs of pixels are brought together in the workspace once a call, for all of
// its panels:
//
//   tile of 6 pixels:  for each 8 k:  [pixels 0 1][pixels 2 3][pixels 4 5]
//
// The last tile has as many pairs as it needs; an odd pixel is its own partner.

#include "kernels/gemm.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/i8mm/i8mm_kernels.h"
#include "kernels/neon/gemm_panel.h"

namespace octet::i8mm {
namespace {

constexpr size_t kMr = 6;
constexpr size_t kKr = 8;
constexpr size_t kPairsOfChannels = 8;

// Of 8 k, two pixels.
constexpr size_t kPairBytes = 2 * kKr;

static inline size_t GroupsOfRun(size_t run_length) {
  return (run_length + kKr - 1) / kKr;
}

// Pixels `first`, `first` + 1, ... of a tile of kPairs pairs; `rows` of them.
template <size_t kPairs>
[[gnu::noinline]] uint8_t* GatherTile(const GemmArgs& args, size_t first,
                                      size_t rows, uint8_t* to) {
  const size_t groups = GroupsOfRun(args.run_length);
  for (size_t i = 0; i < args.num_runs; ++i) {
    const GemmRun& run = args.runs[i];
    const uint8_t* row[2 * kPairs];
    OCTET_UNROLL for (size_t r = 0; r < 2 * kPairs; ++r) {
      const size_t pixel = first + (r < rows ? r : rows - 1);
      row[r] = static_cast<const uint8_t*>(run.base) +
               static_cast<ptrdiff_t>(pixel) * run.pixel_stride;
    }
    for (size_t group = 0; group < groups; ++group) {
      OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
        vst1q_u8(
            to + pair * kPairBytes,
            vcombine_u8(vld1_u8(row[2 * pair]), vld1_u8(row[2 * pair + 1])));
      }
      OCTET_UNROLL for (const uint8_t*& from : row) from += kKr;
      to += kPairs * kPairBytes;
    }
  }
  return to;
}

void GatherPixels(const GemmArgs& args) {
  uint8_t* to = static_cast<uint8_t*>(args.workspace);
  size_t pixel = 0;
  for (; pixel + kMr <= args.m; pixel += kMr) {
    to = GatherTile<3>(args, pixel, kMr, to);
  }
  const size_t rows = args.m - pixel;
  if (rows > 4) {
    GatherTile<3>(args, pixel, rows, to);
  } else if (rows > 2) {
    GatherTile<2>(args, pixel, rows, to);
  } else if (rows > 0) {
    GatherTile<1>(args, pixel, rows, to);
  }
}

// An asm statement: with the intrinsic g++ 12 copies sums around the loop.
static inline void MultiplyAdd(int32x4_t& sum, int8x16_t pixels,
                               int8x16_t weights) {
  asm("smmla %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(pixels), "w"(weights));
}

struct Kernel {
  static constexpr size_t kMr = i8mm::kMr;
  static constexpr size_t kNr = 16;

  template <size_t kRows>
  [[gnu::always_inline]] static void Accumulate(const neon::GemmPanel<kNr>& p,
                                                ptrdiff_t pixel,
                                                neon::Tile<kRows, 4>& tile) {
    constexpr size_t kPairs = (kRows + 1) / 2;
    const size_t groups = GroupsOfRun(p.run_length) * p.num_runs;
    const uint8_t* activations = static_cast<const uint8_t*>(p.workspace) +
                                 static_cast<size_t>(pixel) * groups * kKr;
    const uint8_t* weights = p.begin + p.kLayout.weights;
    int32x4_t sum[kPairs][kPairsOfChannels];
    OCTET_UNROLL for (size_t v = 0; v < kPairsOfChannels; ++v) {
      const int64x2_t bias = vreinterpretq_s64_s32(tile.sum[0][v / 2]);
      const int64x2_t twice =
          v % 2 == 0 ? vzip1q_s64(bias, bias) : vzip2q_s64(bias, bias);
      OCTET_UNROLL for (auto& pair : sum) {
        pair[v] = vreinterpretq_s32_s64(twice);
      }
    }
    for (size_t i = 0; i < groups; ++i) {
      int8x16_t a[kPairs];
      OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
        a[pair] = neon::LoadBytes(activations + pair * kPairBytes);
      }
      activations += kPairs * kPairBytes;
      OCTET_UNROLL for (size_t v = 0; v < kPairsOfChannels; v += 2) {
        const int8x16_t w0 = neon::LoadBytes(weights + 16 * v);
        const int8x16_t w1 = neon::LoadBytes(weights + 16 * v + 16);
        OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
          MultiplyAdd(sum[pair][v], a[pair], w0);
        }
        OCTET_UNROLL for (size_t pair = 0; pair < kPairs; ++pair) {
          MultiplyAdd(sum[pair][v + 1], a[pair], w1);
        }
      }
      weights += kNr * kKr;
    }
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      OCTET_UNROLL for (size_t v = 0; v < 4; ++v) {
        const int64x2_t low = vreinterpretq_s64_s32(sum[r / 2][2 * v]);
        const int64x2_t high = vreinterpretq_s64_s32(sum[r / 2][2 * v + 1]);
        tile.sum[r][v] = vreinterpretq_s32_s64(
            r % 2 == 0 ? vzip1q_s64(low, high) : vzip2q_s64(low, high));
      }
    }
  }
};

}  // namespace

void Gemm6x16(const GemmArgs& args) {
  GatherPixels(args);
  neon::RunPanels<Kernel>(args);
}

}  // namespace octet::i8mm
