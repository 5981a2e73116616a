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

namespace octet::neondot {
namespace {

using neon::DepthwisePanel;
using neon::DepthwiseSums;

// Three rows of 16 channels, four channels a vector.
struct Column {
  int8x16_t channels0, channels4, channels8, channels12;
};

// What tbl picks, from bytes 0-47, for channels 0-3; of others 4, 8 and 12
// more. Behind the table it gives zeros.
alignas(16) constexpr uint8_t kPicked[16] = {0, 16, 32, 128, 1, 17, 33, 128,
                                             2, 18, 34, 128, 3, 19, 35, 128};

struct Indices {
  uint8x16_t channels0, channels4, channels8, channels12;

  [[gnu::always_inline]] Indices()
      : channels0(vld1q_u8(kPicked)),
        channels4(vaddq_u8(channels0, vdupq_n_u8(4))),
        channels8(vaddq_u8(channels0, vdupq_n_u8(8))),
        channels12(vaddq_u8(channels0, vdupq_n_u8(12))) {}
};

// Three input rows, read column by column.
class Columns {
 public:
  [[gnu::always_inline]] Columns(const DepthwiseConvArgs& args,
                                 ptrdiff_t first_channel)
      : first_column_(args.first_column),
        first_(first_channel + args.first_column * args.pixel_stride),
        step_(args.pixel_stride),
        count_(args.input_columns),
        padding_(vdupq_n_s8(static_cast<int8_t>(args.zero_byte))) {}

  // Three rows, from their first column on.
  [[gnu::always_inline]] void Start(const uint8_t* const* rows) {
    column_ = first_column_;
    row0_ = rows[0] + first_;
    row1_ = rows[1] + first_;
    row2_ = rows[2] + first_;
  }

  // The fourth byte, whose weight is zero, may be any.
  [[gnu::always_inline]] Column Padding() const {
    return {padding_, padding_, padding_, padding_};
  }

  // The next column. kInside: it is known to be in the picture.
  template <bool kInside>
  [[gnu::always_inline]] Column Next() {
    if (!kInside && static_cast<size_t>(column_++) >= count_) {
      Skip();
      return Padding();
    }
    return Load();
  }

  // Leaves out a column.
  [[gnu::always_inline]] void Skip() {
    row0_ += step_;
    row1_ += step_;
    row2_ += step_;
  }

 private:
  [[gnu::always_inline]] Column Load() {
    int8x16x3_t rows;
#if defined(__clang__)
    rows.val[0] = neon::LoadBytes(row0_);
    rows.val[1] = neon::LoadBytes(row1_);
    rows.val[2] = neon::LoadBytes(row2_);
    Skip();
#else
    // The table has to be in consecutive registers, into which g++ 12 would
    // copy what it loads elsewhere. The statement does not say what it reads:
    // nothing here writes that.
    asm("ld1 {%S[rows].16b}, [%[row0]], %[step]\n\t"
        "ld1 {%T[rows].16b}, [%[row1]], %[step]\n\t"
        "ld1 {%U[rows].16b}, [%[row2]], %[step]"
        : [rows] "=&w"(rows), [row0] "+&r"(row0_), [row1] "+&r"(row1_),
          [row2] "+&r"(row2_)
        : [step] "r"(step_));
#endif
    return {vqtbl3q_s8(rows, indices_.channels0),
            vqtbl3q_s8(rows, indices_.channels4),
            vqtbl3q_s8(rows, indices_.channels8),
            vqtbl3q_s8(rows, indices_.channels12)};
  }

  const uint8_t* row0_;
  const uint8_t* row1_;
  const uint8_t* row2_;
  ptrdiff_t column_;
  const ptrdiff_t first_column_;
  const ptrdiff_t first_;  // its bytes' place in a row
  const ptrdiff_t step_;   // from column to column
  const size_t count_;     // of columns
  const int8x16_t padding_;
  const Indices indices_;
};

// The weights of a column.
struct ColumnWeights {
  int8x16_t channels0, channels4, channels8, channels12;

