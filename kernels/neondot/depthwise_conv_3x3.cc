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

// All rows of a panel of eight channels from channel `c` on, with at most one
// column outside the picture at a side. `to`: the first output. One statement,
// for which 32 vectors are just enough: columns, their rows (v10-v13), sums
// (v6, v7, v16, v17), weights (v20-v31) and what requantization needs. g++ 12
// takes more, and copies.
[[gnu::noinline]] void RunPanel(const DepthwiseConvArgs& args,
                                const neon::VectorStage& stage,
                                const uint8_t* panel, ptrdiff_t c,
                                uint8_t* to_a) {
  static_assert(offsetof(neon::VectorStage, clamp_min) == 16 &&
                offsetof(neon::VectorStage, clamp_max) == 32);
  const Edges edges = EdgesOf(args);
  uint8_t padding[kNr];
  std::memset(padding, args.zero_byte, sizeof(padding));
  const void* const* rows = args.input_rows;
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

// The taps of an output: a column of three rows. The fourth byte, whose weight
// is zero, may be any.
struct Column {
  int8x16_t low, high;  // of channels 0-3 and 4-7

  Column(const DepthwiseConvArgs& args, size_t row, ptrdiff_t column,
         ptrdiff_t c) {
    const bool inside = static_cast<size_t>(column) < args.input_columns;
    const auto load = [&](size_t ky) {
      const uint8_t* from =
          static_cast<const uint8_t*>(args.input_rows[row + ky]);
      return inside ? neon::LoadBytes(from + column * args.pixel_stride + c)
                    : vdupq_n_s8(static_cast<int8_t>(args.zero_byte));
    };
    const int8x16_t last = load(2);
    const int16x8_t rows01 = vreinterpretq_s16_s8(vzip1q_s8(load(0), load(1)));
    const int16x8_t rows22 = vreinterpretq_s16_s8(vzip1q_s8(last, last));
    low = vreinterpretq_s8_s16(vzip1q_s16(rows01, rows22));
    high = vreinterpretq_s8_s16(vzip2q_s16(rows01, rows22));
  }
};

// An output with any columns of padding. The weights of the first of two rows
// serve every row.
void RunOutput(const DepthwiseConvArgs& args, const neon::VectorStage& stage,
               const uint8_t* panel, ptrdiff_t c, size_t y, size_t x) {
  int32x4_t low = neon::LoadSums(panel);
  int32x4_t high = neon::LoadSums(panel + 16);
  const uint8_t* weights = panel + kLayout.weights;
  for (size_t kx = 0; kx < 3; ++kx, weights += 64) {
    const Column column(args, y,
                        args.first_column + static_cast<ptrdiff_t>(x + kx), c);
    DotProduct(low, column.low, neon::LoadBytes(weights));
    DotProduct(high, column.high, neon::LoadBytes(weights + 16));
  }
  const neon::LeftShift<kNr> left(panel + kLayout.shift);
  const int16x8_t words = neon::ToWords(
      neon::ShiftAccumulators(low, high, vld1q_s32(left.at),
                              vld1q_s32(left.at + 4)),
      neon::LoadWords(panel + kLayout.multiplier), stage.zero_point);
  const size_t rest = args.channels - static_cast<size_t>(c);
  neon::StoreUpTo16(static_cast<uint8_t*>(args.output) + c +
                        static_cast<ptrdiff_t>(y) * args.output_row_stride +
                        static_cast<ptrdiff_t>(x) * args.output_pixel_stride,
                    neon::ToBytes(words, words, stage),
                    rest < kNr ? rest : kNr);
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  const neon::VectorStage stage =
      neon::MakeVectorStage(args.stage, kFractionBits);
  const bool others = EdgesOf(args).others;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t i = 0; i < args.channels; i += kNr, panel += args.panel_bytes) {
    const ptrdiff_t c = static_cast<ptrdiff_t>(i);
    uint8_t* const to = static_cast<uint8_t*>(args.output) + c;
    if (others) {
      for (size_t y = 0; y < args.output_rows; ++y) {
        for (size_t x = 0; x < args.output_width; ++x) {
          RunOutput(args, stage, panel, c, y, x);
        }
      }
    } else if (args.channels - i >= kNr) {
      RunPanel(args, stage, panel, c, to);
    } else {
      RunPartialPanel<kNr>(args, args.channels - i, to,
                           [&](const DepthwiseConvArgs& part, uint8_t* output) {
                             RunPanel(part, stage, panel, c, output);
                           });
    }
  }
}

}  // namespace octet::neondot
