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
#include <cstring>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/vector_stage.h"
#include "kernels/neondot/depthwise_row.h"
#include "kernels/neondot/neondot_kernels.h"

namespace octet::neondot {
namespace {

constexpr size_t kNr = 8;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

#define OCTET_LOAD_THREE_ROWS            \
  "ld1 {v10.8b}, [%[row0]], %[step]\n\t" \
  "ld1 {v11.8b}, [%[row1]], %[step]\n\t" \
  "ld1 {v12.8b}, [%[row2]], %[step]\n\t"
#define OCTET_INTERLEAVE(low, high, row3) \
  "zip1 v10.16b, v10.16b, v11.16b\n\t"    \
  "zip1 v12.16b, v12.16b, " row3          \
  ".16b\n\t"                              \
  "zip1 " low                             \
  ".8h, v10.8h, v12.8h\n\t"               \
  "zip2 " high ".8h, v10.8h, v12.8h\n\t"
#define OCTET_SKIP_THREE_ROWS         \
  "add %[row0], %[row0], %[step]\n\t" \
  "add %[row1], %[row1], %[step]\n\t" \
  "add %[row2], %[row2], %[step]\n\t"
#define OCTET_SDOT(sums, column, weights) \
  "sdot " sums ".4s, " column ".16b, " weights ".16b\n\t"

// One output row. The fourth row of a column may be any: its weight is zero.
#define OCTET_LOAD_COLUMN_1(low, high) \
  OCTET_LOAD_THREE_ROWS OCTET_INTERLEAVE(low, high, "v12")
#define OCTET_SKIP_COLUMN_1 OCTET_SKIP_THREE_ROWS
#define OCTET_MULTIPLY_ADD_1(low, high, a0, a1, b0, b1) \
  OCTET_SDOT("v6", low, a0) OCTET_SDOT("v7", high, a1)
#define OCTET_START_1 "ldp q6, q7, [%[panel]]\n\t"
#define OCTET_STORE_1                         \
  "sqshl v6.4s, v6.4s, v18.4s\n\t"            \
  "sqshl v7.4s, v7.4s, v19.4s\n\t"            \
  "sqxtn v6.4h, v6.4s\n\t"                    \
  "sqxtn2 v6.8h, v7.4s\n\t"                   \
  "sqrdmulh v6.8h, v6.8h, v8.8h\n\t"          \
  "sqadd v6.8h, v6.8h, v9.8h\n\t"             \
  "sqshrn v6.8b, v6.8h, %[fraction_bits]\n\t" \
  "smax v6.8b, v6.8b, v14.8b\n\t"             \
  "smin v6.8b, v6.8b, v15.8b\n\t"             \
  "st1 {v6.8b}, [%[to_a]], %[to_step]\n\t"

// Two output rows.
#define OCTET_LOAD_COLUMN_2(low, high) \
  OCTET_LOAD_THREE_ROWS                \
  "ld1 {v13.8b}, [%[row3]], %[step]\n\t" OCTET_INTERLEAVE(low, high, "v13")
#define OCTET_SKIP_COLUMN_2 \
  OCTET_SKIP_THREE_ROWS     \
  "add %[row3], %[row3], %[step]\n\t"
#define OCTET_MULTIPLY_ADD_2(low, high, a0, a1, b0, b1) \
  OCTET_MULTIPLY_ADD_1(low, high, a0, a1, b0, b1)       \
  OCTET_SDOT("v16", low, b0) OCTET_SDOT("v17", high, b1)
#define OCTET_START_2          \
  "ldp q6, q7, [%[panel]]\n\t" \
  "ldp q16, q17, [%[panel]]\n\t"
#define OCTET_STORE_2                            \
  "sqshl v6.4s, v6.4s, v18.4s\n\t"               \
  "sqshl v16.4s, v16.4s, v18.4s\n\t"             \
  "sqshl v7.4s, v7.4s, v19.4s\n\t"               \
  "sqshl v17.4s, v17.4s, v19.4s\n\t"             \
  "sqxtn v6.4h, v6.4s\n\t"                       \
  "sqxtn v16.4h, v16.4s\n\t"                     \
  "sqxtn2 v6.8h, v7.4s\n\t"                      \
  "sqxtn2 v16.8h, v17.4s\n\t"                    \
  "sqrdmulh v6.8h, v6.8h, v8.8h\n\t"             \
  "sqrdmulh v16.8h, v16.8h, v8.8h\n\t"           \
  "sqadd v6.8h, v6.8h, v9.8h\n\t"                \
  "sqadd v16.8h, v16.8h, v9.8h\n\t"              \
  "sqshrn v6.8b, v6.8h, %[fraction_bits]\n\t"    \
  "sqshrn2 v6.16b, v16.8h, %[fraction_bits]\n\t" \
  "smax v6.16b, v6.16b, v14.16b\n\t"             \
  "smin v6.16b, v6.16b, v15.16b\n\t"             \
  "st1 {v6.d}[0], [%[to_a]], %[to_step]\n\t"     \
  "st1 {v6.d}[1], [%[to_b]], %[to_step]\n\t"

// `rows`: _1 or _2.
#define OCTET_OUTPUT(rows, low0, high0, low1, high1, low2, high2)              \
  OCTET_START##rows OCTET_MULTIPLY_ADD##rows(low0, high0, "v20", "v21", "v22", \
                                             "v23")                            \
      OCTET_MULTIPLY_ADD##rows(low1, high1, "v24", "v25", "v26", "v27")        \
          OCTET_MULTIPLY_ADD##rows(low2, high2, "v28", "v29", "v30", "v31")    \
              OCTET_STORE##rows "subs %[inside], %[inside], #1\n\t"

// Behind the last column in the picture: the next one of all rows is padding,
// once, if the last output takes it.
#define OCTET_RIGHT_EDGE(resume) \
  "cbz %w[at_right], 9f\n\t"     \
  "mov %w[at_right], wzr\n\t"    \
  "mov %[inside], #1\n\t"        \
  "mov %[row0], %[padding]\n\t"  \
  "mov %[row1], %[padding]\n\t"  \
  "mov %[row2], %[padding]\n\t"  \
  "mov %[row3], %[padding]\n\t"  \
  "b " resume "\n"

// From left to right, three columns in turn (v0-v5).
#define OCTET_WALK(rows) \
  "mov %[inside], %[width]\n\t"                               \
  "mov %w[at_right], %w[right_edge]\n\t"                      \
  "cbz %w[left_edge], 1f\n\t"                                 \
  "ld1r {v0.16b}, [%[padding]]\n\t"                           \
  "mov v1.16b, v0.16b\n\t"                                    \
  OCTET_SKIP_COLUMN##rows                                     \
  "b 2f\n"                                                    \
  "1:\n\t"                                                    \
  OCTET_LOAD_COLUMN##rows("v0", "v1")                         \
  "2:\n\t"                                                    \
  OCTET_LOAD_COLUMN##rows("v2", "v3")                         \
  "cbz %[inside], 8f\n"                                       \
  "3:\n\t"                                                    \
  OCTET_LOAD_COLUMN##rows("v4", "v5")                         \
  OCTET_OUTPUT(rows, "v0", "v1", "v2", "v3", "v4", "v5")      \
  "b.eq 6f\n"                                                 \
  "4:\n\t"                                                    \
  OCTET_LOAD_COLUMN##rows("v0", "v1")                         \
  OCTET_OUTPUT(rows, "v2", "v3", "v4", "v5", "v0", "v1")      \
  "b.eq 7f\n"                                                 \
  "5:\n\t"                                                    \
  OCTET_LOAD_COLUMN##rows("v2", "v3")                         \
  OCTET_OUTPUT(rows, "v4", "v5", "v0", "v1", "v2", "v3")      \
  "b.ne 3b\n"                                                 \
  "8:\n\t" OCTET_RIGHT_EDGE("3b")                             \
  "6:\n\t" OCTET_RIGHT_EDGE("4b")                             \
  "7:\n\t" OCTET_RIGHT_EDGE("5b")                             \
  "9:\n\t"

// All rows of a panel of eight channels from channel `c` on, of which no column
// is outside the picture but those that `edges` names. One statement, for which
// 32 vectors are just enough: columns, their rows (v10-v13), sums (v6, v7, v16,
// v17), weights (v20-v31) and what requantization needs. g++ 12 takes more, and
// copies.
[[gnu::noinline]] void RunWholePanel(const DepthwiseConvArgs& args, Edges edges,
                                     const neon::VectorStage& stage,
                                     const uint8_t* panel, ptrdiff_t c) {
  static_assert(offsetof(neon::VectorStage, clamp_min) == 16 &&
                offsetof(neon::VectorStage, clamp_max) == 32);
  uint8_t padding[kNr];
  std::memset(padding, args.zero_byte, sizeof(padding));
  const void* const* rows = args.input_rows;
  uint8_t* to_a = static_cast<uint8_t*>(args.output) + c;
  size_t left_rows = args.output_rows;
  const uint8_t *row0, *row1, *row2, *row3;
  uint8_t* to_b;
  size_t inside;
  uint32_t at_right;
  asm volatile(
      "add %[row0], %[panel], %[weights]\n\t"
      "ld1 {v20.16b-v23.16b}, [%[row0]], #64\n\t"
      "ld1 {v24.16b-v27.16b}, [%[row0]], #64\n\t"
      "ld1 {v28.16b-v31.16b}, [%[row0]]\n\t"
      "ldp q18, q19, [%[panel], %[shift]]\n\t"
      "ldr q8, [%[panel], %[multiplier]]\n\t"
      "ldr q9, [%[stage]]\n\t"
      "ldp q14, q15, [%[stage], #16]\n\t"
      "neg v18.4s, v18.4s\n\t"
      "neg v19.4s, v19.4s\n\t"
      "subs %[left_rows], %[left_rows], #2\n\t"
      "b.lo 20f\n"
      "10:\n\t"
      "ldp %[row0], %[row1], [%[rows]], #16\n\t"
      "ldp %[row2], %[row3], [%[rows]]\n\t"
      "add %[to_b], %[to_a], %[row_stride]\n\t"
      "add %[row0], %[row0], %[first]\n\t"
      "add %[row1], %[row1], %[first]\n\t"
      "add %[row2], %[row2], %[first]\n\t"
      "add %[row3], %[row3], %[first]\n\t"
      OCTET_WALK(_2)
      "add %[to_a], %[to_b], %[gap]\n\t"
      "subs %[left_rows], %[left_rows], #2\n\t"
      "b.hs 10b\n"
      "20:\n\t"
      "tbz %[left_rows], #0, 30f\n\t"
      "ldp %[row0], %[row1], [%[rows]], #16\n\t"
      "ldr %[row2], [%[rows]]\n\t"
      "add %[row0], %[row0], %[first]\n\t"
      "add %[row1], %[row1], %[first]\n\t"
      "add %[row2], %[row2], %[first]\n\t"
      OCTET_WALK(_1)
      "30:"
      : [rows] "+&r"(rows), [row0] "=&r"(row0), [row1] "=&r"(row1),
        [row2] "=&r"(row2), [row3] "=&r"(row3), [to_a] "+&r"(to_a),
        [to_b] "=&r"(to_b), [inside] "=&r"(inside), [at_right] "=&r"(at_right),
        [left_rows] "+&r"(left_rows)
      : [first] "r"(c + args.first_column * args.pixel_stride),
        [width] "r"(args.output_width - size_t{edges.right}),
        [left_edge] "r"(uint32_t{edges.left}),
        [right_edge] "r"(uint32_t{edges.right}), [step] "r"(args.pixel_stride),
        [to_step] "r"(args.output_pixel_stride),
        [row_stride] "r"(args.output_row_stride), [gap] "r"(RowGap(args)),
        [panel] "r"(panel), [stage] "r"(&stage), [padding] "r"(padding),
        [shift] "i"(kLayout.shift), [multiplier] "i"(kLayout.multiplier),
        [weights] "i"(kLayout.weights), [fraction_bits] "i"(kFractionBits)
      : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",
        "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",
        "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28",
        "v29", "v30", "v31");
}

// What that does not take: fewer than eight channels, and more than one column
// of padding at a side. Two rows as well, or one.

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

