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
// kTapOrder3x3Stride1 in table.cc lays the weights out so.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/vector_stage.h"
#include "kernels/neondot/depthwise_row.h"
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

  // The biases, by one instruction where a copy of registers takes two.
  [[gnu::always_inline]] Sums Start() const {
    Sums bias;
    LoadTwo(begin, bias.low, bias.high);
    return bias;
  }
};

// Four input rows, read column by column.
class Columns {
 public:
  [[gnu::always_inline]] Columns(const DepthwiseConvArgs& args,
                                 ptrdiff_t first_channel)
      : first_column_(args.first_column),
        first_(first_channel + args.first_column * args.pixel_stride),
        step_(args.pixel_stride),
        count_(args.input_columns),
        zero_byte_(&args.zero_byte) {}

  // Four rows, from their first column on; the last one is rows[row3].
  [[gnu::always_inline]] void Start(const uint8_t* const* rows, size_t row3) {
    column_ = first_column_;
    row0_ = rows[0] + first_;
    row1_ = rows[1] + first_;
    row2_ = rows[2] + first_;
    row3_ = rows[row3] + first_;
  }

  [[gnu::always_inline]] Column Padding() const {
    const int8x16_t padding = vreinterpretq_s8_u8(vld1q_dup_u8(zero_byte_));
    return {padding, padding};
  }

