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

// bias - zero_point * sum of weights, modulo 2^32: the kernels' sums wrap the
// same way, and the whole accumulator is proved to fit.
int32_t FoldedBias(const LayerWeights& layer, size_t channel, size_t k,
                   ActivationForm form) {
  uint32_t sum = 0;
  for (size_t j = 0; j < k; ++j) {
    const int32_t weight = layer.weights[channel * layer.channel_stride + j];
    sum += static_cast<uint32_t>(weight);
  }
  const int32_t zero_point = ZeroPointInForm(layer.input_zero_point, form);
  const uint32_t bias = static_cast<uint32_t>(layer.bias[channel]);
  return static_cast<int32_t>(bias - static_cast<uint32_t>(zero_point) * sum);
}

// The order and type of a panel's lanes and weights, common to both families.
struct LaneFormat {
  size_t nr;
  const uint8_t* accumulator_order;
  const uint8_t* multiplier_order;
  WeightType weight_type;
  const uint8_t* weight_order;  // of a run's weights; may be null
};

// Bias, shift and multiplier of the panel that begins with channel `first`.
// Lanes behind the last channel are zero.
void PackPanelHeader(const LaneFormat& format, const LayerWeights& layer,
                     size_t first, size_t k, ActivationForm form,
                     uint8_t* panel) {
  const PanelLayout layout = PanelLayoutOf(format.nr);
  for (size_t lane = 0; lane < format.nr; ++lane) {
    const size_t channel = first + IndexAt(format.accumulator_order, lane);
    if (channel >= layer.n) continue;
    const int32_t bias = FoldedBias(layer, channel, k, form);
    const int32_t shift = layer.shift[layer.per_channel ? channel : 0];
    std::memcpy(panel + lane * 4, &bias, 4);
    std::memcpy(panel + layout.shift + lane * 4, &shift, 4);
  }
  for (size_t lane = 0; lane < format.nr; ++lane) {
    const size_t channel = first + IndexAt(format.multiplier_order, lane);
    if (channel >= layer.n) continue;
    const int16_t multiplier =
        layer.multiplier[layer.per_channel ? channel : 0];
    std::memcpy(panel + layout.multiplier + lane * 2, &multiplier, 2);
  }
}

void StoreWeight(int8_t weight, WeightType type, uint8_t* to) {
  if (type == WeightType::kInt8) {
    std::memcpy(to, &weight, 1);
  } else {
    const int16_t wide = weight;
    std::memcpy(to, &wide, 2);
  }
}

// weights[lane][run_length] of one run, as blocks [nr][kr]; returns the end.
uint8_t* PackRun(const LaneFormat& format, size_t kr, const LayerWeights& layer,
                 size_t first, size_t k_begin, size_t run_length, uint8_t* to) {
  const size_t bytes = static_cast<size_t>(format.weight_type);
  for (size_t block = 0; block < run_length; block += kr) {
    for (size_t lane = 0; lane < format.nr; ++lane, to += kr * bytes) {
      const size_t channel = first + IndexAt(format.accumulator_order, lane);
      if (channel >= layer.n) continue;
      const int8_t* from =
          layer.weights + channel * layer.channel_stride + k_begin;
      for (size_t j = 0; j < kr && block + j < run_length; ++j) {
        const int8_t weight = from[IndexAt(format.weight_order, block + j)];
        StoreWeight(weight, format.weight_type, to + j * bytes);
      }
    }
  }
  return to;
}

void PackPanels(const LaneFormat& format, size_t kr, size_t panel_bytes,
                ActivationForm form, const LayerWeights& layer, size_t num_runs,
                size_t run_length, uint8_t* packed) {
  const size_t panels = CeilDiv(layer.n, format.nr);
  std::memset(packed, 0, panels * panel_bytes);
  for (size_t p = 0; p < panels; ++p) {
    uint8_t* panel = packed + p * panel_bytes;
    const size_t first = p * format.nr;
    PackPanelHeader(format, layer, first, num_runs * run_length, form, panel);
    uint8_t* to = panel + PanelLayoutOf(format.nr).weights;
    for (size_t run = 0; run < num_runs; ++run) {
      to = PackRun(format, kr, layer, first, run * run_length, run_length, to);
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

bool AnyLeftShift(const LayerWeights& layer) {
  const size_t count = layer.per_channel ? layer.n : 1;
  for (size_t i = 0; i < count; ++i) {
    if (layer.shift[i] < 0) return true;
  }
  return false;
}

}  // namespace octet
