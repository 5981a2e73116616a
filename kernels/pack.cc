#include "kernels/pack.h"

#include <cstring>

#include "kernels/int16_sums.h"

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
  if (layer.shift == nullptr) return 0;
  return layer.shift[layer.per_channel ? channel : 0];
}

// The largest magnitudes of a channel.
struct Magnitudes {
  int64_t weight = 0;
  int64_t accumulator = 0;
};

Magnitudes MagnitudesOf(const LayerWeights& layer, size_t channel, size_t k) {
  Magnitudes most;
  int64_t sum = 0;
  for (size_t j = 0; j < k; ++j) {
    const int64_t weight = layer.weights[channel * layer.channel_stride + j];
    const int64_t magnitude = weight < 0 ? -weight : weight;
    sum += magnitude;
    most.weight = magnitude > most.weight ? magnitude : most.weight;
  }
  const int64_t z = layer.input_zero_point;
  const int64_t difference = z + 128 > 127 - z ? z + 128 : 127 - z;
  const int64_t bias = layer.bias[channel];
  most.accumulator = difference * sum + (bias < 0 ? -bias : bias);
  return most;
}

// By how much a channel's weights and bias are multiplied, as a power of 2, in
// place of its negative shift: all of it, or nothing where a weight would not
// fit int16 or the accumulator might not fit int32.
int FoldedLeftShift(WeightType type, const LayerWeights& layer, size_t channel,
                    size_t k) {
  const int left = -ShiftOf(layer, channel);
  if (left <= 0 || type != WeightType::kInt16) return 0;
  const Magnitudes most = MagnitudesOf(layer, channel, k);
  const bool fits = most.weight <= (INT16_MAX >> left) &&
                    most.accumulator <= (INT32_MAX >> left);
  return fits ? left : 0;
}

// In chunks that 16 bits hold the sum of: vectors of those every CPU has.
int32_t SumOf(const int8_t* weights, size_t count) {
  constexpr size_t kChunk = 256;
  int32_t sum = 0;
  for (size_t first = 0; first < count; first += kChunk) {
    const size_t end = first + kChunk < count ? first + kChunk : count;
    int16_t part = 0;
    for (size_t i = first; i < end; ++i) {
      part = static_cast<int16_t>(part + weights[i]);
    }
    sum += part;
  }
  return sum;
}

// (bias - zero_point * sum of weights) * 2^left, modulo 2^32: the kernels' sums
// wrap the same way, and the whole accumulator is proved to fit.
int32_t FoldedBias(const LayerWeights& layer, size_t channel, size_t k,
                   ActivationForm form, int left) {
  const int8_t* weights = layer.weights + channel * layer.channel_stride;
  const uint32_t sum =
      static_cast<uint32_t>(SumOf(weights, k)) -
      static_cast<uint32_t>(layer.weight_zero_point) * static_cast<uint32_t>(k);
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
  size_t in_order_up_to;  // channels of a last panel without these orders
  WeightType weight_type;
  // The weight at each position of a run, or kNoTap; null: in order.
  const uint8_t* weight_order;
  size_t positions;  // of a run
  bool int16_sums = false;
  size_t extra_steps = 0;  // room in a panel
};

LaneFormat FormatOf(const GemmDescriptor& descriptor, size_t run_length,
                    size_t extra_steps) {
  return {descriptor.nr,
          descriptor.accumulator_order,
          descriptor.multiplier_order,
          descriptor.in_order_up_to,
          descriptor.weight_type,
          nullptr,
          run_length,
          descriptor.int16_sums,
          extra_steps};
}

// Lanes of a panel: their orders count them in a byte.
constexpr size_t kMaxNr = 256;

