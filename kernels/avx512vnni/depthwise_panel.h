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
template <typename Lanes>
struct Quad {
  typename Lanes::Vector at[4];
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
  __mmask64 mask;  // of the panel's channels
};

template <typename Lanes>
[[gnu::always_inline]] static inline Quad<Lanes> Interleave(
    typename Lanes::Vector tap0, typename Lanes::Vector tap1,
    typename Lanes::Vector tap2, typename Lanes::Vector tap3) {
  const auto low01 = Lanes::UnpackLow8(tap0, tap1);
  const auto high01 = Lanes::UnpackHigh8(tap0, tap1);
  const auto low23 = Lanes::UnpackLow8(tap2, tap3);
  const auto high23 = Lanes::UnpackHigh8(tap2, tap3);
  return {{Lanes::UnpackLow16(low01, low23), Lanes::UnpackHigh16(low01, low23),
           Lanes::UnpackLow16(high01, high23),
           Lanes::UnpackHigh16(high01, high23)}};
}

template <typename Lanes>
[[gnu::always_inline]] static inline Quad<Lanes> Bias(const DepthwisePanel& p) {
  return {{Lanes::Load(p.bias), Lanes::Load(p.bias + 64),
           Lanes::Load(p.bias + 128), Lanes::Load(p.bias + 192)}};
}

// sum += taps * weights of one group. An asm statement with a memory operand:
// compilers would load the weights of all groups outside the loop and spill
// them.
template <typename Lanes>
[[gnu::always_inline]] static inline void MultiplyAdd(Quad<Lanes>& sum,
                                                      const Quad<Lanes>& taps,
                                                      const uint8_t* weights) {
  using Operand = const uint8_t(*)[Lanes::kChannels];
#pragma GCC unroll 4
  for (size_t v = 0; v < 4; ++v) {
    asm("vpdpbusd %2, %1, %0"
        : "+v"(sum.at[v])
        : "v"(taps.at[v]), "m"(*reinterpret_cast<Operand>(weights + 64 * v)));
  }
}

// The same for two pixels, with one load of the weights.
template <typename Lanes>
[[gnu::always_inline]] static inline void MultiplyAdd2(Quad<Lanes>& sum0,
                                                       const Quad<Lanes>& taps0,
                                                       Quad<Lanes>& sum1,
                                                       const Quad<Lanes>& taps1,
                                                       const uint8_t* weights) {
#pragma GCC unroll 4
  for (size_t v = 0; v < 4; ++v) {
    const auto w = Lanes::Keep(Lanes::Load(weights + 64 * v));
    asm("vpdpbusd %2, %1, %0" : "+v"(sum0.at[v]) : "v"(taps0.at[v]), "v"(w));
    asm("vpdpbusd %2, %1, %0" : "+v"(sum1.at[v]) : "v"(taps1.at[v]), "v"(w));
  }
}

// What turns sums into bytes, in registers; the last shift stays in memory,
// because depthwise_conv_3x3.cc has no register left.
template <typename Lanes>
struct Requantization {
  typename Lanes::Vector shift0, shift1, shift2;
  typename Lanes::Vector multiplier0, multiplier1;
  typename Lanes::Vector zero_point;
};

template <typename Lanes>
[[gnu::always_inline]] static inline Requantization<Lanes> LoadRequantization(
    const DepthwisePanel& p) {
  return {Lanes::Keep(Lanes::Load(p.shifts.right)),
          Lanes::Keep(Lanes::Load(p.shifts.right + 64)),
          Lanes::Keep(Lanes::Load(p.shifts.right + 128)),
          Lanes::Keep(Lanes::Load(p.multiplier)),
          Lanes::Keep(Lanes::Load(p.multiplier + 64)),
          Lanes::Keep(Lanes::Lower(p.stage.zero_point))};
}

template <typename Lanes>
[[gnu::always_inline]] static inline typename Lanes::Vector ToWords(
    typename Lanes::Vector sum0, typename Lanes::Vector sum1,
    typename Lanes::Vector shift0, typename Lanes::Vector shift1,
    typename Lanes::Vector multiplier, typename Lanes::Vector zero_point) {
  const auto t = Lanes::Pack32(Lanes::ShiftRight(sum0, shift0),
                               Lanes::ShiftRight(sum1, shift1));
  const auto r = Lanes::MultiplyRounded(t, multiplier);
  return Lanes::DropFraction(Lanes::AddSaturating(r, zero_point));
}

template <typename Lanes>
[[gnu::always_inline]] static inline void ShiftLeft(const PanelShifts& shifts,
                                                    Quad<Lanes>& sum) {
  if (shifts.low != nullptr) [[unlikely]] {
#pragma GCC unroll 4
    for (size_t v = 0; v < 4; ++v) {
      sum.at[v] = Lanes::Clamp32(sum.at[v], Lanes::Load(shifts.low + 64 * v),
                                 Lanes::Load(shifts.high + 64 * v));
    }
  }
  if (shifts.left == nullptr) return;
#pragma GCC unroll 4
  for (size_t v = 0; v < 4; ++v) {
    sum.at[v] = Lanes::ShiftLeft(sum.at[v], Lanes::Load(shifts.left + 64 * v));
  }
}

// The bytes of a pixel. kLeft: there may be left shifts.
template <typename Lanes, bool kLeft>
[[gnu::always_inline]] static inline void Store(const DepthwisePanel& p,
                                                const Requantization<Lanes>& q,
                                                Quad<Lanes> sum, uint8_t* to) {
  if constexpr (kLeft) ShiftLeft<Lanes>(p.shifts, sum);
  auto bytes =
      Lanes::PackU16(ToWords<Lanes>(sum.at[0], sum.at[1], q.shift0, q.shift1,
                                    q.multiplier0, q.zero_point),
                     ToWords<Lanes>(sum.at[2], sum.at[3], q.shift2,
                                    Lanes::Load(p.shifts.right + 192),
                                    q.multiplier1, q.zero_point));
  if (p.stage.clamps) {
    bytes = Lanes::Clamp(bytes, Lanes::Lower(p.stage.clamp_min),
                         Lanes::Lower(p.stage.clamp_max));
  }
  Lanes::Store(to, p.mask, bytes);
}

// Calls row_of_panel<Lanes>(panel, first channel) for all panels.
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
    if (channels > Lanes32::kChannels) {
      visit(Lanes64(), p, static_cast<ptrdiff_t>(c));
    } else {
      visit(Lanes32(), p, static_cast<ptrdiff_t>(c));
    }
    panel += args.panel_bytes;
  }
}

}  // namespace octet::avx512vnni

#endif  // OCTET_KERNELS_AVX512VNNI_DEPTHWISE_PANEL_H_
