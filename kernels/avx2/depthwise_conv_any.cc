// depthwise_conv of any kernel size, stride and dilation: 16 channels of up to
// 4 pixels, two taps at a time by vpmaddwd. Inputs are widened for each tap
// anew: with four pixels under way, the taps' weights and addresses are shared.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/avx2_kernels.h"
#include "kernels/avx2/vector_stage.h"

namespace octet::avx2 {
namespace {

constexpr size_t kNr = 16;
constexpr PanelLayout kLayout = PanelLayoutOf(kNr);

// Walks the taps row by row.
class TapWalk {
 public:
  TapWalk(const DepthwiseConvArgs& args, const uint8_t* const* rows,
          ptrdiff_t at)
      : rows_(rows),
        at_(at),
        column_(0),
        columns_left_(args.kernel_w),
        row_step_(args.dilation_h),
        columns_(args.kernel_w),
        column_step_(static_cast<ptrdiff_t>(args.dilation_w) *
                     args.pixel_stride) {}

  // The input of pixel 0 at the next tap.
  inline const uint8_t* Next() {
    const uint8_t* tap = *rows_ + at_ + column_;
    column_ += column_step_;
    if (--columns_left_ == 0) {
      rows_ += row_step_;
      column_ = 0;
      columns_left_ = columns_;
    }
    return tap;
  }

 private:
  const uint8_t* const* rows_;
  ptrdiff_t at_;
  ptrdiff_t column_;
  size_t columns_left_;
  size_t row_step_;
  size_t columns_;
  ptrdiff_t column_step_;
};

// The sums of one pixel: channels 0-3, 8-11 and 4-7, 12-15.
struct Pixel {
  __m256i sum0;
  __m256i sum1;
};

static inline void MultiplyAdd(const uint8_t* tap0, const uint8_t* tap1,
                               const uint8_t* weights, Pixel& pixel) {
  const __m256i a = _mm256_cvtepu8_epi16(Load128(tap0));
  const __m256i b = _mm256_cvtepu8_epi16(Load128(tap1));
  const __m256i product0 =
      _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), Load256(weights));
  const __m256i product1 =
      _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), Load256(weights + 32));
  pixel.sum0 = _mm256_add_epi32(pixel.sum0, product0);
  pixel.sum1 = _mm256_add_epi32(pixel.sum1, product1);
}

struct Tile {
  Pixel pixel0, pixel1, pixel2, pixel3;
};

// kCount pixels, `step` bytes apart; the first lies at `at` in each row.
template <size_t kCount>
static inline Tile Accumulate(const DepthwiseConvArgs& args,
                              const uint8_t* const* rows, ptrdiff_t at,
                              ptrdiff_t step, const uint8_t* panel) {
  const Pixel bias = {Load256(panel), Load256(panel + 32)};
  Tile t = {bias, bias, bias, bias};
  const uint8_t* weights = panel + kLayout.weights;
  TapWalk walk(args, rows, at);
  for (size_t left = args.kernel_h * args.kernel_w; left != 0; weights += 64) {
    const uint8_t* a = walk.Next();
    // An odd last tap meets itself with zero weights.
    const uint8_t* b = left > 1 ? walk.Next() : a;
    left -= left > 1 ? 2 : 1;
    MultiplyAdd(a, b, weights, t.pixel0);
    if (kCount > 1) MultiplyAdd(a + step, b + step, weights, t.pixel1);
    if (kCount > 2) MultiplyAdd(a + 2 * step, b + 2 * step, weights, t.pixel2);
    if (kCount > 3) MultiplyAdd(a + 3 * step, b + 3 * step, weights, t.pixel3);
  }
  return t;
}

struct Output {
  size_t channels;  // written a pixel, at most 16
  ptrdiff_t pixel_stride;
  VectorStage stage;
};

template <bool kLeft>
static inline __m256i PixelToWords(const Pixel& pixel, const uint8_t* panel,
                                   const VectorStage& stage) {
  return ToWords<kLeft>(pixel.sum0, pixel.sum1, Load256(panel + kLayout.shift),
                        Load256(panel + kLayout.shift + 32),
                        Load256(panel + kLayout.multiplier), stage);
}

template <bool kLeft>
static inline void StorePair(const Pixel& pixel0, const Pixel& pixel1,
                             const uint8_t* panel, const Output& out,
                             uint8_t* to) {
  const __m256i words0 = PixelToWords<kLeft>(pixel0, panel, out.stage);
  const __m256i words1 = PixelToWords<kLeft>(pixel1, panel, out.stage);
  const __m256i bytes = ToBytesInOrder(words0, words1, out.stage);
  StoreUpTo16(to, _mm256_castsi256_si128(bytes), out.channels);
  StoreUpTo16(to + out.pixel_stride, _mm256_extracti128_si256(bytes, 1),
              out.channels);
}

template <bool kLeft>
static inline void StoreOne(const Pixel& pixel, const uint8_t* panel,
                            const Output& out, uint8_t* to) {
  const __m256i words = PixelToWords<kLeft>(pixel, panel, out.stage);
  const __m256i bytes = ToBytesInOrder(words, words, out.stage);
  StoreUpTo16(to, _mm256_castsi256_si128(bytes), out.channels);
}