// The panel that begins with channel `first`.
struct Panel {
  size_t first;
  int weight_zero_point;
  int left[kMaxNr];               // FoldedLeftShift of each lane's channel
  const int8_t* weights[kMaxNr];  // of each lane's channel; null: none
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
  if (layer.multiplier == nullptr) return;
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

// Weights of a channel that are packed at once: a cache line.
constexpr size_t kLineWeights = 64;

// `count` of each lane's weights in order, a multiple of kKr, as blocks
// [nr][kKr]: most of what is packed, and most of the time to load a model. A
// channel's line is read once, since the lines of a panel's channels may all
// want the same place of a cache.
template <typename Weight, size_t kKr>
void PackLines(const LaneFormat& format, const Panel& panel, size_t at,
               size_t count, uint8_t* to) {
  constexpr size_t kLaneBytes = kKr * sizeof(Weight);
  const size_t block_bytes = format.nr * kLaneBytes;
  for (size_t lane = 0; lane < format.nr; ++lane, to += kLaneBytes) {
    if (panel.weights[lane] == nullptr) continue;
    const int8_t* from = panel.weights[lane] + at;
    const int factor = 1 << panel.left[lane];
    uint8_t* block = to;
    for (size_t i = 0; i < count; i += kKr, block += block_bytes) {
      if constexpr (sizeof(Weight) == 1) {
        std::memcpy(block, from + i, kLaneBytes);
      } else {
        Weight weights[kKr];
        for (size_t j = 0; j < kKr; ++j) {
          weights[j] = static_cast<Weight>(
              (from[i + j] - panel.weight_zero_point) * factor);
        }
        std::memcpy(block, weights, kLaneBytes);
      }
    }
  }
}

using PackLinesFunction = void (*)(const LaneFormat& format, const Panel& panel,
                                   size_t at, size_t count, uint8_t* to);

// Null: block by block.
PackLinesFunction PackLinesFor(const LaneFormat& format, size_t kr) {
  if (format.weight_order != nullptr) return nullptr;
  if (format.weight_type == WeightType::kInt16) {
    return kr == 2 ? PackLines<int16_t, 2> : nullptr;
  }
  return kr == 4 ? PackLines<int8_t, 4>
                 : (kr == 2 ? PackLines<int8_t, 2> : nullptr);
}

// Weights `block` ... block + kr - 1 of one run as a block [nr][kr].
void PackBlock(const LaneFormat& format, size_t kr, const Panel& panel,
               size_t k_begin, size_t block, uint8_t* to) {
  const size_t bytes = static_cast<size_t>(format.weight_type);
  for (size_t lane = 0; lane < format.nr; ++lane, to += kr * bytes) {
    if (panel.weights[lane] == nullptr) continue;
    const int8_t* from = panel.weights[lane] + k_begin;
    for (size_t j = 0; j < kr && block + j < format.positions; ++j) {
      const size_t index = IndexAt(format.weight_order, block + j);
      if (format.weight_order != nullptr && index == kNoTap) continue;
      StoreWeight(
          (from[index] - panel.weight_zero_point) * (1 << panel.left[lane]),
          format.weight_type, to + j * bytes);
    }
  }
}

// The weights of one run, as blocks [nr][kr]; returns the end.
uint8_t* PackRun(const LaneFormat& format, size_t kr, const Panel& panel,
                 size_t k_begin, uint8_t* to) {
  const size_t block_bytes =
      format.nr * kr * static_cast<size_t>(format.weight_type);
  const PackLinesFunction lines = PackLinesFor(format, kr);
  size_t block = 0;
  while (lines != nullptr && block + kr <= format.positions) {
    const size_t left = (format.positions - block) / kr * kr;
    const size_t count = left < kLineWeights ? left : kLineWeights;
    lines(format, panel, k_begin + block, count, to);
    block += count;
    to += count / kr * block_bytes;
  }
  for (; block < format.positions; block += kr) {
    PackBlock(format, kr, panel, k_begin, block, to);
    to += block_bytes;
  }
  return to;
}

// The same as steps for int16 sums. `to` is null where steps are counted only.
uint8_t* PackStepsOfRun(const LaneFormat& format, const Panel& panel,
                        size_t run, ExtraStepPacker* extra, uint8_t* to) {
  const size_t block_bytes = format.nr * kInt16SumBlock;
  for (size_t at = 0; at < format.positions; at += 2 * kInt16SumBlock) {
    uint8_t step[2 * kMaxNr * kInt16SumBlock];
    std::memset(step, 0, 2 * block_bytes);
    for (size_t i = 0; i < 2; ++i) {
      const size_t block = at + i * kInt16SumBlock;
      PackBlock(format, kInt16SumBlock, panel, run * format.positions, block,
                step + i * block_bytes);
    }
    extra->Split(run, at, reinterpret_cast<int8_t*>(step));
    if (to == nullptr) continue;
    std::memcpy(to, step, 2 * block_bytes);
    to += 2 * block_bytes;
  }
  return to;
}

Panel PanelAt(const LaneFormat& format, const LayerWeights& layer, size_t first,
              size_t k) {
  Panel panel = {first, layer.weight_zero_point, {}, {}};
  for (size_t lane = 0; lane < format.nr; ++lane) {
    const size_t channel = first + IndexAt(format.accumulator_order, lane);
    if (channel >= layer.n) continue;
    panel.left[lane] = FoldedLeftShift(format.weight_type, layer, channel, k);
    panel.weights[lane] = layer.weights + channel * layer.channel_stride;
  }
  return panel;
}

// All of a panel for int16 sums, its extra steps behind it.
void PackSteps(const LaneFormat& format, const Panel& panel, size_t num_runs,
               uint8_t* to) {
  const size_t step = 2 * kInt16SumBlock;
  uint8_t* behind = to + num_runs * RoundUp(format.positions, step) * format.nr;
  ExtraStepPacker extra(format.nr, format.extra_steps, behind);
  for (size_t run = 0; run < num_runs; ++run) {
    to = PackStepsOfRun(format, panel, run, &extra, to);
  }
  extra.Finish();
}

void PackPanels(const LaneFormat& format, size_t kr, size_t panel_bytes,
                ActivationForm form, const LayerWeights& layer, size_t num_runs,
                size_t run_length, uint8_t* packed) {
  const size_t panels = CeilDiv(layer.n, format.nr);
  const size_t k = num_runs * run_length;
  std::memset(packed, 0, panels * panel_bytes);
  for (size_t p = 0; p < panels; ++p) {
    uint8_t* begin = packed + p * panel_bytes;
    const size_t first = p * format.nr;
    LaneFormat lanes = format;
    if (layer.n - first <= format.in_order_up_to) {
      lanes.accumulator_order = lanes.multiplier_order = nullptr;
    }
    const Panel panel = PanelAt(lanes, layer, first, k);
    PackPanelHeader(lanes, layer, k, form, panel, begin);
    uint8_t* to = begin + PanelLayoutOf(format.nr).weights;
    if (format.int16_sums) {
      PackSteps(lanes, panel, num_runs, to);
      continue;
    }
    for (size_t run = 0; run < num_runs; ++run) {
      to = PackRun(lanes, kr, panel, run * run_length, to);
    }
  }
}

// Wt g W of winograd_conv.h for the weights between one input and one output
// channel; those of neighbouring taps lie c apart.
struct TransformedWeights {
  int16_t at[kWinogradPositions];
};

// Wt times the three values at 0, stride and 2 * stride.
void TransformThree(const int* from, size_t stride, int* to) {
  const int ends = from[0] + from[2 * stride];
  to[0] = 2 * from[0];
  to[1] = ends + from[stride];
  to[2] = ends - from[stride];
  to[3] = 2 * from[2 * stride];
}

TransformedWeights TransformWeights(const int8_t* weights, size_t c) {
  int taps[9];
  for (size_t tap = 0; tap < 9; ++tap) taps[tap] = weights[tap * c];
  int columns[12];  // Wt g, transposed: [3][4]
  for (size_t x = 0; x < 3; ++x) TransformThree(taps + x, 3, columns + 4 * x);
  TransformedWeights result;
  for (size_t y = 0; y < 4; ++y) {
    int row[4];
    TransformThree(columns + y, 4, row);
    for (size_t x = 0; x < 4; ++x) {
      result.at[4 * y + x] = static_cast<int16_t>(row[x]);
    }
  }
  return result;
}

size_t WinogradPositionBytes(const WinogradConvDescriptor& descriptor,
                             size_t c) {
  return RoundUp(c, descriptor.kr) * descriptor.nr * sizeof(int16_t);
}

// One channel's weights, at lane `lane`: [16][c / kr][nr][kr].
void PackWinogradLane(const WinogradConvDescriptor& descriptor,
                      const int8_t* weights, size_t c, size_t lane,
                      uint8_t* to) {
  const size_t position_bytes = WinogradPositionBytes(descriptor, c);
  for (size_t i = 0; i < c; ++i) {
    const TransformedWeights transformed = TransformWeights(weights + i, c);
    const size_t block = i / descriptor.kr;
    const size_t at =
        (block * descriptor.nr + lane) * descriptor.kr + i % descriptor.kr;
    for (size_t p = 0; p < kWinogradPositions; ++p) {
      std::memcpy(to + p * position_bytes + at * sizeof(int16_t),
                  &transformed.at[p], sizeof(int16_t));
    }
  }
}

// The positions of a panel's weights: padding included, not that to kr.
size_t TapPositions(const DepthwiseConvDescriptor& descriptor, size_t taps) {
  return descriptor.tap_positions == 0 ? taps : descriptor.tap_positions;
}

}  // namespace

