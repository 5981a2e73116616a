// depthwise_conv with any kernel, stride and dilation: pixel by pixel, four
// taps at a time.

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/depthwise_panel.h"
#include "kernels/depthwise_columns.h"
#include "kernels/depthwise_conv.h"

namespace octet::avx512vnni {
namespace {

// Four taps; strip i lies `distance[i]` behind the table's columns.
template <size_t kStrips>
[[gnu::always_inline]] inline Quad LoadGroup(
    const TapTable& table, size_t tap, ptrdiff_t at,
    const ptrdiff_t (&distance)[kStrips]) {
  __m512i values[4];
#pragma GCC unroll 4
  for (size_t j = 0; j < 4; ++j) {
    const uint8_t* from[kStrips];
#pragma GCC unroll 4
    for (size_t i = 0; i < kStrips; ++i) {
      from[i] = table.at[tap + j] + at + distance[i];
    }
    values[j] = LoadStrips<kStrips>(from);
  }
  return Interleave(values[0], values[1], values[2], values[3]);
}

// One output row of a panel.
class Row {
 public:
  Row(const DepthwiseConvArgs& args, const DepthwisePanel& p, TapTable& table,
      uint8_t* to)
      : args_(args), p_(p), table_(table), to_(to) {}

  // Any columns; kernels larger than the table.
  [[gnu::noinline]] void RunEdge(size_t begin, size_t end) {
    const Requantization q = LoadRequantization<1>(p_);
    const size_t all_taps = args_.kernel_h * args_.kernel_w;
    for (size_t x = begin; x < end; ++x) {
      const ptrdiff_t column =
          args_.first_column + static_cast<ptrdiff_t>(x * args_.stride_w);
      Quad sum = Bias<1>(p_);
      for (size_t tap = 0; tap < all_taps; tap += kTableTaps) {
        const size_t taps = FillTapTable(table_, column, tap, 4);
        const uint8_t* weights =
            p_.weights + tap / 4 * DepthwisePanel::kGroupBytes;
        for (size_t i = 0; i < taps; i += 4) {
          const Quad group = LoadGroup<1>(table_, i, 0, {0});
          MultiplyAdd<1>(sum, group, weights);
          weights += DepthwisePanel::kGroupBytes;
        }
      }
      Store<1, true>(p_, q, sum, {To(x), {0}}, 0);
    }
  }

  // None of whose taps is outside. Two columns of each strip at a time; the
  // strips' width is even.
  template <size_t kStrips>
  [[gnu::noinline]] void RunInner(size_t begin, const Strips<kStrips>& strips) {
    if (strips.width == 0) return;
    const Requantization q = LoadRequantization<kStrips>(p_);
    const ptrdiff_t column =
        args_.first_column + static_cast<ptrdiff_t>(begin * args_.stride_w);
    const size_t taps = FillTapTable(table_, column, 0, 4);
    const ptrdiff_t step =
        static_cast<ptrdiff_t>(args_.stride_w) * args_.pixel_stride;
    ptrdiff_t distance[kStrips];
    Output<kStrips> output;
    output.pixel = To(begin);
    for (size_t i = 0; i < kStrips; ++i) {
      distance[i] = strips.first[i] * step;
      output.distance[i] = strips.first[i] * args_.output_pixel_stride;
    }
    ptrdiff_t at = 0;
    for (size_t x = 0; x < strips.width; x += 2, at += 2 * step) {
      Quad sum0 = Bias<kStrips>(p_);
      Quad sum1 = sum0;
      const uint8_t* weights = p_.weights;
      for (size_t tap = 0; tap < taps; tap += 4) {
        const Quad group0 = LoadGroup(table_, tap, at, distance);
        const Quad group1 = LoadGroup(table_, tap, at + step, distance);
        MultiplyAdd2<kStrips>(sum0, group0, sum1, group1, weights);
        weights += DepthwisePanel::kGroupBytes;
      }
      Store<kStrips, true>(p_, q, sum0, output, 0);
      Store<kStrips, true>(p_, q, sum1, output, args_.output_pixel_stride);
      output.pixel += 2 * args_.output_pixel_stride;
    }
  }

 private:
  uint8_t* To(size_t x) const {
    return to_ + static_cast<ptrdiff_t>(x) * args_.output_pixel_stride;
  }

  const DepthwiseConvArgs& args_;
  const DepthwisePanel& p_;
  TapTable& table_;
  uint8_t* const to_;
};

// The first columns of `inner` as strips of an even width; none where they are
// too few.
template <size_t kStrips>
Strips<kStrips> InnerStrips(const InnerColumns& inner) {
  constexpr size_t kStep = 2 * kStrips;
  return DivideIntoStrips<kStrips>((inner.end - inner.first) / kStep * kStep);
}

}  // namespace

void DepthwiseConvAny(const DepthwiseConvArgs& args) {
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  InnerColumns inner = InnerColumnsOf(args);
  if (args.kernel_h * args.kernel_w > kTableTaps) inner = {0, 0};
  ForEachPanel(args, [&](auto num, const DepthwisePanel& p, ptrdiff_t c) {
    constexpr size_t kStrips = decltype(num)::value;
    const Strips<kStrips> strips = InnerStrips<kStrips>(inner);
    for (size_t y = 0; y < args.output_rows; ++y) {
      TapTable table{args, rows + y * args.stride_h, c, {}, {}};
      InitTapTable(table);
      uint8_t* to =
          output + static_cast<ptrdiff_t>(y) * args.output_row_stride + c;
      Row row(args, p, table, to);
      row.RunEdge(0, inner.first);
      row.RunInner(inner.first, strips);
      row.RunEdge(inner.first + kStrips * strips.width, args.output_width);
    }
  });
}

}  // namespace octet::avx512vnni