  // The next column. kInside: it is known to be in the picture.
  template <bool kInside>
  [[gnu::always_inline]] Column Next() {
    if (!kInside && static_cast<size_t>(column_++) >= count_) {
      Skip();
      return Padding();
    }
    const int8x16_t row0 = Load(row0_);
    const int8x16_t row1 = Load(row1_);
    const int8x16_t row2 = Load(row2_);
    const int8x16_t row3 = Load(row3_);
    const int16x8_t rows01 = vreinterpretq_s16_s8(vzip1q_s8(row0, row1));
    const int16x8_t rows23 = vreinterpretq_s16_s8(vzip1q_s8(row2, row3));
    return {vreinterpretq_s8_s16(vzip1q_s16(rows01, rows23)),
            vreinterpretq_s8_s16(vzip2q_s16(rows01, rows23))};
  }

#if !defined(__clang__)
#define OCTET_LOAD_COLUMN(low, high)     \
  "ld1 {v10.8b}, [%[row0]], %[step]\n\t" \
  "ld1 {v11.8b}, [%[row1]], %[step]\n\t" \
  "ld1 {v12.8b}, [%[row2]], %[step]\n\t" \
  "ld1 {v13.8b}, [%[row3]], %[step]\n\t" \
  "zip1 v10.16b, v10.16b, v11.16b\n\t"   \
  "zip1 v12.16b, v12.16b, v13.16b\n\t"   \
  "zip1 " low                            \
  ".8h, v10.8h, v12.8h\n\t"              \
  "zip2 " high ".8h, v10.8h, v12.8h\n\t"
#define OCTET_LOAD_PADDING(low, high) \
  "ld1r {" low                        \
  ".16b}, [%[zero_byte]]\n\t"         \
  "mov " high ".16b, " low ".16b\n\t"
#define OCTET_MULTIPLY_ADD(low, high, a0, a1, b0, b1) \
  "sdot v6.4s, " low ".16b, " a0                      \
  ".16b\n\t"                                          \
  "sdot v7.4s, " high ".16b, " a1                     \
  ".16b\n\t"                                          \
  "sdot v16.4s, " low ".16b, " b0                     \
  ".16b\n\t"                                          \
  "sdot v17.4s, " high ".16b, " b1 ".16b\n\t"
#define OCTET_OUTPUT(low0, high0, low1, high1, low2, high2) \
  "ldp q6, q7, [%[panel]]\n\t"                                  \
  "ldp q16, q17, [%[panel]]\n\t"                                \
  OCTET_MULTIPLY_ADD(low0, high0, "v20", "v21", "v22", "v23")   \
  OCTET_MULTIPLY_ADD(low1, high1, "v24", "v25", "v26", "v27")   \
  OCTET_MULTIPLY_ADD(low2, high2, "v28", "v29", "v30", "v31")   \
  "sqshl v6.4s, v6.4s, v18.4s\n\t"                              \
  "sqshl v16.4s, v16.4s, v18.4s\n\t"                            \
  "sqshl v7.4s, v7.4s, v19.4s\n\t"                              \
  "sqshl v17.4s, v17.4s, v19.4s\n\t"                            \
  "sqxtn v6.4h, v6.4s\n\t"                                      \
  "sqxtn v16.4h, v16.4s\n\t"                                    \
  "sqxtn2 v6.8h, v7.4s\n\t"                                     \
  "sqxtn2 v16.8h, v17.4s\n\t"                                   \
  "sqrdmulh v6.8h, v6.8h, v8.8h\n\t"                            \
  "sqrdmulh v16.8h, v16.8h, v8.8h\n\t"                          \
  "sqadd v6.8h, v6.8h, v9.8h\n\t"                               \
  "sqadd v16.8h, v16.8h, v9.8h\n\t"                             \
  "sqshrn v6.8b, v6.8h, %[fraction_bits]\n\t"                   \
  "sqshrn2 v6.16b, v16.8h, %[fraction_bits]\n\t"                \
  "smax v6.16b, v6.16b, v14.16b\n\t"                            \
  "smin v6.16b, v6.16b, v15.16b\n\t"                            \
  "st1 {v6.d}[0], [%[to_a]], %[to_step]\n\t"                    \
  "st1 {v6.d}[1], [%[to_b]], %[to_step]\n\t"
  // Two rows of outputs of 8 channels: `inside` columns, and the one whose last
  // taps are right of the picture. One statement, for which 32 vectors are just
  // enough: three columns in turn (v0-v5), sums (v6, v7, v16, v17), weights
  // (v20-v31) and what requantization needs. g++ 12 takes more, and copies.
  [[gnu::always_inline]] void TwoRows(const Panel& p, Edges edges,
                                      size_t inside, uint8_t* to_a,
                                      uint8_t* to_b, ptrdiff_t to_step) {
    static_assert(offsetof(neon::VectorStage, clamp_min) == 16 &&
                  offsetof(neon::VectorStage, clamp_max) == 32);
    static_assert(offsetof(Panel, left1) == offsetof(Panel, left0) + 16);
    const uint8_t* weights = p.begin + kLayout.weights;
    asm volatile(
        "ld1 {v20.16b-v23.16b}, [%[weights]], #64\n\t"
        "ld1 {v24.16b-v27.16b}, [%[weights]], #64\n\t"
        "ld1 {v28.16b-v31.16b}, [%[weights]]\n\t"
        "ldp q18, q19, [%[left]]\n\t"
        "ldr q8, [%[multiplier]]\n\t"
        "ldr q9, [%[stage]]\n\t"
        "ldp q14, q15, [%[stage], #16]\n\t"
        "cbz %w[left_edge], 0f\n\t"
        OCTET_LOAD_PADDING("v0", "v1")
        "add %[row0], %[row0], %[step]\n\t"
        "add %[row1], %[row1], %[step]\n\t"
        "add %[row2], %[row2], %[step]\n\t"
        "add %[row3], %[row3], %[step]\n\t"
        "b 1f\n"
        "0:\n\t"
        OCTET_LOAD_COLUMN("v0", "v1")
        "1:\n\t"
        OCTET_LOAD_COLUMN("v2", "v3")
        "cbz %[inside], 5f\n"
        "2:\n\t"
        OCTET_LOAD_COLUMN("v4", "v5")
        OCTET_OUTPUT("v0", "v1", "v2", "v3", "v4", "v5")
        "subs %[inside], %[inside], #1\n\t"
        "b.eq 3f\n\t"
        OCTET_LOAD_COLUMN("v0", "v1")
        OCTET_OUTPUT("v2", "v3", "v4", "v5", "v0", "v1")
        "subs %[inside], %[inside], #1\n\t"
        "b.eq 4f\n\t"
        OCTET_LOAD_COLUMN("v2", "v3")
        OCTET_OUTPUT("v4", "v5", "v0", "v1", "v2", "v3")
        "subs %[inside], %[inside], #1\n\t"
        "b.ne 2b\n\t"
        "b 5f\n"
        "3:\n\t"
        "mov v0.16b, v2.16b\n\t"
        "mov v1.16b, v3.16b\n\t"
        "mov v2.16b, v4.16b\n\t"
        "mov v3.16b, v5.16b\n\t"
        "b 5f\n"
        "4:\n\t"
        "mov v2.16b, v0.16b\n\t"
        "mov v3.16b, v1.16b\n\t"
        "mov v0.16b, v4.16b\n\t"
        "mov v1.16b, v5.16b\n"
        "5:\n\t"
        "cbz %w[right_edge], 6f\n\t"
        OCTET_LOAD_PADDING("v4", "v5")
        OCTET_OUTPUT("v0", "v1", "v2", "v3", "v4", "v5")
        "6:"
        : [row0] "+&r"(row0_), [row1] "+&r"(row1_), [row2] "+&r"(row2_),
          [row3] "+&r"(row3_), [to_a] "+&r"(to_a), [to_b] "+&r"(to_b),
          [inside] "+&r"(inside), [weights] "+&r"(weights)
        : [step] "r"(step_), [to_step] "r"(to_step), [panel] "r"(p.begin),
          [left] "r"(&p.left0), [multiplier] "r"(&p.multiplier),
          [stage] "r"(&p.stage), [zero_byte] "r"(zero_byte_),
          [left_edge] "r"(edges.left), [right_edge] "r"(edges.right),
          [fraction_bits] "i"(kFractionBits)
        : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",
          "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",
          "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28",
          "v29", "v30", "v31");
  }
#undef OCTET_LOAD_COLUMN
#undef OCTET_LOAD_PADDING
#undef OCTET_MULTIPLY_ADD
#undef OCTET_OUTPUT
#endif