size_t PaddedK(const GemmDescriptor& descriptor, size_t num_runs,
               size_t run_length) {
  return num_runs * RoundUp(run_length, StepOf(descriptor));
}

ExtraStepCount CountExtraSteps(const GemmDescriptor& descriptor,
                               const LayerWeights& layer, size_t num_runs,
                               size_t run_length) {
  ExtraStepCount count;
  if (!descriptor.int16_sums) return count;
  const LaneFormat format = FormatOf(descriptor, run_length, 0);
  for (size_t first = 0; first < layer.n; first += format.nr) {
    const Panel panel = PanelAt(format, layer, first, num_runs * run_length);
    ExtraStepPacker extra(format.nr, 0, nullptr);
    for (size_t run = 0; run < num_runs; ++run) {
      PackStepsOfRun(format, panel, run, &extra, nullptr);
    }
    const size_t steps = extra.Finish();
    count.total += steps;
    count.most = steps > count.most ? steps : count.most;
  }
  return count;
}

size_t GemmPanelBytes(const GemmDescriptor& descriptor, size_t num_runs,
                      size_t run_length, size_t extra_steps) {
  const size_t bytes =
      PanelBytes(descriptor.nr, PaddedK(descriptor, num_runs, run_length),
                 descriptor.weight_type);
  if (!descriptor.int16_sums) return bytes;
  return bytes + ExtraStepBytes(descriptor.nr, extra_steps);
}

