// Products by smlal: four channels with one activation, a lane of a vector of
// eight.

#include "kernels/neon/wide_products.h"

#include <arm_neon.h>

#include "kernels/neon/gemm_panel.h"

namespace octet::neon {
namespace {

constexpr size_t kVectors = kWideNr / 4;
constexpr size_t kWeightBytes = kWideNr * 2;  // of one k
constexpr size_t kLanes = 8;

// Adds the products of eight channels with one activation.
template <int kLane>
[[gnu::always_inline]] static inline void MultiplyAdd8(int32x4_t* sum,
                                                       int16x8_t weights,
                                                       int16x8_t activations) {
#if defined(__aarch64__)
  // asm statements, as in vector_stage.h; x: a lane is one of v0 to v15.
  asm("smlal %0.4s, %1.4h, %2.h[%3]"
      : "+w"(sum[0])
      : "w"(weights), "x"(activations), "i"(kLane));
  asm("smlal2 %0.4s, %1.8h, %2.h[%3]"
      : "+w"(sum[1])
      : "w"(weights), "x"(activations), "i"(kLane));
#else
  const int16x4_t half =
      kLane < 4 ? vget_low_s16(activations) : vget_high_s16(activations);
  sum[0] = vmlal_lane_s16(sum[0], vget_low_s16(weights), half, kLane % 4);
  sum[1] = vmlal_lane_s16(sum[1], vget_high_s16(weights), half, kLane % 4);
#endif
}

// One k: activations from lane kLane of every row.
template <int kLane, size_t kRows>
[[gnu::always_inline]] static inline void MultiplyOne(
    const int16x8_t* activations, const uint8_t* weights,
    Tile<kRows, kVectors>& tile) {
  int16x8_t w[kVectors / 2];
  OCTET_UNROLL for (size_t v = 0; v < kVectors / 2; ++v) {
    w[v] = LoadWords(weights + 16 * v);
  }
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors / 2; ++v) {
      MultiplyAdd8<kLane>(&tile.sum[r][2 * v], w[v], activations[r]);
    }
  }
}

template <size_t kRows>
void MultiplyRows(const WideOperands& in, uint8_t* to, size_t to_row_bytes) {
  Tile<kRows, kVectors> tile;
  OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
    const int32x4_t start = LoadSums(in.start + 16 * v);
    OCTET_UNROLL for (auto& sum : tile.sum) sum[v] = start;
  }
  const uint8_t* weights = in.weights;
  const uint8_t* from[kRows];
  OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
    from[r] = in.activations + r * in.row_bytes;
  }
  int16x8_t a[kRows];
  size_t left = in.k;
  for (; left >= kLanes; left -= kLanes) {
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      a[r] = LoadWords(from[r]);
      from[r] += 2 * kLanes;
    }
    MultiplyOne<0, kRows>(a, weights, tile);
    MultiplyOne<1, kRows>(a, weights + kWeightBytes, tile);
    MultiplyOne<2, kRows>(a, weights + 2 * kWeightBytes, tile);
    MultiplyOne<3, kRows>(a, weights + 3 * kWeightBytes, tile);
    MultiplyOne<4, kRows>(a, weights + 4 * kWeightBytes, tile);
    MultiplyOne<5, kRows>(a, weights + 5 * kWeightBytes, tile);
    MultiplyOne<6, kRows>(a, weights + 6 * kWeightBytes, tile);
    MultiplyOne<7, kRows>(a, weights + 7 * kWeightBytes, tile);
    weights += kLanes * kWeightBytes;
  }
  for (; left != 0; --left, weights += kWeightBytes) {
    OCTET_UNROLL for (size_t r = 0; r < kRows; ++r) {
      a[r] = vld1q_dup_s16(reinterpret_cast<const int16_t*>(from[r]));
      from[r] += 2;
    }
    MultiplyOne<0, kRows>(a, weights, tile);
  }
  OCTET_UNROLL for (const auto& sum : tile.sum) {
    OCTET_UNROLL for (size_t v = 0; v < kVectors; ++v) {
      vst1q_s32(reinterpret_cast<int32_t*>(to) + 4 * v, sum[v]);
    }
    to += to_row_bytes;
  }
}

}  // namespace

void MultiplyWide(const WideOperands& operands, size_t rows, uint8_t* to,
                  size_t to_row_bytes) {
  WideOperands in = operands;
  for (; rows >= kWideMr; rows -= kWideMr, to += kWideMr * to_row_bytes) {
    MultiplyRows<kWideMr>(in, to, to_row_bytes);
    in.activations += kWideMr * in.row_bytes;
  }
  for (; rows != 0; --rows, to += to_row_bytes) {
    MultiplyRows<1>(in, to, to_row_bytes);
    in.activations += in.row_bytes;
  }
}

}  // namespace octet::neon