// The panel of a row of outputs that is being computed.
struct Row {
  const uint8_t* const* input_rows;
  const uint8_t* panel;
  ptrdiff_t step;  // bytes from one pixel's input to the next one's
  Output out;
};

// A sum's 16 channels; each half of a vector has neighbours of the other one.
static inline void StoreSums(const Pixel& pixel, size_t channels, uint8_t* to) {
  const __m256i low = _mm256_permute2x128_si256(pixel.sum0, pixel.sum1, 0x20);
  const __m256i high = _mm256_permute2x128_si256(pixel.sum0, pixel.sum1, 0x31);
  StoreUpTo8Sums(to, low, channels);
  if (channels > 8) StoreUpTo8Sums(to + 32, high, channels - 8);
}

// kCount pixels whose input begins at `at` in each row, their sums as they are.
template <size_t kCount>
static inline void PixelSums(const DepthwiseConvArgs& args, const Row& row,
                             ptrdiff_t at, uint8_t* to) {
  const Tile t =
      Accumulate<kCount>(args, row.input_rows, at, row.step, row.panel);
  const ptrdiff_t stride = row.out.pixel_stride;
  StoreSums(t.pixel0, row.out.channels, to);
  if (kCount > 1) StoreSums(t.pixel1, row.out.channels, to + stride);
  if (kCount > 2) StoreSums(t.pixel2, row.out.channels, to + 2 * stride);
  if (kCount > 3) StoreSums(t.pixel3, row.out.channels, to + 3 * stride);
}

// What becomes of the sums.
enum class Sums { kToBytes, kToBytesLeft, kStored };

// kCount pixels whose input begins at `at` in each row.
template <bool kLeft, size_t kCount>
static inline void PixelBytes(const DepthwiseConvArgs& args, const Row& row,
                              ptrdiff_t at, uint8_t* to) {
  const Tile t =
      Accumulate<kCount>(args, row.input_rows, at, row.step, row.panel);
  if constexpr (kCount == 1) {
    StoreOne<kLeft>(t.pixel0, row.panel, row.out, to);
  } else {
    StorePair<kLeft>(t.pixel0, t.pixel1, row.panel, row.out, to);
  }
  to += 2 * row.out.pixel_stride;
  if constexpr (kCount == 3) {
    StoreOne<kLeft>(t.pixel2, row.panel, row.out, to);
  } else if constexpr (kCount == 4) {
    StorePair<kLeft>(t.pixel2, t.pixel3, row.panel, row.out, to);
  }
}

template <Sums kSums, size_t kCount>
static inline void Pixels(const DepthwiseConvArgs& args, const Row& row,
                          ptrdiff_t at, uint8_t* to) {
  if constexpr (kSums == Sums::kStored) {
    PixelSums<kCount>(args, row, at, to);
  } else {
    PixelBytes<kSums == Sums::kToBytesLeft, kCount>(args, row, at, to);
  }
}

// All pixels of the panel that begins at channel `first`.
template <Sums kSums>
void PanelRow(const DepthwiseConvArgs& args, size_t first, const uint8_t* panel,
              const uint8_t* const* rows, uint8_t* to) {
  const size_t channels =
      args.channels - first < kNr ? args.channels - first : kNr;
  const Row row = {rows,
                   panel,
                   static_cast<ptrdiff_t>(args.stride_w) * args.pixel_stride,
                   {channels, args.output_pixel_stride,
                    MakeVectorStage(args.stage, kFractionBits)}};
  ptrdiff_t at = static_cast<ptrdiff_t>(first);
  size_t left = args.output_width;
  for (; left >= 4; left -= 4) {
    Pixels<kSums, 4>(args, row, at, to);
    at += 4 * row.step;
    to += 4 * row.out.pixel_stride;
  }
  switch (left) {
    case 3:
      return Pixels<kSums, 3>(args, row, at, to);
    case 2:
      return Pixels<kSums, 2>(args, row, at, to);
    case 1:
      return Pixels<kSums, 1>(args, row, at, to);
    default:
      return;
  }
}

// Row by row, panel by panel.
template <Sums kSums>
void RunRows(const DepthwiseConvArgs& args) {
  constexpr size_t kValueBytes = kSums == Sums::kStored ? 4 : 1;
  const uint8_t* const* rows =
      reinterpret_cast<const uint8_t* const*>(args.input_rows);
  uint8_t* output = static_cast<uint8_t*>(args.output);
  for (size_t y = 0; y < args.output_rows; ++y) {
    const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
    for (size_t c = 0; c < args.channels; c += kNr) {
      PanelRow<kSums>(args, c, panel, rows, output + c * kValueBytes);
      panel += args.panel_bytes;
    }
    rows += args.stride_h;
    output += args.output_row_stride;
  }
}

}  // namespace

void DepthwiseConvAny(const DepthwiseConvArgs& args) {
  if (AnyLeftShift(args.left_shifts)) return RunRows<Sums::kToBytesLeft>(args);
  RunRows<Sums::kToBytes>(args);
}

void AccumulateDepthwiseConv(const DepthwiseConvArgs& args) {
  RunRows<Sums::kStored>(args);
}

}  // namespace octet::avx2
