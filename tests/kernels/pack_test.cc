// The packer against a reader of its own, written from the pictures in gemm.h
// and depthwise_conv.h: every weight, bias, shift and multiplier lies where the
// descriptor says, and every other byte is zero.

#include "kernels/pack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/layer_data.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

// Not their own inverses, so that a swap of the two directions shows.
constexpr uint8_t kRotated4[4] = {1, 2, 3, 0};
constexpr uint8_t kMixed6[6] = {2, 0, 4, 1, 5, 3};
constexpr uint8_t kMixed16[16] = {5, 0, 15, 3,  9, 1,  12, 7,
                                  2, 8, 4,  11, 6, 14, 10, 13};

struct Format {
  size_t nr;
  size_t kr;
  WeightType type;
  const uint8_t* accumulator_order;
  const uint8_t* multiplier_order;
};

constexpr Format kFormats[] = {
    {1, 1, WeightType::kInt8, nullptr, nullptr},
    {4, 2, WeightType::kInt8, kRotated4, nullptr},
    {4, 4, WeightType::kInt16, nullptr, kRotated4},
    {6, 1, WeightType::kInt8, kMixed6, kMixed6},
    {6, 2, WeightType::kInt16, kMixed6, nullptr},
    {16, 4, WeightType::kInt8, kMixed16, kMixed16},
    {16, 2, WeightType::kInt16, kMixed16, nullptr},
    {64, 4, WeightType::kInt8, nullptr, nullptr},
};

GemmDescriptor ToGemm(const Format& format) {
  GemmDescriptor descriptor = {};
  descriptor.name = "test";
  descriptor.mr = 5;
  descriptor.nr = format.nr;
  descriptor.kr = format.kr;
  descriptor.weight_type = format.type;
  descriptor.accumulator_order = format.accumulator_order;
  descriptor.multiplier_order = format.multiplier_order;
  return descriptor;
}

DepthwiseConvDescriptor ToDepthwise(const Format& format) {
  DepthwiseConvDescriptor descriptor = {};
  descriptor.name = "test";
  descriptor.nr = format.nr;
  descriptor.kr = format.kr;
  descriptor.weight_type = format.type;
  descriptor.accumulator_order = format.accumulator_order;
  descriptor.multiplier_order = format.multiplier_order;
  return descriptor;
}

// Reads packed panels; what it has read is cleared, so that the rest can be
// checked to be zero.
class PanelReader {
 public:
  PanelReader(const Format& format, std::vector<uint8_t> packed,
              size_t panel_bytes)
      : format_(format),
        packed_(std::move(packed)),
        panel_bytes_(panel_bytes) {}

  int64_t Bias(size_t c) { return Take(c, Lane(c) * 4, 4); }
  int64_t Shift(size_t c) { return Take(c, (format_.nr + Lane(c)) * 4, 4); }
  int64_t Multiplier(size_t c) {
    const size_t lane = Position(format_.multiplier_order, c % format_.nr);
    return Take(c, format_.nr * 8 + lane * 2, 2);
  }
  // Weight j of a run whose weights begin `run_begin` weights behind the
  // first, counted for one channel.
  int64_t Weight(size_t c, size_t run_begin, size_t j) {
    size_t at = 0;  // the weights' part begins at a multiple of 64
    while (at < format_.nr * 10) at += 64;
    const size_t block = run_begin + j / format_.kr * format_.kr;
    const size_t index =
        block * format_.nr + Lane(c) * format_.kr + j % format_.kr;
    const size_t bytes = format_.type == WeightType::kInt16 ? 2 : 1;
    return Take(c, at + index * bytes, bytes);
  }

  bool NothingIsLeft() const {
    for (uint8_t byte : packed_) {
      if (byte != 0) return false;
    }
    return true;
  }

