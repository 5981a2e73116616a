// What the depthwise kernels have in common: a panel of 64 channels, the
// interleaving of four taps, and the way from sums to bytes.
//
//   tap 0: a0 a1 a2 ...      unpack bytes, then words:
//   tap 1: b0 b1 b2 ...  ->  a0 b0 c0 d0  a1 b1 c1 d1 ...
//   tap 2: c0 c1 c2 ...
//   tap 3: d0 d1 d2 ...      so that vpdpbusd takes four taps of a channel
//
// Unpacking works within 128-bit lanes and leaves the channels of the four
// vectors in an order that packing the sums undoes.

#ifndef OCTET_KERNELS_AVX512VNNI_DEPTHWISE_PANEL_H_
#define OCTET_KERNELS_AVX512VNNI_DEPTHWISE_PANEL_H_

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/avx512vnni/lanes.h"
#include "kernels/avx512vnni/vector_stage.h"
#include "kernels/depthwise_conv.h"

namespace octet::avx512vnni {

// Sums of a pixel, or four taps of a pixel; by vector of the panel.
struct Quad {
  __m512i at[4];
};

struct DepthwisePanel {
  static constexpr size_t kNr = 64;
  static constexpr PanelLayout kLayout = PanelLayoutOf(kNr);
  static constexpr size_t kGroupBytes = 4 * kNr;  // of four taps