  // The next column.
  [[gnu::always_inline]] Column Next() {
    if (static_cast<size_t>(column_++) >= count_) {
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

// Two output rows (kBoth), or one.
template <bool kBoth>
struct Rows {
  const Panel& p;
  const Weights& w;
  size_t width;  // outputs a row
  uint8_t* to_a;
  uint8_t* to_b;
  ptrdiff_t step;

  [[gnu::always_inline]] void Store(const Sums& a, const Sums& b) {
    int8x16_t bytes = neon::DropFraction(ToWords(p, a), ToWords(p, b));
    if (p.stage.clamps) bytes = neon::ClampBytes(bytes, p.stage);
    const size_t n = p.channels < kNr ? p.channels : kNr;
    neon::StoreUpTo16(to_a, bytes, n);
    if (kBoth) neon::StoreUpTo16(to_b, vextq_s8(bytes, bytes, 8), n);
    to_a += step;
    to_b += step;
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

  [[gnu::always_inline]] void Run(Columns columns) {
    Column column0 = columns.Next();
    Column column1 = columns.Next();
    for (size_t left = width;;) {
      const Column column2 = columns.Next();
      Output(column0, column1, column2);
      if (--left == 0) return;
      column0 = columns.Next();
      Output(column1, column2, column0);
      if (--left == 0) return;
      column1 = columns.Next();
      Output(column2, column0, column1);
      if (--left == 0) return;
    }
  }
};

// Output rows begin ... end - 1 of a panel from channel `c` on, two at a time
// (kBoth), an even number of them, or one.
template <bool kBoth>
[[gnu::noinline]] void RunRows(const DepthwiseConvArgs& args,
                               const Panel& panel, ptrdiff_t c, size_t begin,
                               size_t end) {
  constexpr size_t kRows = kBoth ? 2 : 1;
  const Panel p = panel;  // known to be nobody else's
  const Weights w(p);
  uint8_t* const output = static_cast<uint8_t*>(args.output);
  const ptrdiff_t row_stride = args.output_row_stride;
  const uint8_t* const* input =
      reinterpret_cast<const uint8_t* const*>(args.input_rows) + begin;
  Columns columns(args, c);
  Rows<kBoth> rows = {p,       w,       args.output_width,
                      nullptr, nullptr, args.output_pixel_stride};
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

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  const neon::VectorStage stage =
      neon::MakeVectorStage(args.stage, kFractionBits);
  const Edges edges = EdgesOf(args);
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.channels; c += kNr, panel += args.panel_bytes) {
    const ptrdiff_t first = static_cast<ptrdiff_t>(c);
    if (!edges.others && args.channels - c >= kNr) {
      RunWholePanel(args, edges, stage, panel, first);
      continue;
    }
    const Panel p(panel, stage, args.channels - c);
    const size_t even = args.output_rows / 2 * 2;
    if (even != 0) RunRows<true>(args, p, first, 0, even);
    if (even != args.output_rows) {
      RunRows<false>(args, p, first, even, args.output_rows);
    }
  }
}

}  // namespace octet::neondot