 private:
  // The position whose entry in the order is `channel`.
  static size_t Position(const uint8_t* order, size_t channel) {
    if (order == nullptr) return channel;
    size_t position = 0;
    while (order[position] != channel) ++position;
    return position;
  }
  size_t Lane(size_t c) const {
    return Position(format_.accumulator_order, c % format_.nr);
  }
  // A signed little-endian number in the panel of channel c.
  int64_t Take(size_t c, size_t at, size_t bytes) {
    uint8_t* from = &packed_.at(c / format_.nr * panel_bytes_ + at);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) {
      value |= uint64_t{from[i]} << (8 * i);
      from[i] = 0;
    }
    const uint64_t sign = uint64_t{1} << (8 * bytes - 1);
    return static_cast<int64_t>(value ^ sign) - static_cast<int64_t>(sign);
  }

  Format format_;
  std::vector<uint8_t> packed_;
  size_t panel_bytes_;
};

struct Case {
  Format format;
  size_t n, num_runs, run_length;
  int zero_point;
  bool per_channel;
  ActivationForm form;

  std::string ToString() const {
    return "nr " + std::to_string(format.nr) + ", kr " +
           std::to_string(format.kr) + ", n " + std::to_string(n) + ", runs " +
           std::to_string(num_runs) + " of " + std::to_string(run_length) +
           ", zero point " + std::to_string(zero_point) +
           (form == ActivationForm::kU8 ? ", u8" : ", s8");
  }
};

reference::WeightedLayer MakeLayer(const Case& c) {
  Random random(CaseSeed(c.ToString()));
  LayerOptions options;
  options.input_zero_point = c.zero_point;
  options.min_shift = -15;
  options.max_shift = 31;
  options.per_channel = c.per_channel;
  options.extreme_values = random.Between(0, 1) == 0;
  return RandomLayer(options,
                     Shape{static_cast<int32_t>(c.n),
                           static_cast<int32_t>(c.num_runs * c.run_length)},
                     random);
}

// The factor, a power of 2, that int16 weights and their bias take over from a
// negative shift: 2^-shift if the largest weight and every accumulator fit.
int64_t ExpectedFactor(const Case& c, const reference::WeightedLayer& layer,
                       size_t channel) {
  const int shift = layer.requantization.shift[c.per_channel ? channel : 0];
  if (shift >= 0 || c.format.type != WeightType::kInt16) return 1;
  const size_t k = c.num_runs * c.run_length;
  // The largest accumulators: each input as far from the zero point as can be.
  int64_t lowest = layer.bias[channel];
  int64_t highest = layer.bias[channel];
  const int64_t reach = std::max(c.zero_point + 128, 127 - c.zero_point);
  const int64_t factor = int64_t{1} << -shift;
  for (size_t j = 0; j < k; ++j) {
    const int64_t weight = std::abs(int{layer.weights.data[channel * k + j]});
    if (weight * factor > 32767) return 1;
    lowest -= reach * weight;
    highest += reach * weight;
  }
  const int64_t largest = std::max(-lowest, highest) * factor;
  return largest <= INT32_MAX ? factor : 1;
}

// bias - zero_point * sum of weights, modulo 2^32, as the bytes mean it.
int32_t ExpectedBias(const Case& c, const reference::WeightedLayer& layer,
                     size_t channel, int64_t factor) {
  const size_t k = c.num_runs * c.run_length;
  int64_t sum = 0;
  for (size_t j = 0; j < k; ++j) sum += layer.weights.data[channel * k + j];
  const int64_t zero_point =
      c.form == ActivationForm::kU8 ? c.zero_point + 128 : c.zero_point;
  return static_cast<int32_t>(
      static_cast<uint64_t>((layer.bias[channel] - zero_point * sum) * factor));
}

