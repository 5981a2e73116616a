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

// Sixteen activations of rows kFirst to kEnd; moves on to the next ones.
template <size_t kFirst, size_t kEnd>
[[gnu::always_inline]] static inline void LoadRows(const uint8_t** rows,
                                                   int8x16_t* activations) {
  OCTET_UNROLL for (size_t r = kFirst; r < kEnd; ++r) {
    activations[r] = neon::LoadBytes(rows[r]);
    rows[r] += 4 * kKr;
  }
}

// Four weights of all channels.
template <size_t kVectors>
[[gnu::always_inline]] static inline void LoadWeights(const uint8_t* weights,
                                                      int8x16_t* w) {
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    w[v] = neon::LoadBytes(weights + 16 * v);
  }
}

// The same; moves on by sixteen weights, in the instruction that loads. Nothing
// here writes what the asm statement reads. g++ 12 moves nothing across it.
template <size_t kVectors>
[[gnu::always_inline]] static inline void LoadWeightsAndMove(
    const uint8_t*& weights, int8x16_t* w) {
  constexpr size_t kBytes = 4 * 16 * kVectors;
  asm volatile("ldp %q0, %q1, [%2], %3"
               : "=w"(w[0]), "=w"(w[1]), "+r"(weights)
               : "n"(kBytes));
  OCTET_UNROLL for (size_t v = 2; v < kVectors; ++v) {
    w[v] = neon::LoadBytes(weights - kBytes + 16 * v);
  }
}

// Four k of all rows: activations from lane kLane.
template <int kLane, size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void MultiplyAdd(
    const int8x16_t* activations, const int8x16_t* w,
    neon::Tile<kRows, kVectors>& tile) {
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      DotProduct<kLane>(tile.sum[r][v], w[v], activations[r]);
    }
  }
}
template <int kLane, size_t kRows, size_t kVectors>
[[gnu::always_inline]] static inline void LoadMultiplyAdd(
    const int8x16_t* activations, const uint8_t* weights,
    neon::Tile<kRows, kVectors>& tile) {
  int8x16_t w[kVectors];
  LoadWeights<kVectors>(weights, w);
  MultiplyAdd<kLane>(activations, w, tile);
}

template <size_t kRowsOfTile, size_t kChannels>
struct Kernel {
  static constexpr size_t kMr = kRowsOfTile;
  static constexpr size_t kNr = kChannels;
  static constexpr bool kCopiesPanel = true;

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
    // Loads of activations in front of those of the weights, for CPUs that do
    // not reorder: by llvm-mca's models of them, so many.
    constexpr size_t kEarly = kRows <= 4 ? kRows : 2;
    int8x16_t a[kRows];
    for (size_t left = groups / 4; left != 0; --left) {
      LoadRows<0, kEarly>(rows, a);
      if constexpr (kRows == 1) {  // nearly all loads: none waits for another
        LoadMultiplyAdd<0>(a, weights, tile);
        weights += 4 * kGroupBytes;
      } else {
        int8x16_t w[kVectors];
        LoadWeightsAndMove<kVectors>(weights, w);
        LoadRows<kEarly, kRows>(rows, a);
        MultiplyAdd<0>(a, w, tile);
      }
      LoadMultiplyAdd<1>(a, weights - 3 * kGroupBytes, tile);
      LoadMultiplyAdd<2>(a, weights - 2 * kGroupBytes, tile);
      LoadMultiplyAdd<3>(a, weights - kGroupBytes, tile);
    }
    const size_t rest = groups % 4;
    if (rest == 0) return weights;
    // Up to three groups; kernels may read behind a run.
    LoadRows<0, kRows>(rows, a);
    LoadMultiplyAdd<0>(a, weights, tile);
    if (rest >= 2) LoadMultiplyAdd<1>(a, weights + kGroupBytes, tile);
    if (rest == 3) LoadMultiplyAdd<2>(a, weights + 2 * kGroupBytes, tile);
    return weights + rest * kGroupBytes;
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
