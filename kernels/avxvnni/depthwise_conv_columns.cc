// depthwise_conv 3x3, 5x5 and 7x7: kernels/vnni/depthwise_columns.h with 32
// channels a vector.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx2/vector_stage.h"
#include "kernels/avxvnni/avxvnni_kernels.h"
#include "kernels/avxvnni/dot_product.h"
#include "kernels/depthwise_conv.h"
#include "kernels/vnni/depthwise_columns.h"

namespace octet::avxvnni {
namespace {

using avx2::Load256;

struct Vectors {
  static constexpr size_t kBytes = 32;
  static constexpr size_t kRows = 1;
  static constexpr PanelLayout kLayout = PanelLayoutOf(kBytes);

  // Vector v holds the channels 16 i + 4 v ... + 3 in its 128-bit lane i.
  struct Quad {
    __m256i at[4];
  };
  struct Panel {
    const uint8_t* bias;
    const uint8_t* shift;
    const uint8_t* multiplier;
    const uint8_t* weights;
    size_t channels;
    avx2::VectorStage stage;
  };

  [[gnu::always_inline]] static __m256i Load(const void* from) {
    return Load256(from);
  }
  [[gnu::always_inline]] static __m256i LoadHere(const uint8_t* from) {
    return avxvnni::LoadHere(from);
  }
  [[gnu::always_inline]] static Quad Interleave(__m256i row0, __m256i row1,
                                                __m256i row2, __m256i row3) {
    const __m256i low01 = _mm256_unpacklo_epi8(row0, row1);
    const __m256i high01 = _mm256_unpackhi_epi8(row0, row1);
    const __m256i low23 = _mm256_unpacklo_epi8(row2, row3);
    const __m256i high23 = _mm256_unpackhi_epi8(row2, row3);
    return {{_mm256_unpacklo_epi16(low01, low23),
             _mm256_unpackhi_epi16(low01, low23),
             _mm256_unpacklo_epi16(high01, high23),
             _mm256_unpackhi_epi16(high01, high23)}};
  }
  [[gnu::always_inline]] static Quad Bias(const Panel& p) {
    return {{Load256(p.bias), Load256(p.bias + 32), Load256(p.bias + 64),
             Load256(p.bias + 96)}};
  }
  [[gnu::always_inline]] static void MultiplyAdd(__m256i& sum, __m256i taps,
                                                 __m256i weights) {
    DotProduct(sum, taps, weights);
  }
  template <bool kLeft>
  [[gnu::always_inline]] static void StorePixel(const Panel& p, Quad sum,
                                                uint8_t* to) {
    const __m256i words0 = avx2::ToWords<kLeft>(
        sum.at[0], sum.at[1], Load256(p.shift), Load256(p.shift + 32),
        Load256(p.multiplier), p.stage);
    const __m256i words1 = avx2::ToWords<kLeft>(
        sum.at[2], sum.at[3], Load256(p.shift + 64), Load256(p.shift + 96),
        Load256(p.multiplier + 32), p.stage);
    avx2::StoreUpTo32(to, avx2::ToBytes(words0, words1, p.stage), p.channels);
  }
  template <typename Visit>
  static void ForEachPanel(const DepthwiseConvArgs& args, Visit visit) {
    Panel p;
    p.stage = avx2::MakeVectorStage(args.stage, kFractionBits);
    const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
    for (size_t c = 0; c < args.channels; c += kBytes) {
      p.channels = args.channels - c < kBytes ? args.channels - c : kBytes;
      p.bias = panel;
      p.shift = panel + kLayout.shift;
      p.multiplier = panel + kLayout.multiplier;
      p.weights = panel + kLayout.weights;
      visit(p, static_cast<ptrdiff_t>(c));
      panel += args.panel_bytes;
    }
  }
};

}  // namespace

void DepthwiseConv3x3Stride1(const DepthwiseConvArgs& args) {
  vnni::RunColumns<Vectors, 3, 1>(args);
}
void DepthwiseConv3x3Stride2(const DepthwiseConvArgs& args) {
  vnni::RunColumns<Vectors, 3, 2>(args);
}
void DepthwiseConv5x5Stride1(const DepthwiseConvArgs& args) {
  vnni::RunColumns<Vectors, 5, 1>(args);
}
void DepthwiseConv5x5Stride2(const DepthwiseConvArgs& args) {
  vnni::RunColumns<Vectors, 5, 2>(args);
}
void DepthwiseConv7x7Stride1(const DepthwiseConvArgs& args) {
  vnni::RunColumns<Vectors, 7, 1>(args);
}
void DepthwiseConv7x7Stride2(const DepthwiseConvArgs& args) {
  vnni::RunColumns<Vectors, 7, 2>(args);
}

}  // namespace octet::avxvnni