size_t PackedGemmBytes(const GemmDescriptor& descriptor, size_t n,
                       size_t num_runs, size_t run_length, size_t extra_steps) {
  return CeilDiv(n, descriptor.nr) *
         GemmPanelBytes(descriptor, num_runs, run_length, extra_steps);
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
              size_t extra_steps, void* packed) {
  PackPanels(FormatOf(descriptor, run_length, extra_steps), descriptor.kr,
             GemmPanelBytes(descriptor, num_runs, run_length, extra_steps),
             form, layer, num_runs, run_length, static_cast<uint8_t*>(packed));
}

size_t DepthwiseConvPanelBytes(const DepthwiseConvDescriptor& descriptor,
                               size_t taps) {
  const size_t positions = TapPositions(descriptor, taps);
  return PanelBytes(descriptor.nr, RoundUp(positions, descriptor.kr),
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
  const LaneFormat format = {descriptor.nr,
                             descriptor.accumulator_order,
                             descriptor.multiplier_order,
                             0,
                             descriptor.weight_type,
                             descriptor.tap_order,
                             TapPositions(descriptor, taps)};
  PackPanels(format, descriptor.kr, DepthwiseConvPanelBytes(descriptor, taps),
             form, layer, 1, taps, static_cast<uint8_t*>(packed));
}

bool WinogradConvFits(const LayerWeights& layer, size_t c) {
  for (size_t channel = 0; channel < layer.n; ++channel) {
    const Magnitudes most = MagnitudesOf(layer, channel, 9 * c);
    if (most.accumulator > (INT32_MAX >> kWinogradFactorBits)) return false;
    if (ShiftOf(layer, channel) < -kWinogradFactorBits) return false;
  }
  return true;
}

size_t WinogradConvPanelBytes(const WinogradConvDescriptor& descriptor,
                              size_t c) {
  return PanelBytes(descriptor.nr,
                    kWinogradPositions * RoundUp(c, descriptor.kr),
                    WeightType::kInt16);
}

size_t PackedWinogradConvBytes(const WinogradConvDescriptor& descriptor,
                               size_t n, size_t c) {
  return CeilDiv(n, descriptor.nr) * WinogradConvPanelBytes(descriptor, c);
}

size_t WinogradConvWorkspaceBytes(const WinogradConvDescriptor& descriptor,
                                  size_t c, size_t tiles) {
  const size_t inputs = RoundUp(c, descriptor.workspace_c) * sizeof(int16_t);
  const size_t sums = descriptor.nr * sizeof(int32_t);
  return RoundUp(kWinogradPositions * tiles * (inputs + sums), kAlignment);
}

void PackWinogradConv(const WinogradConvDescriptor& descriptor,
                      ActivationForm form, const LayerWeights& layer, size_t c,
                      void* packed) {
  const size_t nr = descriptor.nr;
  const size_t panel_bytes = WinogradConvPanelBytes(descriptor, c);
  std::memset(packed, 0, PackedWinogradConvBytes(descriptor, layer.n, c));
  const LaneFormat lanes = {
      nr, descriptor.accumulator_order, descriptor.multiplier_order,
      0,  WeightType::kInt16,           nullptr,
      c};
  uint8_t* to = static_cast<uint8_t*>(packed);
  for (size_t first = 0; first < layer.n; first += nr, to += panel_bytes) {
    Panel panel = PanelAt(lanes, layer, first, 9 * c);
    for (size_t lane = 0; lane < nr; ++lane) {
      panel.left[lane] = kWinogradFactorBits;
    }
    PackPanelHeader(lanes, layer, 9 * c, form, panel, to);
    for (size_t lane = 0; lane < nr; ++lane) {
      if (panel.weights[lane] == nullptr) continue;
      PackWinogradLane(descriptor, panel.weights[lane], c, lane,
                       to + PanelLayoutOf(nr).weights);
    }
  }
}

LeftShifts LeftShiftsOf(WeightType weight_type, const LayerWeights& layer,
                        size_t k) {
  LeftShifts shifts = LeftShifts::kNone;
  for (size_t channel = 0; channel < layer.n; ++channel) {
    const int left = -ShiftOf(layer, channel) -
                     FoldedLeftShift(weight_type, layer, channel, k);
    if (left <= 0) continue;
    const Magnitudes most = MagnitudesOf(layer, channel, k);
    if (most.accumulator > (INT32_MAX >> left)) return LeftShifts::kSaturating;
    shifts = LeftShifts::kBounded;
  }
  return shifts;
}

}  // namespace octet
