// FloatGemm: a tile of up to 4 x 8 outputs of a matrix product whose rows may
// lie anywhere, which is what convolutions are made of.

#ifndef OCTET_KERNELS_FLOAT_GEMM_H_
#define OCTET_KERNELS_FLOAT_GEMM_H_

#include <cstddef>

#include "kernels/float/float_clamp.h"

namespace octet {

inline constexpr size_t kFloatTileRows = 4;
inline constexpr size_t kFloatPanel = 8;  // columns of a panel

// k values of each row, and the k x 8 weights that they meet.
struct FloatTap {
  const float* rows[kFloatTileRows];
  const float* weights;
};

// output[r][c] = clamp(bias[c] + sum over the taps and over i < k of
//                      rows[r][i] * weights[i * 8 + c])
// in single precision, one addition after the other in this order.
// All four rows of a tap can be read, whatever num_rows is.
struct FloatGemmArgs {
  size_t num_taps;
  size_t k;
  const FloatTap* taps;
  // Added to the weights of each tap: the panel.
  size_t weights_offset;
  const float* bias;   // [8]
  size_t num_rows;     // 1 ... 4
  size_t num_columns;  // 1 ... 8
  float* outputs[kFloatTileRows];
  FloatClamp clamp;
};

void FloatGemm(const FloatGemmArgs& args);

// Weights of `k` rows, `n` columns: element (i, c) is at
// weights[i * row_stride + c * column_stride]. Panel j begins at
// packed[j * k * 8]; missing columns are 0. ceil(n / 8) * 8 * k floats.
void PackFloatPanels(const float* weights, size_t k, size_t n,
                     size_t row_stride, size_t column_stride, float* packed);

// output[m][n] = clamp(bias[n] + a[m][k] times packed panels), rows of the
// output output_stride floats apart; bias has ceil(n / 8) * 8 values, or
// is null: zeros.
struct FloatMatrixArgs {
  size_t m, k, n;
  const float* a;
  const float* panels;
  const float* bias;
  float* output;
  size_t output_stride;
  FloatClamp clamp;
};

void FloatMatrixProduct(const FloatMatrixArgs& args);

// One channel after the other: output[c] = clamp(bias[c] + sum over the taps of
// inputs[tap][c] * weights[tap * channels + c]), tap by tap.
struct FloatDepthwiseArgs {
  size_t channels;
  size_t num_taps;
  const float* const* inputs;
  const float* const* weights;
  const float* bias;
  float* output;
  FloatClamp clamp;
};

void FloatDepthwise(const FloatDepthwiseArgs& args);

}  // namespace octet

#endif  // OCTET_KERNELS_FLOAT_GEMM_H_