void ExpectPacked(const Case& c, const reference::WeightedLayer& layer,
                  const std::vector<uint8_t>& packed, size_t panel_bytes) {
  SCOPED_TRACE(c.ToString() + "; " + ReplayHint());
  ASSERT_EQ(panel_bytes % 64, 0u);
  PanelReader reader(c.format, packed, panel_bytes);
  const size_t k = c.num_runs * c.run_length;
  size_t padded_run = 0;
  while (padded_run < c.run_length) padded_run += c.format.kr;
  for (size_t channel = 0; channel < c.n; ++channel) {
    const size_t entry = c.per_channel ? channel : 0;
    const int64_t factor = ExpectedFactor(c, layer, channel);
    ASSERT_EQ(reader.Bias(channel), ExpectedBias(c, layer, channel, factor));
    ASSERT_EQ(reader.Shift(channel),
              factor > 1 ? 0 : layer.requantization.shift[entry]);
    ASSERT_EQ(reader.Multiplier(channel),
              layer.requantization.multiplier[entry]);
    for (size_t j = 0; j < k; ++j) {
      const size_t run = j / c.run_length;
      ASSERT_EQ(reader.Weight(channel, run * padded_run, j % c.run_length),
                layer.weights.data[channel * k + j] * factor)
          << "channel " << channel << ", weight " << j;
    }
  }
  EXPECT_TRUE(reader.NothingIsLeft());
}

template <typename Test>
void ForEachCase(size_t num_runs, Test test) {
  for (const Format& format : kFormats) {
    for (size_t n : {size_t{1}, format.nr, format.nr + 1, 2 * format.nr + 3}) {
      for (size_t k : {1, 2, 3, 4, 5, 9, 27}) {
        for (int zero_point : {-128, 5, 127}) {
          const bool per_channel = k != 4;
          test(Case{format, n, num_runs, k, zero_point, per_channel,
                    k % 2 == 0 ? ActivationForm::kS8 : ActivationForm::kU8});
        }
      }
    }
  }
}

TEST(PackTest, GemmPanels) {
  for (size_t num_runs : {1, 3}) {
    ForEachCase(num_runs, [](const Case& c) {
      if (testing::Test::HasFailure()) return;
      const GemmDescriptor descriptor = ToGemm(c.format);
      const reference::WeightedLayer layer = MakeLayer(c);
      std::vector<uint8_t> packed(
          PackedGemmBytes(descriptor, c.n, c.num_runs, c.run_length, 0),
          kSentinel);
      PackGemm(descriptor, c.form, ToLayerWeights(layer), c.num_runs,
               c.run_length, 0, packed.data());
      ExpectPacked(c, layer, packed,
                   GemmPanelBytes(descriptor, c.num_runs, c.run_length, 0));
    });
  }
}

TEST(PackTest, DepthwiseConvPanels) {
  ForEachCase(1, [](const Case& c) {
    if (testing::Test::HasFailure()) return;
    const DepthwiseConvDescriptor descriptor = ToDepthwise(c.format);
    const reference::WeightedLayer layer = MakeLayer(c);
    std::vector<uint8_t> packed(
        PackedDepthwiseConvBytes(descriptor, c.n, c.run_length), kSentinel);
    PackDepthwiseConv(descriptor, c.form, ToLayerWeights(layer), c.run_length,
                      packed.data());
    ExpectPacked(c, layer, packed,
                 DepthwiseConvPanelBytes(descriptor, c.run_length));
  });
}

// Position p holds the weight of tap order[p].
TEST(PackTest, TapOrder) {
  constexpr uint8_t kOrder[9] = {0, 3, 6, 1, 4, 7, 2, 5, 8};
  const Format format = kFormats[4];
  const Case c = {format, 7, 1, 9, 11, true, ActivationForm::kU8};
  const reference::WeightedLayer layer = MakeLayer(c);
  DepthwiseConvDescriptor descriptor = ToDepthwise(format);
  descriptor.tap_order = kOrder;
  std::vector<uint8_t> packed(PackedDepthwiseConvBytes(descriptor, 7, 9),
                              kSentinel);
  PackDepthwiseConv(descriptor, c.form, ToLayerWeights(layer), 9,
                    packed.data());
  reference::WeightedLayer expected = layer;
  for (size_t channel = 0; channel < 7; ++channel) {
    for (size_t position = 0; position < 9; ++position) {
      expected.weights.data[channel * 9 + position] =
          layer.weights.data[channel * 9 + kOrder[position]];
    }
  }
  ExpectPacked(c, expected, packed, DepthwiseConvPanelBytes(descriptor, 9));
}

