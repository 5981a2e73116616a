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

// Of 16 channels, four a vector: three rows of a column, or the weights of one.
using Column = int8x16x4_t;

// What tbl picks, from bytes 0-47, for each four channels. Behind the table it
// gives zeros.
alignas(16) constexpr uint8_t kPicked[64] = {
    0,  16, 32, 128, 1,  17, 33, 128, 2,  18, 34, 128, 3,  19, 35, 128,
    4,  20, 36, 128, 5,  21, 37, 128, 6,  22, 38, 128, 7,  23, 39, 128,
    8,  24, 40, 128, 9,  25, 41, 128, 10, 26, 42, 128, 11, 27, 43, 128,
    12, 28, 44, 128, 13, 29, 45, 128, 14, 30, 46, 128, 15, 31, 47, 128};

// Adds a column times the weights of column `x` of the kernel.
[[gnu::always_inline]] static inline void MultiplyAdd(const DepthwisePanel& p,
                                                      size_t x,
                                                      const Column& column,
                                                      DepthwiseSums& sums) {
  const uint8_t* w = p.weights() + 64 * x;
  DotProduct(sums.sum0, column.val[0], neon::LoadBytes(w));
  DotProduct(sums.sum1, column.val[1], neon::LoadBytes(w + 16));
  DotProduct(sums.sum2, column.val[2], neon::LoadBytes(w + 32));
  DotProduct(sums.sum3, column.val[3], neon::LoadBytes(w + 48));
}

// Three input rows, read column by column.
class Columns {
 public:
  [[gnu::always_inline]] Columns(const DepthwiseConvArgs& args,
                                 ptrdiff_t first_channel)
      : first_column_(args.first_column),
        first_(first_channel + args.first_column * args.pixel_stride),
        step_(args.pixel_stride),
        count_(args.input_columns),
        padding_(&args.zero_byte) {}

  // Three rows, from their first column on.
  [[gnu::always_inline]] void Start(const uint8_t* const* rows) {
    column_ = first_column_;
    row0_ = rows[0] + first_;
    row1_ = rows[1] + first_;
    row2_ = rows[2] + first_;
  }

  // The fourth byte, whose weight is zero, may be any. Loaded where it is
  // needed: it is not worth a register.
  [[gnu::always_inline]] Column Padding() const {
    int8x16_t padding;
    asm volatile("ld1r {%0.16b}, [%1]"
                 : "=w"(padding)
                 : "r"(padding_), "m"(*padding_));
    return {{padding, padding, padding, padding}};
  }