  [[gnu::always_inline]] explicit ColumnWeights(const uint8_t* from)
      : channels0(neon::LoadBytes(from)),
        channels4(neon::LoadBytes(from + 16)),
        channels8(neon::LoadBytes(from + 32)),
        channels12(neon::LoadBytes(from + 48)) {}
};

struct Weights {
  ColumnWeights column0, column1, column2;

  [[gnu::always_inline]] explicit Weights(const uint8_t* from)
      : column0(from), column1(from + 64), column2(from + 128) {}
};

[[gnu::always_inline]] static inline void MultiplyAdd(DepthwiseSums& sums,
                                                      const Column& c,
                                                      const ColumnWeights& w) {
  sums.sum0 = vdotq_s32(sums.sum0, c.channels0, w.channels0);
  sums.sum1 = vdotq_s32(sums.sum1, c.channels4, w.channels4);
  sums.sum2 = vdotq_s32(sums.sum2, c.channels8, w.channels8);
  sums.sum3 = vdotq_s32(sums.sum3, c.channels12, w.channels12);
}

// A row of outputs. kFast: the panel is whole, and no column is outside but
// those that `edges` names.
template <bool kFast>
struct Row {
  const DepthwisePanel& p;
  const Weights& w;
  Edges edges;
  size_t inner;  // outputs but that at the right edge
  uint8_t* to;
  ptrdiff_t step;
  uint8_t* output;  // of the call
  const neon::VectorStage* stage;
  bool clamps;

  [[gnu::always_inline]] void Store(const DepthwiseSums& sums) {
    if constexpr (!kFast) {
      neon::StorePixel(p, sums, to);
      to += step;
    } else {
      int8x16_t bytes = neon::UnclampedBytes(p, sums);
      if (clamps) bytes = neon::ClampBytes(bytes, *Reloaded(stage));
      // The store moves the pointer. `output` says what it writes.
      asm("st1 {%[bytes].16b}, [%[to]], %[step]"
          : [to] "+r"(to), "+m"(*reinterpret_cast<uint8_t(*)[]>(output))
          : [bytes] "w"(bytes), [step] "r"(step));
    }
  }

  [[gnu::always_inline]] void Run(Columns columns) {
    Column shared;
    if (kFast && edges.left) {
      columns.Skip();
      shared = columns.Padding();
    } else {
      shared = columns.Next<kFast>();
    }
    for (size_t left = inner; left != 0; --left) {
      DepthwiseSums sums(p);
      MultiplyAdd(sums, shared, w.column0);
      MultiplyAdd(sums, columns.Next<kFast>(), w.column1);
      shared = columns.Next<kFast>();
      MultiplyAdd(sums, shared, w.column2);
      Store(sums);
    }
    if (!kFast || !edges.right) return;
    DepthwiseSums sums(p);
    MultiplyAdd(sums, shared, w.column0);
    MultiplyAdd(sums, columns.Next<true>(), w.column1);
    MultiplyAdd(sums, columns.Padding(), w.column2);
    Store(sums);
  }
};

// A panel from channel `c` on.
template <bool kFast>
[[gnu::noinline]] void RunRows(const DepthwiseConvArgs& args,
                               const DepthwisePanel& panel, ptrdiff_t c) {
  const DepthwisePanel p = panel;  // known to be nobody else's
  const Weights w(p.weights());
  uint8_t* const output = static_cast<uint8_t*>(args.output);
  const ptrdiff_t row_stride = args.output_row_stride;
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  const Edges edges = EdgesOf(args);
  Columns columns(args, c);
  Row<kFast> row = {p,
                    w,
                    edges,
                    args.output_width - size_t{kFast && edges.right},
                    output + c,
                    args.output_pixel_stride,
                    output,
                    &panel.stage,
                    p.stage.clamps};
  uint8_t* to = output + c;
  for (size_t left = args.output_rows; left != 0; --left) {
    columns.Start(rows);
    row.to = to;
    row.Run(columns);
    rows += 2;
    to += row_stride;
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
