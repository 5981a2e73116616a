// depthwise_conv 3x3 of stride 1, 8 channels at a time, all weights in
// registers: two output rows, from left to right. A column of four input rows
// is interleaved once and serves three outputs of two rows:
//
//            column x  x + 1  x + 2
//   row y       a        a      a       one sdot takes four rows of a column:
//   y + 1      a b      a b    a b      with weights (w0, w1, w2, 0) for output
//   y + 2      a b      a b    a b      row a and (0, w0, w1, w2) for output
//   y + 3        b        b      b      row b
//
// kTapOrder3x3Stride1 in table.cc lays the weights out so. With stride 2
// columns serve too few outputs: the neon table's kernel takes no more
// instructions.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_columns.h"
#include "kernels/depthwise_conv.h"
#include "kernels/neon/vector_stage.h"
#include "kernels/neondot/neondot_kernels.h"

namespace octet::neondot {
namespace {

constexpr size_t kNr = 8;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

// Four rows of a column, those of channels 0-3 and 4-7.
struct Column {
  int8x16_t low, high;
};

// Sums of 8 channels.
struct Sums {
  int32x4_t low, high;
};

struct Panel {
  const uint8_t* begin;
  int32x4_t left0, left1;
  int16x8_t multiplier;
  neon::VectorStage stage;
  size_t channels;

  [[gnu::always_inline]] Panel(const uint8_t* panel,
                               const neon::VectorStage& output, size_t rest)
      : begin(panel),
        left0(vnegq_s32(neon::LoadSums(panel + kLayout.shift))),
        left1(vnegq_s32(neon::LoadSums(panel + kLayout.shift + 16))),
        multiplier(neon::LoadWords(panel + kLayout.multiplier)),
        stage(output),
        channels(rest) {}
};

// The input rows of a call, read column by column.
struct Input {
  const uint8_t* rows[4];
  ptrdiff_t step;  // from column to column
  size_t columns;
  uint8_t zero_byte;

  // From input row `first_row` on; the fourth is `row3` behind it.
  [[gnu::always_inline]] Input(const DepthwiseConvArgs& args, size_t first_row,
                               size_t row3, ptrdiff_t first_channel)
      : step(args.pixel_stride),
        columns(args.input_columns),
        zero_byte(args.zero_byte) {
    const uint8_t* const* from =
        reinterpret_cast<const uint8_t* const*>(args.input_rows) + first_row;
    for (size_t i = 0; i < 4; ++i) {
      rows[i] = from[i < 3 ? i : row3] + first_channel;
    }
  }
};

// Walks over the columns of a row. kEdge: some are outside the picture.
template <bool kEdge>
class Columns {
 public:
  [[gnu::always_inline]] Columns(const Input& in, ptrdiff_t first)
      : in_(in), column_(first), at_(first * in.step) {}

  // Reads 16 bytes where 8 are used: kernels may.
  [[gnu::always_inline]] Column Next() {
    const ptrdiff_t at = at_;
    const bool outside = kEdge && static_cast<size_t>(column_) >= in_.columns;
    ++column_;
    at_ += in_.step;
    if (outside) {
      const int8x16_t zero = vdupq_n_s8(static_cast<int8_t>(in_.zero_byte));
      return {zero, zero};
    }
    const int16x8_t rows01 = vreinterpretq_s16_s8(
        vzip1q_s8(Load(in_.rows[0], at), Load(in_.rows[1], at)));
    const int16x8_t rows23 = vreinterpretq_s16_s8(
        vzip1q_s8(Load(in_.rows[2], at), Load(in_.rows[3], at)));
    return {vreinterpretq_s8_s16(vzip1q_s16(rows01, rows23)),
            vreinterpretq_s8_s16(vzip2q_s16(rows01, rows23))};
  }

 private:
  [[gnu::always_inline]] static int8x16_t Load(const uint8_t* row,
                                               ptrdiff_t at) {
    return neon::LoadBytes(row + at);
  }

  const Input in_;  // a copy: its pointers stay in registers
  ptrdiff_t column_;
  ptrdiff_t at_;
};

// The weights of six groups of four taps.
struct Weights {
  Column group[6];

