// Where depthwise_conv kernels find their input: the output columns that need
// no padding, and the addresses of the taps of a pixel. Plain functions with
// internal linkage, for the folders of all instruction sets.

#ifndef OCTET_KERNELS_DEPTHWISE_COLUMNS_H_
#define OCTET_KERNELS_DEPTHWISE_COLUMNS_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/depthwise_conv.h"

namespace octet {

// The output columns first ... end - 1, none of whose taps is outside.
struct InnerColumns {
  size_t first;
  size_t end;
};

static inline InnerColumns InnerColumnsOf(const DepthwiseConvArgs& args) {
  const ptrdiff_t stride = static_cast<ptrdiff_t>(args.stride_w);
  const ptrdiff_t reach =
      static_cast<ptrdiff_t>((args.kernel_w - 1) * args.dilation_w);
  const ptrdiff_t width = static_cast<ptrdiff_t>(args.output_width);
  const ptrdiff_t before = args.first_column < 0 ? -args.first_column : 0;
  const ptrdiff_t last = static_cast<ptrdiff_t>(args.input_columns) - 1 -
                         reach - args.first_column;
  const ptrdiff_t first = (before + stride - 1) / stride;
  const ptrdiff_t end = last < 0 ? 0 : last / stride + 1;
  if (first >= end || first >= width) return {0, 0};
  return {static_cast<size_t>(first),
          static_cast<size_t>(end < width ? end : width)};
}

// A table of taps holds as many; a larger kernel takes several tables.
inline constexpr size_t kTableTaps = 64;
// Channels that a column of padding stands for.
inline constexpr size_t kPaddingChannels = 64;

// The taps of a pixel, from `first_channel` on.
struct TapTable {
  const DepthwiseConvArgs& args;
  const uint8_t* const* rows;  // [0]: of the pixel's uppermost taps
  ptrdiff_t first_channel;
  const uint8_t* at[kTableTaps];
  alignas(64) uint8_t padding[kPaddingChannels];
};

static inline void InitTapTable(TapTable& table) {
  std::memset(table.padding, table.args.zero_byte, kPaddingChannels);
}

// Taps `begin` ... of the pixel whose leftmost tap is in `column`; returns how
// many. The last one is repeated to fill up a group of `group`, whose weights
// are zero there.
static inline size_t FillTapTable(TapTable& table, ptrdiff_t column,
                                  size_t begin, size_t group) {
  const DepthwiseConvArgs& args = table.args;
  const size_t rest = args.kernel_h * args.kernel_w - begin;
  const size_t taps = rest < kTableTaps ? rest : kTableTaps;
  size_t ky = begin / args.kernel_w;
  size_t kx = begin % args.kernel_w;
  for (size_t i = 0; i < taps; ++i) {
    const ptrdiff_t x = column + static_cast<ptrdiff_t>(kx * args.dilation_w);
    const bool inside = static_cast<size_t>(x) < args.input_columns;
    table.at[i] = inside ? table.rows[ky * args.dilation_h] +
                               table.first_channel + x * args.pixel_stride
                         : table.padding;
    if (++kx < args.kernel_w) continue;
    kx = 0;
    ++ky;
  }
  for (size_t i = taps; i % group != 0; ++i) table.at[i] = table.at[i - 1];
  return taps;
}

}  // namespace octet

#endif  // OCTET_KERNELS_DEPTHWISE_COLUMNS_H_