  const uint8_t* bias;
  PanelShifts shifts;
  const uint8_t* multiplier;
  const uint8_t* weights;
  VectorStage stage;
  __mmask64 mask;  // of the channels of a strip
};

// Output columns as strips of one width, side by side in a vector. The last
// one may overlap the one before it: both compute the same bytes.
template <size_t kStrips>
struct Strips {
  size_t width;
  ptrdiff_t first[kStrips];  // column
};

template <size_t kStrips>
[[gnu::always_inline]] static inline Strips<kStrips> DivideIntoStrips(
    size_t columns) {
  Strips<kStrips> strips;
  strips.width = (columns + kStrips - 1) / kStrips;
  const size_t last = columns - strips.width;
#pragma GCC unroll 4
  for (size_t i = 0; i < kStrips; ++i) {
    const size_t first = i * strips.width;
    strips.first[i] = static_cast<ptrdiff_t>(first < last ? first : last);
  }
  return strips;
}

struct BytePairs {
  __m512i low, high;
};

[[gnu::always_inline]] static inline BytePairs InterleaveBytes(__m512i tap0,
                                                               __m512i tap1) {
  return {_mm512_unpacklo_epi8(tap0, tap1), _mm512_unpackhi_epi8(tap0, tap1)};
}

[[gnu::always_inline]] static inline Quad InterleaveWords(
    const BytePairs& taps01, const BytePairs& taps23) {
  return {{_mm512_unpacklo_epi16(taps01.low, taps23.low),
           _mm512_unpackhi_epi16(taps01.low, taps23.low),
           _mm512_unpacklo_epi16(taps01.high, taps23.high),
           _mm512_unpackhi_epi16(taps01.high, taps23.high)}};
}

[[gnu::always_inline]] static inline Quad Interleave(__m512i tap0, __m512i tap1,
                                                     __m512i tap2,
                                                     __m512i tap3) {
  return InterleaveWords(InterleaveBytes(tap0, tap1),
                         InterleaveBytes(tap2, tap3));
}

template <size_t kStrips>
[[gnu::always_inline]] static inline Quad Bias(const DepthwisePanel& p) {
  return {{LoadCopies<kStrips>(p.bias), LoadCopies<kStrips>(p.bias + 64),
           LoadCopies<kStrips>(p.bias + 128),
           LoadCopies<kStrips>(p.bias + 192)}};
}

// sum += taps * weights of one group. Asm statements: compilers would load the
// weights of all groups outside the loop and spill them.
template <size_t kStrips>
[[gnu::always_inline]] static inline void MultiplyAdd(Quad& sum,
                                                      const Quad& taps,
                                                      const uint8_t* weights) {
#pragma GCC unroll 4
  for (size_t v = 0; v < 4; ++v) {
    const __m512i w = Keep(LoadCopies<kStrips>(weights + 64 * v));
    asm volatile("vpdpbusd %2, %1, %0"
                 : "+v"(sum.at[v])
                 : "v"(taps.at[v]), "v"(w));
  }
}

// The same for two pixels, with one load of the weights.
template <size_t kStrips>
[[gnu::always_inline]] static inline void MultiplyAdd2(Quad& sum0,
                                                       const Quad& taps0,
                                                       Quad& sum1,
                                                       const Quad& taps1,
                                                       const uint8_t* weights) {
#pragma GCC unroll 4
  for (size_t v = 0; v < 4; ++v) {
    const __m512i w = Keep(LoadCopies<kStrips>(weights + 64 * v));
    asm volatile("vpdpbusd %2, %1, %0"
                 : "+v"(sum0.at[v])
                 : "v"(taps0.at[v]), "v"(w));
    asm volatile("vpdpbusd %2, %1, %0"
                 : "+v"(sum1.at[v])
                 : "v"(taps1.at[v]), "v"(w));
  }
}

// What turns sums into bytes, in registers; the last shift stays in memory,
// because depthwise_conv_3x3.cc has no register left.
struct Requantization {
  __m512i shift0, shift1, shift2;
  __m512i multiplier0, multiplier1;
  __m512i zero_point;
};

template <size_t kStrips>
[[gnu::always_inline]] static inline Requantization LoadRequantization(
    const DepthwisePanel& p) {
  return {Keep(LoadCopies<kStrips>(p.shifts.right)),
          Keep(LoadCopies<kStrips>(p.shifts.right + 64)),
          Keep(LoadCopies<kStrips>(p.shifts.right + 128)),
          Keep(LoadCopies<kStrips>(p.multiplier)),
          Keep(LoadCopies<kStrips>(p.multiplier + 64)),
          Keep(p.stage.zero_point)};
}

template <size_t kStrips>
[[gnu::always_inline]] static inline void ShiftLeft(const PanelShifts& shifts,
                                                    Quad& sum) {
  if (shifts.low != nullptr) [[unlikely]] {
#pragma GCC unroll 4
    for (size_t v = 0; v < 4; ++v) {
      const __m512i low = LoadCopies<kStrips>(shifts.low + 64 * v);
      const __m512i high = LoadCopies<kStrips>(shifts.high + 64 * v);
      sum.at[v] = _mm512_min_epi32(_mm512_max_epi32(sum.at[v], low), high);
    }
  }
  if (shifts.left == nullptr) return;
#pragma GCC unroll 4
  for (size_t v = 0; v < 4; ++v) {
    sum.at[v] =
        _mm512_sllv_epi32(sum.at[v], LoadCopies<kStrips>(shifts.left + 64 * v));
  }
}

// Where the bytes of a pixel go: strip i to `pixel` + distance[i].
template <size_t kStrips>
struct Output {
  uint8_t* pixel;
  ptrdiff_t distance[kStrips];
};

// The bytes of a pixel. kLeft: there may be left shifts.
template <size_t kStrips, bool kLeft>
[[gnu::always_inline]] static inline void Store(const DepthwisePanel& p,
                                                const Requantization& q,
                                                Quad sum,
                                                const Output<kStrips>& output,
                                                ptrdiff_t at) {
  if constexpr (kLeft) ShiftLeft<kStrips>(p.shifts, sum);
  // Four strips are loaded by way of more registers.
  constexpr bool kReload = kStrips == 4;
  const __m512i shift0 =
      kReload ? LoadCopies<kStrips>(p.shifts.right) : q.shift0;
  const __m512i shift1 =
      kReload ? LoadCopies<kStrips>(p.shifts.right + 64) : q.shift1;
  const __m512i shift2 =
      kReload ? LoadCopies<kStrips>(p.shifts.right + 128) : q.shift2;
  const __m512i shift3 = LoadCopies<kStrips>(p.shifts.right + 192);
  const __m512i t0 = _mm512_packs_epi32(_mm512_srav_epi32(sum.at[0], shift0),
                                        _mm512_srav_epi32(sum.at[1], shift1));
  const __m512i t1 = _mm512_packs_epi32(_mm512_srav_epi32(sum.at[2], shift2),
                                        _mm512_srav_epi32(sum.at[3], shift3));
  const __m512i bytes =
      ToBytes(ToWords(t0, q.multiplier0, q.zero_point),
              ToWords(t1, q.multiplier1, q.zero_point), p.stage);
  StoreStrips<kStrips>(output.pixel + at, output.distance, p.mask, bytes);
}

// A number of strips as a type, for generic lambdas.
template <size_t kValue>
struct NumStrips {
  static constexpr size_t value = kValue;
};

// Calls visit(NumStrips, panel, first channel) for all panels.
template <typename Visit>
static inline void ForEachPanel(const DepthwiseConvArgs& args, Visit visit) {
  DepthwisePanel p;
  p.stage = MakeVectorStage(args.stage, kFractionBits);
  const uint8_t* panel = static_cast<const uint8_t*>(args.packed_weights);
  for (size_t c = 0; c < args.channels; c += DepthwisePanel::kNr) {
    const size_t channels = args.channels - c;
    p.bias = panel;
    SplitShifts(panel + DepthwisePanel::kLayout.shift, DepthwisePanel::kNr,
                args.left_shifts, p.shifts);
    p.multiplier = panel + DepthwisePanel::kLayout.multiplier;
    p.weights = panel + DepthwisePanel::kLayout.weights;
    p.mask = FirstLanes(channels);
    if (channels > kStripChannels<2>) {
      visit(NumStrips<1>(), p, static_cast<ptrdiff_t>(c));
    } else if (channels > kStripChannels<4>) {
      visit(NumStrips<2>(), p, static_cast<ptrdiff_t>(c));
    } else {
      visit(NumStrips<4>(), p, static_cast<ptrdiff_t>(c));
    }
    panel += args.panel_bytes;
  }
}

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_DEPTHWISE_PANEL_H_