  [[gnu::always_inline]] explicit Weights(const Panel& p) {
    const uint8_t* from = p.begin + kLayout.weights;
#pragma GCC unroll 6
    for (size_t i = 0; i < 6; ++i) {
      group[i] = {neon::LoadBytes(from + 32 * i),
                  neon::LoadBytes(from + 32 * i + 16)};
    }
  }
};

[[gnu::always_inline]] static inline void MultiplyAdd(Sums& sums,
                                                      const Column& column,
                                                      const Column& weights) {
  sums.low = vdotq_s32(sums.low, column.low, weights.low);
  sums.high = vdotq_s32(sums.high, column.high, weights.high);
}

[[gnu::always_inline]] static inline int16x8_t ToWords(const Panel& p,
                                                       const Sums& sums) {
  return neon::ToWords(
      neon::ShiftAccumulators(sums.low, sums.high, p.left0, p.left1),
      p.multiplier, p.stage.zero_point);
}

// Two pixels, or one.
template <bool kBoth>
[[gnu::always_inline]] static inline void Store(const Panel& p, const Sums& a,
                                                const Sums& b, uint8_t* to_a,
                                                uint8_t* to_b) {
  const int8x16_t bytes = neon::ToBytes(ToWords(p, a), ToWords(p, b), p.stage);
  if (p.channels >= kNr) [[likely]] {
    const int64x2_t both = vreinterpretq_s64_s8(bytes);
    vst1q_lane_s64(reinterpret_cast<int64_t*>(to_a), both, 0);
    if (kBoth) vst1q_lane_s64(reinterpret_cast<int64_t*>(to_b), both, 1);
    return;
  }
  neon::StorePartial8(to_a, vget_low_s8(bytes), p.channels);
  if (kBoth) neon::StorePartial8(to_b, vget_high_s8(bytes), p.channels);
}

// One output column of two rows, or of one.
template <bool kBoth>
[[gnu::always_inline]] static inline void Output(
    const Panel& p, const Weights& w, const Sums& bias, const Column& column0,
    const Column& column1, const Column& column2, uint8_t* to,
    ptrdiff_t row_stride) {
  Sums a = bias;
  Sums b = bias;
  MultiplyAdd(a, column0, w.group[0]);
  if (kBoth) MultiplyAdd(b, column0, w.group[1]);
  MultiplyAdd(a, column1, w.group[2]);
  if (kBoth) MultiplyAdd(b, column1, w.group[3]);
  MultiplyAdd(a, column2, w.group[4]);
  if (kBoth) MultiplyAdd(b, column2, w.group[5]);
  Store<kBoth>(p, a, kBoth ? b : a, to, to + row_stride);
}

// What all rows of a panel share. `to`: the first output of a row.
struct Row {
  const Panel& p;
  Sums bias;
  size_t outputs;
  uint8_t* to;
  ptrdiff_t step;
  ptrdiff_t row_stride;
};

// Two rows, or one.
template <bool kBoth, typename Walk>
[[gnu::always_inline]] static inline void RunColumns(const Row& row,
                                                     const Weights& w,
                                                     Walk columns) {
  uint8_t* to = row.to;
  Column column0 = columns.Next();
  Column column1 = columns.Next();
  for (size_t left = row.outputs;; left -= 3) {
    const Column column2 = columns.Next();
    Output<kBoth>(row.p, w, row.bias, column0, column1, column2, to,
                  row.row_stride);
    to += row.step;
    if (left == 1) return;
    column0 = columns.Next();
    Output<kBoth>(row.p, w, row.bias, column1, column2, column0, to,
                  row.row_stride);
    to += row.step;
    if (left == 2) return;
    column1 = columns.Next();
    Output<kBoth>(row.p, w, row.bias, column2, column0, column1, to,
                  row.row_stride);
    to += row.step;
    if (left == 3) return;
  }
}

// Output columns begin ... end - 1.
struct Span {
  size_t begin;
  size_t end;
};

// Rows first_row ... end_row - 1 of a panel from channel `c` on; two
// at a time (kBoth), an even number of them.
template <bool kEdge, bool kBoth>
[[gnu::noinline]] void RunSpan(const DepthwiseConvArgs& args,
                               const Panel& panel, ptrdiff_t c, Span span,
                               Span rows) {
  constexpr size_t kRows = kBoth ? 2 : 1;
  const Panel p = panel;  // known to be nobody else's
  const Weights w(p);
  const ptrdiff_t step = args.output_pixel_stride;
  Row row = {p,
             {neon::LoadSums(p.begin), neon::LoadSums(p.begin + 16)},
             span.end - span.begin,
             static_cast<uint8_t*>(args.output) + c +
                 static_cast<ptrdiff_t>(rows.begin) * args.output_row_stride +
                 static_cast<ptrdiff_t>(span.begin) * step,
             step,
             args.output_row_stride};
  const ptrdiff_t first =
      args.first_column + static_cast<ptrdiff_t>(span.begin);
  for (size_t y = rows.begin; y < rows.end; y += kRows) {
    const Input in(args, y, kBoth ? 3 : 2, c);
    const Columns<kEdge> columns(in, first);
    RunColumns<kBoth>(row, w, columns);
    row.to += static_cast<ptrdiff_t>(kRows) * row.row_stride;
  }
}

template <bool kBoth>
void RunRows(const DepthwiseConvArgs& args, const InnerColumns& inner,
             const Panel& p, ptrdiff_t c, Span rows) {
  if (rows.begin == rows.end) return;
  if (inner.first != 0) {
    RunSpan<true, kBoth>(args, p, c, {0, inner.first}, rows);
  }
  if (inner.first != inner.end) {
    RunSpan<false, kBoth>(args, p, c, {inner.first, inner.end}, rows);
  }
  if (inner.end != args.output_width) {
    RunSpan<true, kBoth>(args, p, c, {inner.end, args.output_width}, rows);
  }
}

// Calls visit(panel, first channel) for all panels.
template <typename Visit>
void ForEachPanel(const DepthwiseConvArgs& args, Visit visit) {
  const neon::VectorStage stage =
      neon::MakeVectorStage(args.stage, kFractionBits);
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.channels; c += kNr, panel += args.panel_bytes) {
    visit(Panel(panel, stage, args.channels - c), static_cast<ptrdiff_t>(c));
  }
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  const size_t even = args.output_rows / 2 * 2;
  const InnerColumns inner = InnerColumnsOf(args);
  ForEachPanel(args, [&](const Panel& p, ptrdiff_t c) {
    RunRows<true>(args, inner, p, c, {0, even});
    RunRows<false>(args, inner, p, c, {even, args.output_rows});
  });
}

}  // namespace octet::neondot
