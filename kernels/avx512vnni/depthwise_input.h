// Columns of input rows for the depthwise kernels of one kernel size.

#ifndef OCTET_KERNELS_AVX512VNNI_DEPTHWISE_INPUT_H_
#define OCTET_KERNELS_AVX512VNNI_DEPTHWISE_INPUT_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/depthwise_panel.h"
#include "kernels/avx512vnni/lanes.h"
#include "kernels/depthwise_conv.h"

namespace octet::avx512vnni {

// kRows input rows of the channels of a panel.
template <size_t kStrips, size_t kRows>
struct Input {
  const uint8_t* rows[kRows];
  const uint8_t* outside[kRows];  // what columns beside the picture hold
  ptrdiff_t first[kStrips];       // column of the leftmost tap of a strip
  ptrdiff_t step;                 // from column to column
  size_t columns;
  alignas(64) uint8_t zeros[64];
};

template <size_t kStrips, size_t kRows>
static inline void PrepareInput(const DepthwiseConvArgs& args,
                                const Strips<kStrips>& strips,
                                Input<kStrips, kRows>& in) {
  _mm512_store_si512(in.zeros,
                     _mm512_set1_epi8(static_cast<char>(args.zero_byte)));
  for (size_t i = 0; i < kRows; ++i) in.outside[i] = in.zeros;
  for (size_t i = 0; i < kStrips; ++i) {
    in.first[i] = args.first_column +
                  strips.first[i] * static_cast<ptrdiff_t>(args.stride_w);
  }
  in.step = args.pixel_stride;
  in.columns = args.input_columns;
}

// The rows from `row` on, of the channels from `channel` on; of `available`
// rows the last one stands for those behind it.
template <size_t kStrips, size_t kRows>
static inline void SetRows(const DepthwiseConvArgs& args, size_t row,
                           size_t available, ptrdiff_t channel,
                           Input<kStrips, kRows>& in) {
  for (size_t i = 0; i < kRows; ++i) {
    const size_t index = i < available ? i : available - 1;
    in.rows[i] =
        static_cast<const uint8_t*>(args.input_rows[row + index]) + channel;
  }
}

// Column `column` of each strip.
template <size_t kStrips, size_t kRows>
[[gnu::always_inline]] static inline void LoadColumn(
    const Input<kStrips, kRows>& in, ptrdiff_t column,
    __m512i (&values)[kRows]) {
  const uint8_t* const* rows[kStrips];
  ptrdiff_t at[kStrips];
#pragma GCC unroll 4
  for (size_t i = 0; i < kStrips; ++i) {
    const ptrdiff_t x = column + in.first[i];
    const bool inside = static_cast<size_t>(x) < in.columns;
    rows[i] = inside ? in.rows : in.outside;
    at[i] = inside ? x * in.step : 0;
  }
#pragma GCC unroll 8
  for (size_t r = 0; r < kRows; ++r) {
    const uint8_t* from[kStrips];
#pragma GCC unroll 4
    for (size_t i = 0; i < kStrips; ++i) from[i] = rows[i][r] + at[i];
    values[r] = LoadStrips<kStrips>(from);
  }
}

template <size_t kStrips>
static inline Output<kStrips> OutputAt(const DepthwiseConvArgs& args,
                                       const Strips<kStrips>& strips,
                                       size_t row, ptrdiff_t channel) {
  Output<kStrips> output;
  output.pixel = static_cast<uint8_t*>(args.output) + channel +
                 static_cast<ptrdiff_t>(row) * args.output_row_stride;
  for (size_t i = 0; i < kStrips; ++i) {
    output.distance[i] = strips.first[i] * args.output_pixel_stride;
  }
  return output;
}

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_DEPTHWISE_INPUT_H_
