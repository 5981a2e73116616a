// depthwise_conv 3x3, stride 1 and 2: 32 channels, from the left to the right
// of an output row. Input-wise: a column of three rows is brought into shape
// once, and gives terms to every output that it touches.
//
// vpmaddwd takes two taps of a channel, so five of them take nine taps:
//
//            kx 0  kx 1  kx 2
//   ky 0       A     B     C       A, B, C: two rows of one column
//   ky 1       A     B     C
//   ky 2       E     D     D       D: two columns of the last row
//                                  E: of the same two, the new one alone
//
// kTapOrder3x3 in table.cc lays the weights out as A, B, C, D, E. Bytes of two
// rows (or columns) are interleaved, then widened by interleaving with zero.
// Both work within 128-bit lanes; the packing behind them undoes the order.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"

namespace octet::avx2 {
namespace {

constexpr size_t kNr = 32;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

enum TapPair : size_t { kA, kB, kC, kD, kE };

// One half of the panel's channels: sums or pairs of int16.
//   half 0: channels 0-3, 16-19 and 4-7, 20-23
//   half 1: channels 8-11, 24-27 and 12-15, 28-31
struct Half {
  __m256i part0;
  __m256i part1;
};

// Pairs (a, b) of the channels of half kHalf, from the bytes of two pixels.
template <size_t kHalf>
static inline Half Interleave(const uint8_t* a, const uint8_t* b) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i bytes = kHalf == 0
                            ? _mm256_unpacklo_epi8(Load256(a), Load256(b))
                            : _mm256_unpackhi_epi8(Load256(a), Load256(b));
  return {_mm256_unpacklo_epi8(bytes, zero), _mm256_unpackhi_epi8(bytes, zero)};
}

template <size_t kHalf>
static inline Half Bias(const uint8_t* panel) {
  return {Load256(panel + 64 * kHalf), Load256(panel + 64 * kHalf + 32)};
}

// sum + pairs * weights
template <size_t kHalf>
static inline Half MultiplyAdd(const Half& sum, const Half& pairs, TapPair taps,
                               const uint8_t* panel) {
  const uint8_t* weights = panel + kLayout.weights + 128 * taps + 64 * kHalf;
  return {_mm256_add_epi32(sum.part0,
                           _mm256_madd_epi16(pairs.part0, Load256(weights))),
          _mm256_add_epi32(sum.part1, _mm256_madd_epi16(
                                          pairs.part1, Load256(weights + 32)))};
}

template <bool kLeft, size_t kHalf>
static inline __m256i HalfToWords(const Half& sum, const uint8_t* panel,
                                  const VectorStage& stage) {
  const uint8_t* shift = panel + kLayout.shift + 64 * kHalf;
  const uint8_t* multiplier = panel + kLayout.multiplier + 32 * kHalf;
  return ToWords<kLeft>(sum.part0, sum.part1, Load256(shift),
                        Load256(shift + 32), Load256(multiplier), stage);
}

// A column of three input rows.
struct Column {
  const uint8_t* row0;
  const uint8_t* row1;
  const uint8_t* row2;

  inline void Advance(ptrdiff_t bytes) {
    row0 += bytes;
    row1 += bytes;
    row2 += bytes;
  }
};

// The sums of an output that begins at a column: A and E.
template <size_t kHalf>
static inline Half Begin(const Half& rows01, const Half& row2,
                         const uint8_t* panel) {
  const Half sum = MultiplyAdd<kHalf>(Bias<kHalf>(panel), rows01, kA, panel);
  return MultiplyAdd<kHalf>(sum, row2, kE, panel);
}

// Half the channels of a row of outputs, stride 1. Two outputs are under way.
template <size_t kHalf>
struct Stride1 {
  static constexpr ptrdiff_t kColumns = 1;  // of input for each output

  Half older;    // has A, E, B
  Half younger;  // has A, E

  // Columns 0 and 1.
  static inline Stride1 Start(const Column& c, ptrdiff_t pixel_stride,
                              const uint8_t* panel) {
    const Half rows01 = Interleave<kHalf>(c.row0, c.row1);
    const Half row2 = Interleave<kHalf>(c.row2, c.row2);
    const Half next01 =
        Interleave<kHalf>(c.row0 + pixel_stride, c.row1 + pixel_stride);
    const Half next2 = Interleave<kHalf>(c.row2 + pixel_stride, c.row2);
    return {MultiplyAdd<kHalf>(Begin<kHalf>(rows01, row2, panel), next01, kB,
                               panel),
            Begin<kHalf>(next01, next2, panel)};
  }

  // Takes column c; returns the output that it finishes.
  inline Half Next(const Column& c, ptrdiff_t pixel_stride,
                   const uint8_t* panel) {
    const Half rows01 = Interleave<kHalf>(c.row0, c.row1);
    const Half row2 = Interleave<kHalf>(c.row2, c.row2 - pixel_stride);
    const Half sum = MultiplyAdd<kHalf>(older, rows01, kC, panel);
    older = MultiplyAdd<kHalf>(younger, rows01, kB, panel);
    younger = Begin<kHalf>(rows01, row2, panel);
    return MultiplyAdd<kHalf>(sum, row2, kD, panel);
  }
};

// As Stride1 for stride 2: one output is under way.
template <size_t kHalf>
struct Stride2 {
  static constexpr ptrdiff_t kColumns = 2;

  Half begun;  // has A, E