  // The next column. kInside: it is known to be in the picture.
  template <bool kInside>
  [[gnu::always_inline]] Column Next() {
    if (!kInside && static_cast<size_t>(column_++) >= count_) {
      Skip();
      return Padding();
    }
    const int8x16x3_t rows = {{neon::LoadBytes(row0_), neon::LoadBytes(row1_),
                               neon::LoadBytes(row2_)}};
    Skip();
    Column column;
    OCTET_UNROLL for (size_t i = 0; i < 4; ++i) {
      column.val[i] = vqtbl3q_s8(rows, vld1q_u8(kPicked + 16 * i));
    }
    return column;
  }

#if !defined(__clang__)
#define OCTET_LOAD_COLUMN                        \
  "ld1 {v8.16b}, [%[row0]], %[step]\n\t"         \
  "ld1 {v9.16b}, [%[row1]], %[step]\n\t"         \
  "ld1 {v10.16b}, [%[row2]], %[step]\n\t"        \
  "tbl %S[c].16b, {v8.16b-v10.16b}, v24.16b\n\t" \
  "tbl %T[c].16b, {v8.16b-v10.16b}, v25.16b\n\t" \
  "tbl %U[c].16b, {v8.16b-v10.16b}, v26.16b\n\t" \
  "tbl %V[c].16b, {v8.16b-v10.16b}, v27.16b\n\t"
#define OCTET_MULTIPLY_ADD(c0, c4, c8, c12, w0, w4, w8, w12) \
  "sdot v4.4s, " c0 ".16b, " w0                              \
  ".16b\n\t"                                                 \
  "sdot v5.4s, " c4 ".16b, " w4                              \
  ".16b\n\t"                                                 \
  "sdot v6.4s, " c8 ".16b, " w8                              \
  ".16b\n\t"                                                 \
  "sdot v7.4s, " c12 ".16b, " w12 ".16b\n\t"
#define OCTET_MULTIPLY_ADD_COLUMN(...) \
  OCTET_MULTIPLY_ADD("%S[c]", "%T[c]", "%U[c]", "%V[c]", __VA_ARGS__)
#define OCTET_FIRST_TWO_COLUMNS                                               \
  "ld1 {v4.4s-v7.4s}, [%[panel]]\n\t" OCTET_MULTIPLY_ADD_COLUMN("v12", "v13", \
                                                                "v14", "v15") \
      OCTET_LOAD_COLUMN OCTET_MULTIPLY_ADD_COLUMN("v16", "v17", "v18", "v19")
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
  "ldp q8, q9, [%[stage], #16]\n\t"             \
  "sqadd v4.8h, v4.8h, v11.8h\n\t"              \
  "sqadd v6.8h, v6.8h, v11.8h\n\t"              \
  "sqshrn v4.8b, v4.8h, %[fraction_bits]\n\t"   \
  "sqshrn2 v4.16b, v6.8h, %[fraction_bits]\n\t" \
  "smax v4.16b, v4.16b, v8.16b\n\t"             \
  "smin v4.16b, v4.16b, v9.16b\n\t"             \
  "st1 {v4.16b}, [%[to]], %[to_step]\n\t"
  // Outputs of 16 channels, `inside` ones and, if there is one, that whose last
  // column is right of the picture. `c`: the first column of the first one.
  // One statement: a column, sums, rows, weights, lookups, shifts and the zero
  // point are 32 vectors, and g++ 12 does not get by with as many registers.
  [[gnu::always_inline]] void Outputs(const DepthwisePanel& p, size_t inside,
                                      bool right, Column c, uint8_t* to,
                                      ptrdiff_t to_step) {
    const uint8_t* weights = p.weights();
    static_assert(offsetof(neon::VectorStage, clamp_min) == 16 &&
                  offsetof(neon::VectorStage, clamp_max) == 32);
    asm volatile(
        "ld1 {v12.16b-v15.16b}, [%[weights]], #64\n\t"
        "ld1 {v16.16b-v19.16b}, [%[weights]], #64\n\t"
        "ld1 {v20.16b-v23.16b}, [%[weights]]\n\t"
        "ld1 {v24.16b-v27.16b}, [%[picked]]\n\t"
        "ld1 {v28.4s-v31.4s}, [%[left]]\n\t"
        "ldr q11, [%[stage]]\n\t"
        "cbz %[inside], 1f\n"
        "0:\n\t" OCTET_FIRST_TWO_COLUMNS OCTET_LOAD_COLUMN
            OCTET_MULTIPLY_ADD_COLUMN(
                "v20", "v21", "v22",
                "v23") "subs %[inside], %[inside], #1\n\t" OCTET_STORE
                       "b.ne 0b\n"
                       "1:\n\t"
                       "cbz %w[right], 2f\n\t" OCTET_FIRST_TWO_COLUMNS
                       "ld1r {v8.16b}, [%[padding]]\n\t" OCTET_MULTIPLY_ADD(
                           "v8", "v8", "v8", "v8", "v20", "v21", "v22", "v23")
                           OCTET_STORE "2:"
        : [c] "+&w"(c), [row0] "+&r"(row0_), [row1] "+&r"(row1_),
          [row2] "+&r"(row2_), [to] "+&r"(to), [inside] "+&r"(inside),
          [weights] "+&r"(weights)
        : [step] "r"(step_), [to_step] "r"(to_step), [panel] "r"(p.begin),
          [left] "r"(p.left.at), [picked] "r"(kPicked), [stage] "r"(&p.stage),
          [padding] "r"(padding_), [right] "r"(right),
          [multiplier] "i"(DepthwisePanel::kLayout.multiplier),
          [fraction_bits] "i"(kFractionBits)
        : "memory", "cc", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11",
          "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21",
          "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
  }
#undef OCTET_LOAD_COLUMN
#undef OCTET_MULTIPLY_ADD
#undef OCTET_MULTIPLY_ADD_COLUMN
#undef OCTET_FIRST_TWO_COLUMNS
#undef OCTET_STORE
#endif

  // Leaves out a column.
  [[gnu::always_inline]] void Skip() {
    row0_ += step_;
    row1_ += step_;
    row2_ += step_;
  }

 private:
  const uint8_t* row0_;
  const uint8_t* row1_;
  const uint8_t* row2_;
  ptrdiff_t column_;
  const ptrdiff_t first_column_;
  const ptrdiff_t first_;  // its bytes' place in a row
  const ptrdiff_t step_;   // from column to column
  const size_t count_;     // of columns
  const uint8_t* const padding_;
};

// A row of `count` outputs. kFast: the panel is whole, and no column is outside
// but those that `edges` names.
template <bool kFast>
[[gnu::always_inline]] static inline void RunRow(const DepthwisePanel& p,
                                                 Columns& columns, Edges edges,
                                                 size_t count, uint8_t* to,
                                                 ptrdiff_t step) {
  Column shared;
  if (kFast && edges.left) {
    columns.Skip();
    shared = columns.Padding();
  } else {
    shared = columns.Next<kFast>();
  }
#if !defined(__clang__)
  if constexpr (kFast) {
    columns.Outputs(p, count - size_t{edges.right}, edges.right, shared, to,
                    step);
    return;
  }
#endif
  for (size_t left = count; left != 0; --left) {
    const bool at_edge = kFast && edges.right && left == 1;
    DepthwiseSums sums(p);
    MultiplyAdd(p, 0, shared, sums);
    MultiplyAdd(p, 1, columns.Next<kFast>(), sums);
    shared = at_edge ? columns.Padding() : columns.Next<kFast>();
    MultiplyAdd(p, 2, shared, sums);
    neon::StorePixel(p, sums, to);
    to += step;
  }
}

// A panel from channel `c` on.
template <bool kFast>
[[gnu::noinline]] void RunRows(const DepthwiseConvArgs& args,
                               const DepthwisePanel& p, ptrdiff_t c) {
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  const Edges edges = EdgesOf(args);
  Columns columns(args, c);
  uint8_t* to = static_cast<uint8_t*>(args.output) + c;
  for (size_t left = args.output_rows; left != 0; --left) {
    columns.Start(rows);
    RunRow<kFast>(p, columns, edges, args.output_width, to,
                  args.output_pixel_stride);
    rows += 2;
    to += args.output_row_stride;
  }
}

}  // namespace

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) {
  const bool others = EdgesOf(args).others;
  neon::ForEachPanel(args, [&](const DepthwisePanel& p, ptrdiff_t c) {
    if (!others && p.channels >= DepthwisePanel::kNr) {
      RunRows<true>(args, p, c);
    } else {
      RunRows<false>(args, p, c);
    }
  });
}

}  // namespace octet::neondot
