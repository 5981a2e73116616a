// gemm by sdot: four weights of four channels times four activations of a
// pixel, which stay where they were loaded and are picked as a lane.

#include "kernels/gemm.h"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/gemm_panel.h"
#include "kernels/neondot/neondot_kernels.h"

namespace octet::neondot {
namespace {

constexpr size_t kKr = 4;

// An asm statement: with the intrinsic g++ 12 copies sums within the loop.
template <int kLane>
[[gnu::always_inline]] static inline void DotProduct(int32x4_t& sum,
                                                     int8x16_t weights,
                                                     int8x16_t activations) {
  asm("sdot %0.4s, %1.16b, %2.4b[%3]"
      : "+w"(sum)
      : "w"(weights), "w"(activations), "i"(kLane));
}

// Four k of all rows: activations from lane kLane.
template <int kLane, size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void MultiplyAdd(
    const int8x16_t* activations, const uint8_t* weights,
    neon::Tile<kRows, kVectors>& tile) {
  int8x16_t w[kVectors];
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    w[v] = neon::LoadBytes(weights + 16 * v);
  }
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      DotProduct<kLane>(tile.sum[r][v], w[v], activations[r]);
    }
  }
}

template <size_t kRowsOfTile, size_t kChannels>
struct Kernel {
  static constexpr size_t kMr = kRowsOfTile;
  static constexpr size_t kNr = kChannels;

  template <size_t kRows>
  [[gnu::always_inline]] static void Accumulate(
      const neon::GemmPanel<kNr>& p, ptrdiff_t pixel,
      neon::Tile<kRows, kNr / 4>& tile) {
    const size_t groups = (p.run_length + kKr - 1) / kKr;
    const uint8_t* weights = p.begin + p.kLayout.weights;
    for (size_t i = 0; i < p.num_runs; ++i) {
      const GemmRun& run = p.runs[i];
      const uint8_t* rows[kRows];
      rows[0] =
          static_cast<const uint8_t*>(run.base) + pixel * run.pixel_stride;
      OCTET_UNROLL for (size_t r = 1; r < kRows; ++r) {
        rows[r] = rows[r - 1] + run.pixel_stride;
      }
      weights = AccumulateRun<kRows>(rows, groups, weights, tile);
    }
  }

 private:
  static constexpr size_t kVectors = kNr / 4;
  static constexpr size_t kGroupBytes = kNr * kKr;

  template <size_t kRows>
  [[gnu::always_inline]] static const uint8_t* AccumulateRun(
      const uint8_t** rows, size_t groups, const uint8_t* weights,
      neon::Tile<kRows, kVectors>& tile) {
    int8x16_t a[kRows];
    for (; groups >= 4; groups -= 4) {
      OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
        a[r] = neon::LoadBytes(rows[r]);
        rows[r] += 4 * kKr;
      }
      MultiplyAdd<0, kRows, kVectors>(a, weights, tile);
      MultiplyAdd<1, kRows, kVectors>(a, weights + kGroupBytes, tile);
      MultiplyAdd<2, kRows, kVectors>(a, weights + 2 * kGroupBytes, tile);
      MultiplyAdd<3, kRows, kVectors>(a, weights + 3 * kGroupBytes, tile);
      weights += 4 * kGroupBytes;
    }
    if (groups == 0) return weights;
    // The rest of up to three groups; kernels may read behind a run.
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      a[r] = neon::LoadBytes(rows[r]);
    }
    MultiplyAdd<0, kRows, kVectors>(a, weights, tile);
    if (groups >= 2) {
      MultiplyAdd<1, kRows, kVectors>(a, weights + kGroupBytes, tile);
    }
    if (groups == 3) {
      MultiplyAdd<2, kRows, kVectors>(a, weights + 2 * kGroupBytes, tile);
    }
    return weights + groups * kGroupBytes;
  }
};

}  // namespace

void Gemm4x16(const GemmArgs& args) {
  neon::RunPanels<neon::RowKernel<Kernel<4, 16>>>(args, neon::Family::kGemm);
}

void Gemm8x8(const GemmArgs& args) {
  neon::RunPanels<neon::RowKernel<Kernel<8, 8>>>(args, neon::Family::kGemm);
}

void AccumulateGemm4x16(const GemmArgs& args) {
  neon::RunPanels<neon::RowKernel<Kernel<4, 16>>>(
      args, neon::Family::kAccumulateGemm);
}

void AccumulateGemm8x8(const GemmArgs& args) {
  neon::RunPanels<neon::RowKernel<Kernel<8, 8>>>(args,
                                                 neon::Family::kAccumulateGemm);
}

}  // namespace octet::neondot