  // Column 0; column 1 comes with 2.
  static inline Stride2 Start(const Column& c, ptrdiff_t,
                              const uint8_t* panel) {
    return {Begin<kHalf>(Interleave<kHalf>(c.row0, c.row1),
                         Interleave<kHalf>(c.row2, c.row2), panel)};
  }

  // Takes column c and the one before it.
  inline Half Next(const Column& c, ptrdiff_t pixel_stride,
                   const uint8_t* panel) {
    const Half middle =
        Interleave<kHalf>(c.row0 - pixel_stride, c.row1 - pixel_stride);
    Half sum = MultiplyAdd<kHalf>(begun, middle, kB, panel);
    const Half rows01 = Interleave<kHalf>(c.row0, c.row1);
    sum = MultiplyAdd<kHalf>(sum, rows01, kC, panel);
    const Half row2 = Interleave<kHalf>(c.row2, c.row2 - pixel_stride);
    begun = Begin<kHalf>(rows01, row2, panel);
    return MultiplyAdd<kHalf>(sum, row2, kD, panel);
  }
};

// Keeps compilers from carrying weights in registers from pixel to pixel: there
// are too few, and spilling costs more than vpmaddwd's memory operand.
static inline void ForgetLoads() { asm volatile("" ::: "memory"); }

// One output row of the panel that begins at channel `first`.
template <template <size_t> class Stride, bool kLeft>
[[gnu::noinline]] void PanelRow(const DepthwiseConvArgs& args, size_t first,
                                const uint8_t* panel,
                                const uint8_t* const* rows, uint8_t* to) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const ptrdiff_t pixel_stride = args.pixel_stride;
  Column column = {rows[0] + first, rows[1] + first, rows[2] + first};
  auto half0 = Stride<0>::Start(column, pixel_stride, panel);
  auto half1 = Stride<1>::Start(column, pixel_stride, panel);
  column.Advance(2 * pixel_stride);
  const size_t channels = args.channels - first;
  for (size_t x = 0; x < args.output_width; ++x) {
    ForgetLoads();
    const __m256i words0 = HalfToWords<kLeft, 0>(
        half0.Next(column, pixel_stride, panel), panel, stage);
    ForgetLoads();
    const __m256i words1 = HalfToWords<kLeft, 1>(
        half1.Next(column, pixel_stride, panel), panel, stage);
    StoreUpTo32(to, ToBytes(words0, words1, stage), channels);
    to += args.output_pixel_stride;
    column.Advance(Stride<0>::kColumns * pixel_stride);
  }
}

// All nine taps of one output at once.
template <size_t kHalf>
static inline Half Single(const Column& column0, ptrdiff_t pixel_stride,
                          const uint8_t* panel) {
  Column c = column0;
  Half sum = Begin<kHalf>(Interleave<kHalf>(c.row0, c.row1),
                          Interleave<kHalf>(c.row2, c.row2), panel);
  c.Advance(pixel_stride);
  sum = MultiplyAdd<kHalf>(sum, Interleave<kHalf>(c.row0, c.row1), kB, panel);
  c.Advance(pixel_stride);
  sum = MultiplyAdd<kHalf>(sum, Interleave<kHalf>(c.row0, c.row1), kC, panel);
  const Half row2 = Interleave<kHalf>(c.row2, c.row2 - pixel_stride);
  return MultiplyAdd<kHalf>(sum, row2, kD, panel);
}

// A row of one output, as pixels at the edges of a picture come: nothing to
// slide along.
template <bool kLeft>
void PanelPixel(const DepthwiseConvArgs& args, size_t first,
                const uint8_t* panel, const uint8_t* const* rows, uint8_t* to) {
  const VectorStage stage = MakeVectorStage(args.stage, kFractionBits);
  const Column column = {rows[0] + first, rows[1] + first, rows[2] + first};
  const Half sum0 = Single<0>(column, args.pixel_stride, panel);
  const __m256i words0 = HalfToWords<kLeft, 0>(sum0, panel, stage);
  const Half sum1 = Single<1>(column, args.pixel_stride, panel);
  const __m256i words1 = HalfToWords<kLeft, 1>(sum1, panel, stage);
  StoreUpTo32(to, ToBytes(words0, words1, stage), args.channels - first);
}

using PanelFunction = void (*)(const DepthwiseConvArgs& args, size_t first,
                               const uint8_t* panel, const uint8_t* const* rows,
                               uint8_t* to);

template <template <size_t> class Stride, bool kLeft>
PanelFunction ChoosePanelFunction(const DepthwiseConvArgs& args) {
  return args.output_width == 1 ? PanelPixel<kLeft> : PanelRow<Stride, kLeft>;
}

template <template <size_t> class Stride>
void Run(const DepthwiseConvArgs& args) {
  const PanelFunction run_panel =
      AnyLeftShift(args.left_shifts) ? ChoosePanelFunction<Stride, true>(args)
                                     : ChoosePanelFunction<Stride, false>(args);
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t y = 0; y < args.output_rows; ++y) {
    const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
    for (size_t c = 0; c < args.channels; c += kNr) {
      run_panel(args, c, panel, rows, output + c);
      panel += args.panel_bytes;
    }
    rows += args.stride_h;
    output += args.output_row_stride;
  }
}

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  Run<Stride1>(args);
}

void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) {
  Run<Stride2>(args);
}

}  // namespace octet::avx2
