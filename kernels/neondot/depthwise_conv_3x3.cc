// depthwise_conv 3x3 of 8 channels at a time, all weights in registers.
//
// Stride 1: two output rows, from left to right. A column of four input rows is
// interleaved once and serves three outputs of two rows:
//
//            column x  x + 1  x + 2
//   row y       a        a      a       one sdot takes four rows of a column:
//   y + 1      a b      a b    a b      with weights (w0, w1, w2, 0) for output
//   y + 2      a b      a b    a b      row a and (0, w0, w1, w2) for output
//   y + 3        b        b      b      row b
//
// Stride 2: two neighbours of one output row; a column of three input rows, the
// last one twice; the last column of an output is the first of the next.
//
// kTapOrder3x3Stride1 and 2 in table.cc lay the weights out so.

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

  [[gnu::always_inline]] Input(const DepthwiseConvArgs& args, size_t row3,
                               ptrdiff_t first_channel)
      : step(args.pixel_stride),
        columns(args.input_columns),
        zero_byte(args.zero_byte) {
    const uint8_t* const* from =
        reinterpret_cast<const uint8_t* const*>(args.input_rows);
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

// The weights of kGroups groups of four taps.
template <size_t kGroups>
struct Weights {
  Column group[kGroups];

  [[gnu::always_inline]] explicit Weights(const Panel& p) {
    const uint8_t* from = p.begin + kLayout.weights;
#pragma GCC unroll 6
    for (size_t i = 0; i < kGroups; ++i) {
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

static inline void StoreHalf(const Panel& p, uint8_t* to, int8x8_t bytes) {
  if (p.channels >= kNr) [[likely]] {
    vst1_u8(to, vreinterpret_u8_s8(bytes));
  } else {
    neon::StorePartial8(to, bytes, p.channels);
  }
}

// Two pixels, or one.
template <bool kBoth>
[[gnu::always_inline]] static inline void Store(const Panel& p, const Sums& a,
                                                const Sums& b, uint8_t* to_a,
                                                uint8_t* to_b) {
  const int8x16_t bytes = neon::ToBytes(ToWords(p, a), ToWords(p, b), p.stage);
  StoreHalf(p, to_a, vget_low_s8(bytes));
  if (kBoth) StoreHalf(p, to_b, vget_high_s8(bytes));
}

// One output column of two rows, or of one.
template <bool kBoth>
[[gnu::always_inline]] static inline void Output(
    const Panel& p, const Weights<6>& w, const Sums& bias,
    const Column& column0, const Column& column1, const Column& column2,
    uint8_t* to, ptrdiff_t row_stride) {
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

// Outputs begin ... end - 1 of two rows, or of one.
template <bool kEdge, bool kBoth>
[[gnu::noinline]] void RunStride1(const DepthwiseConvArgs& args,
                                  const Panel& panel, const Input& in,
                                  size_t begin, size_t end, uint8_t* to) {
  if (begin >= end) return;
  const Panel p = panel;
  const Weights<6> w(p);
  const Sums bias = {neon::LoadSums(p.begin), neon::LoadSums(p.begin + 16)};
  Columns<kEdge> columns(in, args.first_column + static_cast<ptrdiff_t>(begin));
  const ptrdiff_t step = args.output_pixel_stride;
  const ptrdiff_t row_stride = args.output_row_stride;
  to += static_cast<ptrdiff_t>(begin) * step;
  Column column0 = columns.Next();
  Column column1 = columns.Next();
  for (size_t left = end - begin;; left -= 3) {
    const Column column2 = columns.Next();
    Output<kBoth>(p, w, bias, column0, column1, column2, to, row_stride);
    to += step;
    if (left == 1) return;
    column0 = columns.Next();
    Output<kBoth>(p, w, bias, column1, column2, column0, to, row_stride);
    to += step;
    if (left == 2) return;
    column1 = columns.Next();
    Output<kBoth>(p, w, bias, column2, column0, column1, to, row_stride);
    to += step;
    if (left == 3) return;
  }
}

// Outputs begin ... end - 1 of a row.
template <bool kEdge>
[[gnu::noinline]] void RunStride2(const DepthwiseConvArgs& args,
                                  const Panel& panel, const Input& in,
                                  size_t begin, size_t end, uint8_t* to) {
  if (begin >= end) return;
  const Panel p = panel;
  const Weights<3> w(p);
  const Sums bias = {neon::LoadSums(p.begin), neon::LoadSums(p.begin + 16)};
  Columns<kEdge> columns(in,
                         args.first_column + static_cast<ptrdiff_t>(2 * begin));
  const ptrdiff_t step = args.output_pixel_stride;
  to += static_cast<ptrdiff_t>(begin) * step;
  Column first = columns.Next();
  const auto next = [&] {
    Sums sums = bias;
    MultiplyAdd(sums, first, w.group[0]);
    MultiplyAdd(sums, columns.Next(), w.group[1]);
    first = columns.Next();
    MultiplyAdd(sums, first, w.group[2]);
    return sums;
  };
  size_t left = end - begin;
  for (; left >= 2; left -= 2, to += 2 * step) {
    const Sums a = next();
    const Sums b = next();
    Store<true>(p, a, b, to, to + step);
  }
  if (left == 0) return;
  const Sums last = next();
  Store<false>(p, last, last, to, to);
}

using RunFunction = void (*)(const DepthwiseConvArgs& args, const Panel& p,
                             const Input& in, size_t begin, size_t end,
                             uint8_t* to);

// `row3`: the fourth row of a column, of the call's input rows.
void Run(const DepthwiseConvArgs& args, size_t row3, RunFunction edge,
         RunFunction inside) {
  const neon::VectorStage stage =
      neon::MakeVectorStage(args.stage, kFractionBits);
  const InnerColumns inner = InnerColumnsOf(args);
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.channels; c += kNr, panel += args.panel_bytes) {
    const Panel p(panel, stage, args.channels - c);
    const Input in(args, row3, static_cast<ptrdiff_t>(c));
    uint8_t* to = static_cast<uint8_t*>(args.output) + c;
    edge(args, p, in, 0, inner.first, to);
    inside(args, p, in, inner.first, inner.end, to);
    edge(args, p, in, inner.end, args.output_width, to);
  }
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  if (args.output_rows == 2) {
    Run(args, 3, RunStride1<true, true>, RunStride1<false, true>);
  } else {
    Run(args, 2, RunStride1<true, false>, RunStride1<false, false>);
  }
}

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) {
  Run(args, 2, RunStride2<true>, RunStride2<false>);
}

}  // namespace octet::neondot
