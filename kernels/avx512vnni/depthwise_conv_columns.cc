// depthwise_conv 5x5 and 7x7: kernels/vnni/depthwise_columns.h with 64 channels
// a vector.

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/avx512vnni_kernels.h"
#include "kernels/avx512vnni/depthwise_panel.h"
#include "kernels/depthwise_conv.h"
#include "kernels/vnni/depthwise_columns.h"

namespace octet::avx512vnni {
namespace {

struct Vectors {
  static constexpr size_t kBytes = 64;
  static constexpr size_t kRows = 2;
  using Quad = avx512vnni::Quad;
  using Panel = DepthwisePanel;

  static __m512i Load(const void* from) { return _mm512_loadu_si512(from); }
  // Where it stands: early loads would take all registers.
  static __m512i LoadHere(const uint8_t* from) {
    __m512i value;
    asm volatile("vmovdqu64 %1, %0"
                 : "=v"(value)
                 : "m"(*reinterpret_cast<const uint8_t(*)[kBytes]>(from)));
    return value;
  }
  static Quad Interleave(__m512i row0, __m512i row1, __m512i row2,
                         __m512i row3) {
    return avx512vnni::Interleave(row0, row1, row2, row3);
  }
  static Quad Bias(const Panel& panel) { return avx512vnni::Bias<1>(panel); }
  static void MultiplyAdd(__m512i& sum, __m512i taps, __m512i weights) {
    asm volatile("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(taps), "v"(weights));
  }
  template <bool kLeft>
  [[gnu::always_inline]] static void StorePixel(const Panel& panel, Quad sum,
                                                uint8_t* to) {
    Store<1, kLeft>(panel, LoadRequantization<1>(panel), sum, {to, {0}}, 0);
  }
  template <typename Visit>
  static void ForEachPanel(const DepthwiseConvArgs& args, Visit visit) {
    avx512vnni::ForEachPanel(args,
                             [&](auto, const Panel& panel, ptrdiff_t channel) {
                               visit(panel, channel);
                             });
  }
};

}  // namespace

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

}  // namespace octet::avx512vnni