// A group of a grouped convolution lies inside the weights of the layer.
TEST(PackTest, ChannelStride) {
  const Format format = kFormats[1];
  const Case c = {format, 5, 2, 3, -9, true, ActivationForm::kS8};
  const reference::WeightedLayer layer = MakeLayer(c);
  std::vector<int8_t> spread(5 * 11, 99);
  for (size_t channel = 0; channel < 5; ++channel) {
    std::memcpy(&spread[channel * 11], &layer.weights.data[channel * 6], 6);
  }
  LayerWeights weights = ToLayerWeights(layer);
  weights.weights = spread.data();
  weights.channel_stride = 11;
  const GemmDescriptor descriptor = ToGemm(format);
  std::vector<uint8_t> packed(PackedGemmBytes(descriptor, 5, 2, 3, 0),
                              kSentinel);
  PackGemm(descriptor, c.form, weights, 2, 3, 0, packed.data());
  ExpectPacked(c, layer, packed, GemmPanelBytes(descriptor, 2, 3, 0));
}

LeftShifts LeftShiftsIn(WeightType type,
                        const reference::WeightedLayer& layer) {
  return LeftShiftsOf(type, ToLayerWeights(layer), 1);
}

TEST(PackTest, LeftShifts) {
  reference::WeightedLayer layer;
  layer.weights = {Shape{3, 1}, {1, 2, 3}};
  layer.bias = {0, 0, 0};
  layer.requantization = {{1 << 14, 1 << 14, 1 << 14}, {0, 31, 5}};
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt8, layer), LeftShifts::kNone);
  layer.requantization.shift[2] = -1;
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt8, layer), LeftShifts::kBounded);
  layer.requantization = {{1 << 14}, {-15}};
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt8, layer), LeftShifts::kBounded);
  layer.requantization = {{1 << 14}, {3}};
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt8, layer), LeftShifts::kNone);
}

// One channel whose accumulator can overflow int32 makes the layer saturating.
TEST(PackTest, BoundOfLeftShifts) {
  reference::WeightedLayer layer;
  layer.input_zero_point = 127;
  layer.weights = {Shape{3, 1}, {1, 2, -3}};
  // The largest accumulator is 255 * 3 + bias.
  layer.bias = {0, 0, -((INT32_MAX >> 4) - 255 * 3)};
  layer.requantization = {{1 << 14}, {-4}};
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt8, layer), LeftShifts::kBounded);
  layer.bias[2] -= 1;
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt8, layer), LeftShifts::kSaturating);
}

// Weights of int16 take a left shift over, unless something would overflow.
TEST(PackTest, LeftShiftsOfInt16Weights) {
  reference::WeightedLayer layer;
  layer.input_zero_point = -128;
  layer.weights = {Shape{3, 1}, {1, 2, -3}};
  layer.bias = {0, 0, 0};
  layer.requantization = {{1 << 14}, {-13}};  // 3 * 2^13 < 2^15
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt16, layer), LeftShifts::kNone);
  layer.requantization.shift[0] = -14;
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt16, layer), LeftShifts::kBounded);
  // The largest accumulator is 255 * 3 + bias.
  layer.requantization.shift[0] = -4;
  layer.bias[2] = -((INT32_MAX >> 4) - 255 * 3);
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt16, layer), LeftShifts::kNone);
  layer.bias[2] -= 1;
  EXPECT_EQ(LeftShiftsIn(WeightType::kInt16, layer), LeftShifts::kSaturating);
}

TEST(PackTest, WorkspaceHoldsThePaddedRunsOfATile) {
  GemmDescriptor descriptor = ToGemm(kFormats[1]);
  EXPECT_EQ(GemmWorkspaceBytes(descriptor, 3, 5), 0u);
  descriptor.workspace_bytes_per_k = 2;
  // 5 pixels, 3 runs of 5 that are padded to 6.
  const size_t bytes = GemmWorkspaceBytes(descriptor, 3, 5);
  EXPECT_GE(bytes, 5u * 3 * 6 * 2);
  EXPECT_EQ(bytes % 64, 0u);
}

}  // namespace
}  // namespace octet
