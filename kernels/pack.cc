#include "kernels/pack.h"

#include <cstring>

namespace octet {
namespace {

constexpr size_t kAlignment = 64;

size_t RoundUp(size_t value, size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

size_t CeilDiv(size_t a, size_t b) { return (a + b - 1) / b; }

size_t PanelBytes(size_t nr, size_t padded_k, WeightType type) {
  const size_t weight_bytes = nr * padded_k * static_cast<size_t>(type);
  return PanelLayoutOf(nr).weights + RoundUp(weight_bytes, kAlignment);
}

// The channel or weight at a position, for an order that may be null.
size_t IndexAt(const uint8_t* order, size_t position) {
  return order == nullptr ? position : order[position];
}

int ShiftOf(const LayerWeights& layer, size_t channel) {
  return layer.shift[layer.per_channel ? channel : 0];
}

// By how much a channel's weights and bias are multiplied, as a power of 2, in
// place of its negative shift: all of it, or nothing where a weight would not
// fit int16 or the accumulator might not fit int32.
int FoldedLeftShift(WeightType type, const LayerWeights& layer, size_t channel,
                    size_t k) {
  const int left = -ShiftOf(layer, channel);
  if (left <= 0 || type != WeightType::kInt16) return 0;
  int64_t sum = 0;
  int64_t largest = 0;
  for (size_t j = 0; j < k; ++j) {
    const int64_t weight = layer.weights[channel * layer.channel_stride + j];
    const int64_t magnitude = weight < 0 ? -weight : weight;
    sum += magnitude;
    largest = magnitude > largest ? magnitude : largest;
  }
  const int64_t z = layer.input_zero_point;
  const int64_t difference = z + 128 > 127 - z ? z + 128 : 127 - z;
  const int64_t bias = layer.bias[channel];
  const int64_t accumulator = difference * sum + (bias < 0 ? -bias : bias);
  const bool fits =
      largest <= (INT16_MAX >> left) && accumulator <= (INT32_MAX >> left);
  return fits ? left : 0;
}

// (bias - zero_point * sum of weights) * 2^left, modulo 2^32: the kernels' sums
// wrap the same way, and the whole accumulator is proved to fit.
int32_t FoldedBias(const LayerWeights& layer, size_t channel, size_t k,
                   ActivationForm form, int left) {
  uint32_t sum = 0;
  for (size_t j = 0; j < k; ++j) {
    const int32_t weight = layer.weights[channel * layer.channel_stride + j];
    sum += static_cast<uint32_t>(weight);
  }
  const int32_t zero_point = ZeroPointInForm(layer.input_zero_point, form);
  const uint32_t bias = static_cast<uint32_t>(layer.bias[channel]) -
                        static_cast<uint32_t>(zero_point) * sum;
  return static_cast<int32_t>(bias << left);
}

// The order and type of a panel's lanes and weights, common to both families.
struct LaneFormat {
  size_t nr;
  const uint8_t* accumulator_order;
  const uint8_t* multiplier_order;
  WeightType weight_type;
  const uint8_t* weight_order;  // of a run's weights; may be null
};

// Lanes of a panel: their orders count them in a byte.
constexpr size_t kMaxNr = 256;

// The panel that begins with channel `first`.
struct Panel {
  size_t first;
  int left[kMaxNr];  // FoldedLeftShift of each lane's channel
};

// Lanes behind the last channel are zero.
void PackPanelHeader(const LaneFormat& format, const LayerWeights& layer,
                     size_t k, ActivationForm form, const Panel& panel,
                     uint8_t* to) {
  const PanelLayout layout = PanelLayoutOf(format.nr);
  for (size_t lane = 0; lane < format.nr; ++lane) {
    const size_t channel =
        panel.first + IndexAt(format.accumulator_order, lane);
    if (channel >= layer.n) continue;
    const int left = panel.left[lane];
    const int32_t bias = FoldedBias(layer, channel, k, form, left);
    const int32_t shift = ShiftOf(layer, channel) + left;
    std::memcpy(to + lane * 4, &bias, 4);
    std::memcpy(to + layout.shift + lane * 4, &shift, 4);
  }
  for (size_t lane = 0; lane < format.nr; ++lane) {
    const size_t channel = panel.first + IndexAt(format.multiplier_order, lane);
    if (channel >= layer.n) continue;
    const int16_t multiplier =
        layer.multiplier[layer.per_channel ? channel : 0];
    std::memcpy(to + layout.multiplier + lane * 2, &multiplier, 2);
  }
}

void StoreWeight(int weight, WeightType type, uint8_t* to) {
  if (type == WeightType::kInt8) {
    const int8_t narrow = static_cast<int8_t>(weight);
    std::memcpy(to, &narrow, 1);
  } else {
    const int16_t wide = static_cast<int16_t>(weight);
    std::memcpy(to, &wide, 2);
  }
}

// weights[lane][run_length] of one run, as blocks [nr][kr]; returns the end.
uint8_t* PackRun(const LaneFormat& format, size_t kr, const LayerWeights& layer,
                 const Panel& panel, size_t k_begin, size_t run_length,
                 uint8_t* to) {
  const size_t bytes = static_cast<size_t>(format.weight_type);
  for (size_t block = 0; block < run_length; block += kr) {
    for (size_t lane = 0; lane < format.nr; ++lane, to += kr * bytes) {
      const size_t channel =
          panel.first + IndexAt(format.accumulator_order, lane);
      if (channel >= layer.n) continue;
      const int8_t* from =
          layer.weights + channel * layer.channel_stride + k_begin;
      for (size_t j = 0; j < kr && block + j < run_length; ++j) {
        const int weight = from[IndexAt(format.weight_order, block + j)];
        StoreWeight(weight * (1 << panel.left[lane]), format.weight_type,
                    to + j * bytes);
      }
    }
  }
  return to;
}

Panel PanelAt(const LaneFormat& format, const LayerWeights& layer, size_t first,
              size_t k) {
  Panel panel = {first, {}};
  for (size_t lane = 0; lane < format.nr; ++lane) {
    const size_t channel = first + IndexAt(format.accumulator_order, lane);
    if (channel >= layer.n) continue;
    panel.left[lane] = FoldedLeftShift(format.weight_type, layer, channel, k);
  }
  return panel;
}

void PackPanels(const LaneFormat& format, size_t kr, size_t panel_bytes,
                ActivationForm form, const LayerWeights& layer, size_t num_runs,
                size_t run_length, uint8_t* packed) {
  const size_t panels = CeilDiv(layer.n, format.nr);
  const size_t k = num_runs * run_length;
  std::memset(packed, 0, panels * panel_bytes);
  for (size_t p = 0; p < panels; ++p) {
    uint8_t* begin = packed + p * panel_bytes;
    const Panel panel = PanelAt(format, layer, p * format.nr, k);
    PackPanelHeader(format, layer, k, form, panel, begin);
    uint8_t* to = begin + PanelLayoutOf(format.nr).weights;
    for (size_t run = 0; run < num_runs; ++run) {
      to = PackRun(format, kr, layer, panel, run * run_length, run_length, to);
    }
  }
}

}  // namespace

size_t PaddedK(const GemmDescriptor& descriptor, size_t num_runs,
               size_t run_length) {
  return num_runs * RoundUp(run_length, descriptor.kr);
}

size_t GemmPanelBytes(const GemmDescriptor& descriptor, size_t num_runs,
                      size_t run_length) {
  return PanelBytes(descriptor.nr, PaddedK(descriptor, num_runs, run_length),
                    descriptor.weight_type);
}

size_t PackedGemmBytes(const GemmDescriptor& descriptor, size_t n,
                       size_t num_runs, size_t run_length) {
  return CeilDiv(n, descriptor.nr) *
         GemmPanelBytes(descriptor, num_runs, run_length);
}

size_t GemmWorkspaceBytes(const GemmDescriptor& descriptor, size_t num_runs,
                          size_t run_length) {
  const size_t bytes = descriptor.workspace_bytes_per_k * descriptor.mr *
                       PaddedK(descriptor, num_runs, run_length);
  // One vector of slack, so that whole vectors can be stored at the end.
  return bytes == 0 ? 0 : RoundUp(bytes + kAlignment, kAlignment);
}

void PackGemm(const GemmDescriptor& descriptor, ActivationForm form,
              const LayerWeights& layer, size_t num_runs, size_t run_length,
              void* packed) {
  const LaneFormat format = {descriptor.nr, descriptor.accumulator_order,
                             descriptor.multiplier_order,
                             descriptor.weight_type, nullptr};
  PackPanels(format, descriptor.kr,
             GemmPanelBytes(descriptor, num_runs, run_length), form, layer,
             num_runs, run_length, static_cast<uint8_t*>(packed));
}

size_t DepthwiseConvPanelBytes(const DepthwiseConvDescriptor& descriptor,
                               size_t taps) {
  return PanelBytes(descriptor.nr, RoundUp(taps, descriptor.kr),
                    descriptor.weight_type);
}

size_t PackedDepthwiseConvBytes(const DepthwiseConvDescriptor& descriptor,
                                size_t channels, size_t taps) {
  return CeilDiv(channels, descriptor.nr) *
         DepthwiseConvPanelBytes(descriptor, taps);
}

void PackDepthwiseConv(const DepthwiseConvDescriptor& descriptor,
                       ActivationForm form, const LayerWeights& layer,
                       size_t taps, void* packed) {
  const LaneFormat format = {descriptor.nr, descriptor.accumulator_order,
                             descriptor.multiplier_order,
                             descriptor.weight_type, descriptor.tap_order};
  PackPanels(format, descriptor.kr, DepthwiseConvPanelBytes(descriptor, taps),
             form, layer, 1, taps, static_cast<uint8_t*>(packed));
}

bool AnyLeftShift(WeightType weight_type, const LayerWeights& layer, size_t k) {
  for (size_t channel = 0; channel < layer.n; ++channel) {
    const int left = FoldedLeftShift(weight_type, layer, channel, k);
    if (ShiftOf(layer, channel) + left < 0) return true;
  }
  return false;
}

}  // namespace octet
