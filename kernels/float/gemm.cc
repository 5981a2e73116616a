#include "kernels/float/gemm.h"

#include <algorithm>
#include <cstring>

namespace octet {
namespace {

#if defined(__arm__)
// NEON of ARMv7 flushes denormal numbers: scalar code.
struct Float4 {
  float lanes[4];

  Float4& operator+=(const Float4& other) {
    for (int i = 0; i < 4; ++i) lanes[i] += other.lanes[i];
    return *this;
  }
  friend Float4 operator*(const Float4& a, const Float4& b) {
    Float4 product;
    for (int i = 0; i < 4; ++i) product.lanes[i] = a.lanes[i] * b.lanes[i];
    return product;
  }
};
#else
// Four lanes of every other CPU's baseline.
typedef float Float4 __attribute__((vector_size(16)));
#endif

Float4 Load(const float* from) {
  Float4 values;
  std::memcpy(&values, from, sizeof(values));
  return values;
}

Float4 Broadcast(float value) {
  const float lanes[4] = {value, value, value, value};
  return Load(lanes);
}

void StoreRow(const FloatGemmArgs& args, const Float4 (&sums)[2],
              float* output) {
  float row[kFloatPanel];
  std::memcpy(row, sums, sizeof(row));
  for (size_t c = 0; c < kFloatPanel; ++c) row[c] = args.clamp.Apply(row[c]);
  std::memcpy(output, row, args.num_columns * sizeof(float));
}

}  // namespace

void FloatGemm(const FloatGemmArgs& args) {
  Float4 s0[2], s1[2], s2[2], s3[2];
  for (int j = 0; j < 2; ++j) {
    s0[j] = s1[j] = s2[j] = s3[j] = Load(args.bias + 4 * j);
  }
  for (size_t t = 0; t < args.num_taps; ++t) {
    const FloatTap& tap = args.taps[t];
    const float* a0 = tap.rows[0];
    const float* a1 = tap.rows[1];
    const float* a2 = tap.rows[2];
    const float* a3 = tap.rows[3];
    const float* w = tap.weights + args.weights_offset;
    for (size_t i = 0; i < args.k; ++i, w += kFloatPanel) {
      const Float4 low = Load(w);
      const Float4 high = Load(w + 4);
      const Float4 x0 = Broadcast(a0[i]);
      s0[0] += x0 * low;
      s0[1] += x0 * high;
      const Float4 x1 = Broadcast(a1[i]);
      s1[0] += x1 * low;
      s1[1] += x1 * high;
      const Float4 x2 = Broadcast(a2[i]);
      s2[0] += x2 * low;
      s2[1] += x2 * high;
      const Float4 x3 = Broadcast(a3[i]);
      s3[0] += x3 * low;
      s3[1] += x3 * high;
    }
  }
  StoreRow(args, s0, args.outputs[0]);
  if (args.num_rows > 1) StoreRow(args, s1, args.outputs[1]);
  if (args.num_rows > 2) StoreRow(args, s2, args.outputs[2]);
  if (args.num_rows > 3) StoreRow(args, s3, args.outputs[3]);
}

void PackFloatPanels(const float* weights, size_t k, size_t n,
                     size_t row_stride, size_t column_stride, float* packed) {
  for (size_t first = 0; first < n; first += kFloatPanel) {
    for (size_t i = 0; i < k; ++i) {
      for (size_t c = first; c < first + kFloatPanel; ++c) {
        *packed++ = c < n ? weights[i * row_stride + c * column_stride] : 0.0f;
      }
    }
  }
}

void FloatMatrixProduct(const FloatMatrixArgs& args) {
  constexpr float kNoBias[kFloatPanel] = {};
  FloatTap tap = {};
  FloatGemmArgs tile = {};
  tile.num_taps = 1;
  tile.k = args.k;
  tile.taps = &tap;
  tile.clamp = args.clamp;
  for (size_t column = 0; column < args.n; column += kFloatPanel) {
    tap.weights = args.panels + column * args.k;
    tile.bias = args.bias == nullptr ? kNoBias : args.bias + column;
    tile.num_columns = std::min(kFloatPanel, args.n - column);
    for (size_t row = 0; row < args.m; row += kFloatTileRows) {
      tile.num_rows = std::min(kFloatTileRows, args.m - row);
      for (size_t r = 0; r < kFloatTileRows; ++r) {
        const size_t at = std::min(row + r, args.m - 1);
        tap.rows[r] = args.a + at * args.k;
        tile.outputs[r] = args.output + at * args.output_stride + column;
      }
      FloatGemm(tile);
    }
  }
}

void FloatDepthwise(const FloatDepthwiseArgs& args) {
  size_t c = 0;
  for (; c + 4 <= args.channels; c += 4) {
    Float4 sum = Load(args.bias + c);
    for (size_t t = 0; t < args.num_taps; ++t) {
      sum += Load(args.inputs[t] + c) * Load(args.weights[t] + c);
    }
    float values[4];
    std::memcpy(values, &sum, sizeof(values));
    for (float& value : values) value = args.clamp.Apply(value);
    std::memcpy(args.output + c, values, sizeof(values));
  }
  for (; c < args.channels; ++c) {
    float sum = args.bias[c];
    for (size_t t = 0; t < args.num_taps; ++t) {
      sum += args.inputs[t][c] * args.weights[t][c];
    }
    args.output[c] = args.clamp.Apply(sum);
  }
}

}  // namespace octet