  // Leaves out a column.
  [[gnu::always_inline]] void Skip() {
    row0_ += step_;
    row1_ += step_;
    row2_ += step_;
    row3_ += step_;
  }

 private:
  // The load moves the pointer, which g++ 12 does not do by itself. It does not
  // say what it reads: nothing here writes that.
  [[gnu::always_inline]] int8x16_t Load(const uint8_t*& row) const {
    int8x16_t bytes;
    asm("ld1 {%[bytes].8b}, [%[row]], %[step]"
        : [bytes] "=w"(bytes), [row] "+r"(row)
        : [step] "r"(step_));
    return bytes;
  }

  const uint8_t* row0_;
  const uint8_t* row1_;
  const uint8_t* row2_;
  const uint8_t* row3_;
  ptrdiff_t column_;
  const ptrdiff_t first_column_;
  const ptrdiff_t first_;  // its bytes' place in a row
  const ptrdiff_t step_;   // from column to column
  const size_t count_;     // of columns
  const uint8_t* const zero_byte_;
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
  DotProduct(sums.low, column.low, weights.low);
  DotProduct(sums.high, column.high, weights.high);
}

[[gnu::always_inline]] static inline int16x8_t ToWords(const Panel& p,
                                                       const Sums& sums) {
  return neon::ToWords(
      neon::ShiftAccumulators(sums.low, sums.high, p.left0, p.left1),
      p.multiplier, p.stage.zero_point);
}

// Two output rows (kBoth), or one. kFast: the panel is whole, and no column is
// outside but those that `edges` names.
template <bool kBoth, bool kFast>
struct Rows {
  const Panel& p;
  const Weights& w;
  Edges edges;
  size_t inner;  // outputs a row but that at the right edge
  uint8_t* to_a;
  uint8_t* to_b;
  ptrdiff_t step;
  uint8_t* output;  // of the call
  const neon::VectorStage* stage;
  bool clamps;

  // The store moves the pointer. `output` says what it writes.
  template <int kHalf>
  [[gnu::always_inline]] void StoreHalf(uint8_t*& to, int8x16_t bytes) {
    asm("st1 {%[bytes].d}[%[half]], [%[to]], %[step]"
        : [to] "+r"(to), "+m"(*reinterpret_cast<uint8_t(*)[]>(output))
        : [bytes] "w"(bytes), [step] "r"(step), [half] "i"(kHalf));
  }

  [[gnu::always_inline]] void Store(const Sums& a, const Sums& b) {
    int8x16_t bytes = neon::DropFraction(ToWords(p, a), ToWords(p, b));
    if (clamps) bytes = ClampBytes(bytes, stage);
    if constexpr (kFast) {
      StoreHalf<0>(to_a, bytes);
      if (kBoth) StoreHalf<1>(to_b, bytes);
    } else {
      const size_t n = p.channels < kNr ? p.channels : kNr;
      neon::StoreUpTo16(to_a, bytes, n);
      if (kBoth) neon::StoreUpTo16(to_b, vextq_s8(bytes, bytes, 8), n);
      to_a += step;
      to_b += step;
    }
  }

  // One output column.
  [[gnu::always_inline]] void Output(const Column& column0,
                                     const Column& column1,
                                     const Column& column2) {
    Sums a = p.Start();
    Sums b = kBoth ? p.Start() : a;
    MultiplyAdd(a, column0, w.group[0]);
    if (kBoth) MultiplyAdd(b, column0, w.group[1]);
    MultiplyAdd(a, column1, w.group[2]);
    if (kBoth) MultiplyAdd(b, column1, w.group[3]);
    MultiplyAdd(a, column2, w.group[4]);
    if (kBoth) MultiplyAdd(b, column2, w.group[5]);
    Store(a, kBoth ? b : a);
  }

