// depthwise_conv 3x3 of stride 2, 16 channels at a time, a row from left to
// right. Columns serve too few outputs to be interleaved by four zip
// instructions each; a table lookup brings the three taps of four channels
// together, which one sdot multiplies:
//
//   row y      c0 c1 c2 c3 ...          tbl: c0 c0 c0 .  c1 c1 c1 .  c2 c2 ...
//   row y + 1  c0 c1 c2 c3 ...   --->        y  +1 +2 0  y  +1 +2 0  y  +1
//   row y + 2  c0 c1 c2 c3 ...
//
// Every other column is the last of one output and the first of the next.
// kTapOrder3x3Stride2 in table.cc lays the weights out as columns.

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_conv.h"
#include "kernels/neon/depthwise_panel.h"
#include "kernels/neondot/depthwise_row.h"
#include "kernels/neondot/neondot_kernels.h"

#define OCTET_UNROLL _Pragma("GCC unroll 16")

namespace octet::neondot {
namespace {

using neon::DepthwisePanel;
using neon::DepthwiseSums;

constexpr PanelLayout kLayout = DepthwisePanel::kLayout;

// What tbl picks, from bytes 0-47, for each four channels. Behind the table it
// gives zeros.
alignas(16) constexpr uint8_t kPicked[64] = {
    0,  16, 32, 128, 1,  17, 33, 128, 2,  18, 34, 128, 3,  19, 35, 128,
    4,  20, 36, 128, 5,  21, 37, 128, 6,  22, 38, 128, 7,  23, 39, 128,
    8,  24, 40, 128, 9,  25, 41, 128, 10, 26, 42, 128, 11, 27, 43, 128,
    12, 28, 44, 128, 13, 29, 45, 128, 14, 30, 46, 128, 15, 31, 47, 128};

#define OCTET_LOAD_COLUMN                     \
  "ld1 {v8.16b}, [%[row0]], %[step]\n\t"      \
  "ld1 {v9.16b}, [%[row1]], %[step]\n\t"      \
  "ld1 {v10.16b}, [%[row2]], %[step]\n\t"     \
  "tbl v0.16b, {v8.16b-v10.16b}, v24.16b\n\t" \
  "tbl v1.16b, {v8.16b-v10.16b}, v25.16b\n\t" \
  "tbl v2.16b, {v8.16b-v10.16b}, v26.16b\n\t" \
  "tbl v3.16b, {v8.16b-v10.16b}, v27.16b\n\t"
#define OCTET_LOAD_PADDING            \
  "ld1r {v0.16b}, [%[zero_byte]]\n\t" \
  "mov v1.16b, v0.16b\n\t"            \
  "mov v2.16b, v0.16b\n\t"            \
  "mov v3.16b, v0.16b\n\t"
#define OCTET_MULTIPLY_ADD(weights0, weights1, weights2, weights3) \
  "sdot v4.4s, v0.16b, " weights0                                  \
  ".16b\n\t"                                                       \
  "sdot v5.4s, v1.16b, " weights1                                  \
  ".16b\n\t"                                                       \
  "sdot v6.4s, v2.16b, " weights2                                  \
  ".16b\n\t"                                                       \
  "sdot v7.4s, v3.16b, " weights3 ".16b\n\t"
#define OCTET_FIRST_TWO_COLUMNS                                               \
  "ld1 {v4.4s-v7.4s}, [%[panel]]\n\t" OCTET_MULTIPLY_ADD("v12", "v13", "v14", \
                                                         "v15")               \
      OCTET_LOAD_COLUMN OCTET_MULTIPLY_ADD("v16", "v17", "v18", "v19")
#define OCTET_LAST_COLUMN                        \
  OCTET_MULTIPLY_ADD("v20", "v21", "v22", "v23") \
  "subs %[inside], %[inside], #1\n\t"
#define OCTET_STORE                             \
  "ldp q8, q9, [%[panel], %[multiplier]]\n\t"   \
  "sqshl v4.4s, v4.4s, v28.4s\n\t"              \
  "sqshl v6.4s, v6.4s, v30.4s\n\t"              \
  "sqshl v5.4s, v5.4s, v29.4s\n\t"              \
  "sqshl v7.4s, v7.4s, v31.4s\n\t"              \
  "sqxtn v4.4h, v4.4s\n\t"                      \
  "sqxtn v6.4h, v6.4s\n\t"                      \
  "sqxtn2 v4.8h, v5.4s\n\t"                     \
  "sqxtn2 v6.8h, v7.4s\n\t"                     \
  "sqrdmulh v4.8h, v4.8h, v8.8h\n\t"            \
  "sqrdmulh v6.8h, v6.8h, v9.8h\n\t"            \
  "sqadd v4.8h, v4.8h, v11.8h\n\t"              \
  "sqadd v6.8h, v6.8h, v11.8h\n\t"              \
  "sqshrn v4.8b, v4.8h, %[fraction_bits]\n\t"   \
  "sqshrn2 v4.16b, v6.8h, %[fraction_bits]\n\t" \
  "cbz %w[clamps], 5f\n\t"                      \
  "ldp q8, q9, [%[stage], #16]\n\t"             \
  "smax v4.16b, v4.16b, v8.16b\n\t"             \
  "smin v4.16b, v4.16b, v9.16b\n"               \
  "5:\n\t"                                      \
  "st1 {v4.16b}, [%[to]], %[to_step]\n\t"

// All rows of a panel of 16 channels from channel `c` on, with at most one
// column outside the picture at a side. `to`: the first output. One statement:
// a column (v0-v3), sums (v4-v7), rows (v8-v10), weights (v12-v23), lookups,
// shifts and the zero point are 32 vectors, and g++ 12 does not get by with as
// many.
[[gnu::noinline]] void RunPanel(const DepthwiseConvArgs& args,
                                const neon::VectorStage& stage,
                                const uint8_t* panel, ptrdiff_t c,
                                uint8_t* to) {
  static_assert(offsetof(neon::VectorStage, clamp_min) == 16 &&
                offsetof(neon::VectorStage, clamp_max) == 32);
  const Edges edges = EdgesOf(args);
  const void* const* rows = args.input_rows;
  size_t left_rows = args.output_rows;
  const uint8_t *row0, *row1, *row2;
  size_t inside;
  uint32_t at_right;
  asm volatile(
      "add %[row0], %[panel], %[shift]\n\t"
      "ld1 {v28.4s-v31.4s}, [%[row0]]\n\t"
      "add %[row0], %[panel], %[weights]\n\t"
      "ld1 {v12.16b-v15.16b}, [%[row0]], #64\n\t"
      "ld1 {v16.16b-v19.16b}, [%[row0]], #64\n\t"
      "ld1 {v20.16b-v23.16b}, [%[row0]]\n\t"
      "ld1 {v24.16b-v27.16b}, [%[picked]]\n\t"
      "ldr q11, [%[stage]]\n\t"
      "neg v28.4s, v28.4s\n\t"
      "neg v29.4s, v29.4s\n\t"
      "neg v30.4s, v30.4s\n\t"
      "neg v31.4s, v31.4s\n"
      "0:\n\t"
      "ldp %[row0], %[row1], [%[rows]], #16\n\t"
      "ldr %[row2], [%[rows]]\n\t"
      "mov %[inside], %[width]\n\t"
      "mov %w[at_right], %w[right_edge]\n\t"
      "add %[row0], %[row0], %[first]\n\t"
      "add %[row1], %[row1], %[first]\n\t"
      "add %[row2], %[row2], %[first]\n\t"
      "cbz %w[left_edge], 1f\n\t"
      "add %[row0], %[row0], %[step]\n\t"
      "add %[row1], %[row1], %[step]\n\t"
      "add %[row2], %[row2], %[step]\n\t" OCTET_LOAD_PADDING
      "b 2f\n"
      "1:\n\t" OCTET_LOAD_COLUMN
      "2:\n\t"
      "cbz %[inside], 6f\n"
      "3:\n\t" OCTET_FIRST_TWO_COLUMNS OCTET_LOAD_COLUMN
      "4:\n\t" OCTET_LAST_COLUMN OCTET_STORE
      "b.ne 3b\n"
      "6:\n\t"
      "cbz %w[at_right], 7f\n\t"
      "mov %w[at_right], wzr\n\t"
      "mov %[inside], #1\n\t" OCTET_FIRST_TWO_COLUMNS OCTET_LOAD_PADDING
      "b 4b\n"
      "7:\n\t"
      "add %[to], %[to], %[gap]\n\t"
      "subs %[left_rows], %[left_rows], #1\n\t"
      "b.ne 0b"
      : [rows] "+&r"(rows), [row0] "=&r"(row0), [row1] "=&r"(row1),
        [row2] "=&r"(row2), [to] "+&r"(to), [inside] "=&r"(inside),
        [at_right] "=&r"(at_right), [left_rows] "+&r"(left_rows)
      : [first] "r"(c + args.first_column * args.pixel_stride),
        [width] "r"(args.output_width - size_t{edges.right}),
        [left_edge] "r"(uint32_t{edges.left}),
        [right_edge] "r"(uint32_t{edges.right}),
        [clamps] "r"(uint32_t{stage.clamps}), [step] "r"(args.pixel_stride),
        [to_step] "r"(args.output_pixel_stride), [gap] "r"(RowGap(args)),
        [panel] "r"(panel), [picked] "r"(kPicked), [stage] "r"(&stage),
        [zero_byte] "r"(&args.zero_byte), [shift] "i"(kLayout.shift),
        [multiplier] "i"(kLayout.multiplier), [weights] "i"(kLayout.weights),
        [fraction_bits] "i"(kFractionBits)
      : "memory", "cc", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",
        "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16", "v17", "v18",
        "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28",
        "v29", "v30", "v31");
}

// Adds column `x` of an output's taps times its weights, `row` rows below the
// call's first one. A column outside is of padding.
void MultiplyAddColumn(const DepthwiseConvArgs& args, const DepthwisePanel& p,
                       ptrdiff_t c, size_t row, size_t x, ptrdiff_t column,
                       DepthwiseSums& sums) {
  int8x16x3_t rows;
  OCTET_UNROLL for (size_t ky = 0; ky < 3; ++ky) {
    const uint8_t* from =
        static_cast<const uint8_t*>(args.input_rows[row + ky]);
    rows.val[ky] = static_cast<size_t>(column) < args.input_columns
                       ? neon::LoadBytes(from + column * args.pixel_stride + c)
                       : vdupq_n_s8(static_cast<int8_t>(args.zero_byte));
  }
  const uint8_t* w = p.weights() + 64 * x;
  const auto taps = [&](size_t i) {
    return vqtbl3q_s8(rows, vld1q_u8(kPicked + 16 * i));
  };
  DotProduct(sums.sum0, taps(0), neon::LoadBytes(w));
  DotProduct(sums.sum1, taps(1), neon::LoadBytes(w + 16));
  DotProduct(sums.sum2, taps(2), neon::LoadBytes(w + 32));
  DotProduct(sums.sum3, taps(3), neon::LoadBytes(w + 48));
}

// A panel with any columns of padding, output by output.
[[gnu::noinline]] void RunOutputs(const DepthwiseConvArgs& args,
                                  const DepthwisePanel& p, ptrdiff_t c) {
  uint8_t* to = static_cast<uint8_t*>(args.output) + c;
  for (size_t y = 0; y < args.output_rows; ++y, to += RowGap(args)) {
    ptrdiff_t column = args.first_column;
    for (size_t left = args.output_width; left != 0; --left, column += 2) {
      DepthwiseSums sums(p);
      for (size_t x = 0; x < 3; ++x) {
        MultiplyAddColumn(args, p, c, 2 * y, x,
                          column + static_cast<ptrdiff_t>(x), sums);
      }
      neon::StorePixel(p, sums, to);
      to += args.output_pixel_stride;
    }
  }
}

}  // namespace

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) {
  constexpr size_t kNr = DepthwisePanel::kNr;
  const neon::VectorStage stage =
      neon::MakeVectorStage(args.stage, kFractionBits);
  const bool others = EdgesOf(args).others;
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t i = 0; i < args.channels; i += kNr, panel += args.panel_bytes) {
    const ptrdiff_t c = static_cast<ptrdiff_t>(i);
    uint8_t* const to = static_cast<uint8_t*>(args.output) + c;
    if (others) {
      RunOutputs(args, DepthwisePanel(panel, stage, args.channels - i), c);
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