  // What is left behind the last column in the picture.
  [[gnu::always_inline]] void Finish(const Columns& columns,
                                     const Column& column0,
                                     const Column& column1) {
    if (kFast && edges.right) Output(column0, column1, columns.Padding());
  }

  [[gnu::always_inline]] void Run(Columns columns) {
    Column column0;
    if (kFast && edges.left) {
      columns.Skip();
      column0 = columns.Padding();
    } else {
      column0 = columns.Next<kFast>();
    }
    Column column1 = columns.Next<kFast>();
    size_t left = inner;
    if (left == 0) return Finish(columns, column0, column1);
    for (;;) {
      const Column column2 = columns.Next<kFast>();
      Output(column0, column1, column2);
      if (--left == 0) return Finish(columns, column1, column2);
      column0 = columns.Next<kFast>();
      Output(column1, column2, column0);
      if (--left == 0) return Finish(columns, column2, column0);
      column1 = columns.Next<kFast>();
      Output(column2, column0, column1);
      if (--left == 0) return Finish(columns, column0, column1);
    }
  }
};

// Output rows begin ... end - 1 of a panel from channel `c` on, two at a time
// (kBoth), an even number of them, or one.
template <bool kBoth, bool kFast>
[[gnu::noinline]] void RunRows(const DepthwiseConvArgs& args,
                               const Panel& panel, ptrdiff_t c, size_t begin,
                               size_t end) {
  constexpr size_t kRows = kBoth ? 2 : 1;
  const Panel p = panel;  // known to be nobody else's
  const Weights w(p);
  uint8_t* const output = static_cast<uint8_t*>(args.output);
  const ptrdiff_t row_stride = args.output_row_stride;
  const Edges edges = EdgesOf(args);
  const uint8_t* const* input =
      reinterpret_cast<const uint8_t* const*>(args.input_rows) + begin;
  Columns columns(args, c);
  Rows<kBoth, kFast> rows = {p,
                             w,
                             edges,
                             args.output_width - size_t{kFast && edges.right},
                             nullptr,
                             nullptr,
                             args.output_pixel_stride,
                             output,
                             &panel.stage,
                             p.stage.clamps};
  uint8_t* to = output + c + static_cast<ptrdiff_t>(begin) * row_stride;
  for (size_t y = begin; y < end; y += kRows) {
    columns.Start(input, kBoth ? 3 : 2);
    rows.to_a = to;
    rows.to_b = to + row_stride;
    rows.Run(columns);
    input += kRows;
    to += static_cast<ptrdiff_t>(kRows) * row_stride;
  }
}

#if !defined(__clang__)
// An even number of rows, `count`.
[[gnu::noinline]] void RunPairsOfRows(const DepthwiseConvArgs& args,
                                      const Panel& p, ptrdiff_t c,
                                      size_t count) {
  const Edges edges = EdgesOf(args);
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  Columns columns(args, c);
  uint8_t* to = static_cast<uint8_t*>(args.output) + c;
  for (; count != 0; count -= 2) {
    columns.Start(rows, 3);
    columns.TwoRows(p, edges, args.output_width - size_t{edges.right}, to,
                    to + args.output_row_stride, args.output_pixel_stride);
    rows += 2;
    to += 2 * args.output_row_stride;
  }
}
#endif

template <bool kFast>
void RunPanel(const DepthwiseConvArgs& args, const Panel& p, ptrdiff_t c) {
  const size_t even = args.output_rows / 2 * 2;
#if !defined(__clang__)
  if (kFast) {
    RunPairsOfRows(args, p, c, even);
  } else if (even != 0) {
    RunRows<true, false>(args, p, c, 0, even);
  }
#else
  if (even != 0) RunRows<true, kFast>(args, p, c, 0, even);
#endif
  if (even != args.output_rows) {
    RunRows<false, kFast>(args, p, c, even, args.output_rows);
  }
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  const neon::VectorStage stage =
      neon::MakeVectorStage(args.stage, kFractionBits);
  const bool others = EdgesOf(args).others;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.channels; c += kNr, panel += args.panel_bytes) {
    const Panel p(panel, stage, args.channels - c);
    if (!others && p.channels >= kNr) {
      RunPanel<true>(args, p, static_cast<ptrdiff_t>(c));
    } else {
      RunPanel<false>(args, p, static_cast<ptrdiff_t>(c));
    }
  }
}

}  // namespace octet::neondot
