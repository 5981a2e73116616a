// The kernels of rounding TFLITE in every table that has them, bit for bit
// against tests/reference, which has nothing of gemmlowp.

#include "kernels/tflite.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/depthwise_conv_tester.h"
#include "tests/kernels/gemm_tester.h"
#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/layer_data.h"
#include "tests/kernels/output_check.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/reference/tflite.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr int32_t kMultipliers[] = {1 << 30,       (1 << 30) + 1, 1518500250,
                                    INT32_MAX - 1, INT32_MAX,     0};

template <typename Kernel>
std::vector<Tested<Kernel>> TestedTflite(Kernel TfliteKernels::*entry) {
  std::vector<Tested<Kernel>> all;
  for (const TestedTable& tested : TestedTables()) {
    const Kernel kernel = tested.table->tflite.*entry;
    if (kernel != nullptr) {
      all.push_back({kernel, tested.form, TestName(tested, "tflite")});
    }
  }
  return all;
}

std::vector<int8_t> AllValues() {
  std::vector<int8_t> values;
  for (int q = -128; q < 128; ++q) values.push_back(static_cast<int8_t>(q));
  return values;
}

std::vector<int8_t> RandomBytes(size_t count, Random& random) {
  std::vector<int8_t> values(count);
  for (int8_t& value : values) {
    value = static_cast<int8_t>(random.Between(-128, 127));
  }
  return values;
}

// The values as they lie in memory.
std::vector<int8_t> InForm(std::vector<int8_t> values, ActivationForm form) {
  for (int8_t& q : values) {
    q = static_cast<int8_t>(static_cast<uint8_t>(q) ^ FormMask(form));
  }
  return values;
}

OutputArea Row(size_t n, Random& random) {
  return OutputArea({1, 1, n, 0, 0}, AnyFlush(random), 0);
}

reference::TfliteScales Scale(int32_t multiplier, int shift) {
  return {{multiplier}, {static_cast<int8_t>(shift)}};
}

TfliteScale EntryOf(const reference::TfliteScales& scales, size_t index) {
  return {scales.multiplier[index], scales.shift[index]};
}

// Accumulators around the halves of 2^shift, and at every limit.
std::vector<int32_t> Accumulators(int shift, Random& random) {
  std::vector<int32_t> values = {0,
                                 1,
                                 -1,
                                 INT32_MAX,
                                 INT32_MIN,
                                 INT32_MIN + 1,
                                 INT32_MAX - 1,
                                 1 << 30,
                                 -(1 << 30)};
  const int64_t unit = int64_t{1} << std::clamp(-shift, 0, 31);
  for (int i = 0; i < 60; ++i) {
    const int64_t steps = random.Between(-300, 300);
    for (const int64_t near : {-1, 0, 1}) {
      values.push_back(static_cast<int32_t>(std::clamp<int64_t>(
          steps * unit + unit / 2 + near, INT32_MIN, INT32_MAX)));
    }
    values.push_back(static_cast<int32_t>(
        random.Between(INT32_MIN, INT32_MAX) >> random.Between(0, 31)));
  }
  return values;
}

TEST(TfliteTest, OutputOfAccumulators) {
  OutputStatistics statistics;
  for (const auto& tested : TestedTflite(&TfliteKernels::output)) {
    for (int shift = kTfliteMinShift; shift <= kTfliteMaxShift; ++shift) {
      for (const int32_t multiplier : kMultipliers) {
        Random random(CaseSeed(std::to_string(shift)));
        const std::vector<int32_t> accumulators = Accumulators(shift, random);
        const size_t n = accumulators.size();
        reference::WeightedLayer layer;
        layer.output = {static_cast<int>(random.Between(-128, 127)), -127, 125};
        layer.bias.assign(n, 0);
        const std::vector<TfliteScale> scales(n, {multiplier, shift});
        const OutputArea output = Row(n, random);
        tested.kernel({1, n, accumulators.data(), scales.data(), output.first(),
                       static_cast<ptrdiff_t>(n), ToOutputStage(layer.output),
                       tested.form});
        const std::vector<int8_t> expected = reference::TfliteOutputs(
            layer, Scale(multiplier, shift),
            {accumulators.begin(), accumulators.end()});
        output.ExpectWritten(expected, tested.form,
                             tested.name + " output, multiplier " +
                                 std::to_string(multiplier) + ", shift " +
                                 std::to_string(shift) + "; " + ReplayHint());
        if (shift < 0 && shift > -20 && multiplier > 0) {
          statistics.Add(expected);
        }
      }
    }
  }
  statistics.ExpectWorthComparing();
}

// Pixels and channels at strides of their own, a scale for each channel.
TEST(TfliteTest, OutputOfPixels) {
  for (const auto& tested : TestedTflite(&TfliteKernels::output)) {
    Random random(TestSeed());
    constexpr size_t kPixels = 5, kChannels = 19, kStride = 23;
    reference::WeightedLayer layer;
    layer.bias.assign(kChannels, 0);
    reference::TfliteScales scales;
    std::vector<TfliteScale> packed;
    for (size_t c = 0; c < kChannels; ++c) {
      scales.multiplier.push_back(
          static_cast<int32_t>(random.Between(1 << 30, INT32_MAX)));
      scales.shift.push_back(static_cast<int8_t>(random.Between(-9, -7)));
      packed.push_back(EntryOf(scales, c));
    }
    std::vector<int32_t> accumulators(kPixels * kChannels);
    for (int32_t& value : accumulators) {
      value = static_cast<int32_t>(random.Between(-30000, 30000));
    }
    const OutputArea output({1, kPixels, kChannels, 0, kStride},
                            AnyFlush(random), 3);
    tested.kernel({kPixels, kChannels, accumulators.data(), packed.data(),
                   output.first(), kStride, ToOutputStage(layer.output),
                   tested.form});
    output.ExpectWritten(
        reference::TfliteOutputs(layer, scales,
                                 {accumulators.begin(), accumulators.end()}),
        tested.form, tested.name + " output; " + ReplayHint());
  }
}

// least_weight: -128 or -127.
reference::WeightedLayer AccumulatedLayer(const Shape& weights, int zero_point,
                                          int weight_zero_point, Random& random,
                                          int8_t least_weight = -128) {
  reference::WeightedLayer layer;
  layer.weights = {
      weights, RandomBytes(static_cast<size_t>(weights.NumElements()), random)};
  layer.weights.data[0] = -128;
  for (int8_t& weight : layer.weights.data) {
    weight = std::max(weight, least_weight);
  }
  layer.input_zero_point = zero_point;
  layer.weight_zero_point = weight_zero_point;
  for (int c = 0; c < weights[0]; ++c) {
    layer.bias.push_back(static_cast<int32_t>(random.Between(-1e9, 1e9)));
  }
  return layer;
}

// Sums and biases as the bytes of int32.
std::vector<int8_t> BytesOfAccumulators(const std::vector<int64_t>& sums,
                                        const std::vector<int32_t>& bias) {
  std::vector<int8_t> bytes;
  for (size_t i = 0; i < sums.size(); ++i) {
    const uint32_t value =
        static_cast<uint32_t>(sums[i] + bias[i % bias.size()]);
    for (int byte = 0; byte < 4; ++byte) {
      bytes.push_back(static_cast<int8_t>(value >> (8 * byte)));
    }
  }
  return bytes;
}

bool TakesWideWeights(const GemmKernel& kernel) {
  return kernel.descriptor.weight_type == WeightType::kInt16;
}

struct Sums {
  size_t m, n, num_runs, run_length;
  int zero_point, weight_zero_point;
};

void TestSums(const Tested<const GemmKernel*>& tested, const Sums& test) {
  const std::string description =
      tested.name + " accumulate_gemm, m " + std::to_string(test.m) + ", n " +
      std::to_string(test.n) + ", runs " + std::to_string(test.num_runs) +
      " of " + std::to_string(test.run_length) + ", zero points " +
      std::to_string(test.zero_point) + " and " +
      std::to_string(test.weight_zero_point) + "; " + ReplayHint();
  Random random(CaseSeed(description));
  const size_t k = test.num_runs * test.run_length;
  const reference::WeightedLayer layer =
      AccumulatedLayer({static_cast<int32_t>(test.n), static_cast<int32_t>(k)},
                       test.zero_point, test.weight_zero_point, random,
                       TakesWideWeights(*tested.kernel) ? -128 : -127);
  const std::vector<int8_t> input = RandomBytes(test.m * k, random);
  const std::vector<int8_t> bytes = InForm(input, tested.form);
  const GuardedBuffer memory(bytes.size() + kOverreadBytes, AnyFlush(random));
  std::copy(bytes.begin(), bytes.end(),
            reinterpret_cast<int8_t*>(memory.data()));
  const size_t pixel = 4 * (test.n + 1);
  const OutputArea output(
      {1, test.m, 4 * test.n, 0, static_cast<ptrdiff_t>(pixel)},
      GuardedBuffer::Flush::kFront, 0);
  GemmCall call = {test.m,
                   test.run_length,
                   {},
                   output.first(),
                   static_cast<ptrdiff_t>(pixel)};
  for (size_t r = 0; r < test.num_runs; ++r) {
    call.runs.push_back(
        {memory.data() + r * test.run_length, static_cast<ptrdiff_t>(k)});
  }
  CallGemm(*tested.kernel, tested.form, layer, call);
  output.ExpectWritten(
      BytesOfAccumulators(reference::FullyConnectedSums(layer, input),
                          layer.bias),
      ActivationForm::kS8, description);
}

TEST(TfliteTest, AccumulatorsOfGemm) {
  for (const auto& tested : TestedAccumulateGemms()) {
    const size_t most = MaxPixelsOfCall(tested.kernel->descriptor);
    const size_t nr = tested.kernel->descriptor.nr;
    for (size_t m = 1; m <= most; m += m < 8 ? 1 : most / 3) {
      for (const size_t n : {size_t{1}, nr / 4, nr / 2, nr - 1, nr, nr + 1,
                             nr + nr / 2 + 1, 3 * nr + 2}) {
        TestSums(tested, {m, n, 1, 35, -3, 0});
        TestSums(tested, {m, n, 2, 16, 127, 0});
        if (!TakesWideWeights(*tested.kernel)) continue;
        TestSums(tested, {m, n, 3, 7, 127, 5});
        TestSums(tested, {m, n, 2, 1, -128, -128});
        TestSums(tested, {m, n, 1, 200, 17, 127});
      }
    }
  }
}

TEST(TfliteTest, AccumulatorsOfDepthwiseConv) {
  for (const auto& tested :
       TestedTflite(&TfliteKernels::accumulate_depthwise_conv)) {
    for (const int32_t channels : {1, 7, 8, 9, 30}) {
      for (const int weight_zero_point : {0, -128, 127}) {
        const std::string description =
            tested.name + " accumulate_depthwise_conv, channels " +
            std::to_string(channels) + ", zero point of the weights " +
            std::to_string(weight_zero_point) + "; " + ReplayHint();
        Random random(CaseSeed(description));
        const Window2dParams window = {3, 2, 1, 2, 1, 1, 0, 0, 0, 0};
        const reference::WeightedLayer layer = AccumulatedLayer(
            {channels, 3, 2, 1}, -20, weight_zero_point, random);
        const Shape picture = {1, 3, 9, channels};
        const reference::Tensor input = {
            picture,
            RandomBytes(static_cast<size_t>(picture.NumElements()), random)};
        const std::vector<int64_t> sums =
            reference::Conv2dSums(layer, window, channels, input);
        const size_t width = sums.size() / layer.bias.size();
        const DepthwiseConvDescriptor& descriptor = tested.kernel->descriptor;
        const GuardedBuffer packed(
            PackedDepthwiseConvBytes(descriptor, layer.bias.size(), 6) +
                kOverreadBytes,
            GuardedBuffer::Flush::kBack);
        PackDepthwiseConv(descriptor, tested.form, ToLayerWeights(layer), 6,
                          packed.data());
        const std::vector<int8_t> bytes = InForm(input.data, tested.form);
        const GuardedBuffer memory(bytes.size() + kOverreadBytes,
                                   AnyFlush(random));
        std::copy(bytes.begin(), bytes.end(),
                  reinterpret_cast<int8_t*>(memory.data()));
        const size_t row = 9 * layer.bias.size();
        const void* rows[] = {memory.data(), memory.data() + row,
                              memory.data() + 2 * row};
        const size_t pixel = 4 * layer.bias.size();
        const OutputArea output(
            {1, width, pixel, 0, static_cast<ptrdiff_t>(pixel)},
            GuardedBuffer::Flush::kFront, 0);
        DepthwiseConvArgs args = {};
        args.channels = layer.bias.size();
        args.output_rows = 1;
        args.output_width = width;
        args.kernel_h = 3;
        args.kernel_w = 2;
        args.stride_h = args.dilation_h = args.dilation_w = 1;
        args.stride_w = 2;
        args.input_rows = rows;
        args.input_columns = 9;
        args.pixel_stride = channels;
        args.packed_weights = packed.data();
        args.panel_bytes = DepthwiseConvPanelBytes(descriptor, 6);
        args.output = output.first();
        args.output_pixel_stride = static_cast<ptrdiff_t>(pixel);
        args.form = tested.form;
        tested.kernel->run(args);
        output.ExpectWritten(BytesOfAccumulators(sums, layer.bias),
                             ActivationForm::kS8, description);
      }
    }
  }
}

// All pairs of values.
TEST(TfliteTest, Add) {
  std::vector<int8_t> a, b;
  for (const int8_t q : AllValues()) {
    a.insert(a.end(), 256, q);
    for (const int8_t other : AllValues()) b.push_back(other);
  }
  for (const auto& tested : TestedTflite(&TfliteKernels::add)) {
    OutputStatistics statistics;
    for (int i = 0; i < 12; ++i) {
      Random random(TestSeed() + static_cast<uint64_t>(i));
      reference::TfliteAddLayer layer;
      layer.zero_point_a =
          i == 0 ? -128 : static_cast<int>(random.Between(-128, 127));
      layer.zero_point_b =
          i == 0 ? 127 : static_cast<int>(random.Between(-128, 127));
      for (const int lowest : {-3, -3, -20}) {
        layer.scales.multiplier.push_back(
            i == 0 ? INT32_MAX
                   : static_cast<int32_t>(random.Between(1 << 30, INT32_MAX)));
        layer.scales.shift.push_back(static_cast<int8_t>(
            i == 0 ? 0 : random.Between(lowest, std::min(0, lowest + 3))));
      }
      // A scale of 2 * max / (2^20 * output): about 2^-19.
      if (i == 0) layer.scales.shift[2] = -19;
      layer.output = {static_cast<int>(random.Between(-60, 60)), -128, 127};
      const std::vector<int8_t> in_a = InForm(a, tested.form);
      const std::vector<int8_t> in_b = InForm(b, tested.form);
      const OutputArea output = Row(a.size(), random);
      TfliteAddArgs args = {};
      args.n = a.size();
      args.a = in_a.data();
      args.b = in_b.data();
      args.output = output.first();
      args.zero_point_a = static_cast<int8_t>(layer.zero_point_a);
      args.zero_point_b = static_cast<int8_t>(layer.zero_point_b);
      args.scale_a = EntryOf(layer.scales, 0);
      args.scale_b = EntryOf(layer.scales, 1);
      args.scale_output = EntryOf(layer.scales, 2);
      args.stage = ToOutputStage(layer.output);
      args.form = tested.form;
      tested.kernel(args);
      const std::vector<int8_t> expected = reference::TfliteAdd(layer, a, b);
      output.ExpectWritten(
          expected, tested.form,
          tested.name + " add " + std::to_string(i) + "; " + ReplayHint());
      statistics.Add(expected);
    }
    statistics.ExpectWorthComparing();
  }
}

TEST(TfliteTest, Requantize) {
  const std::vector<int8_t> input = AllValues();
  for (const auto& tested : TestedTflite(&TfliteKernels::requantize)) {
    for (int shift = -4; shift <= 4; ++shift) {
      for (const int32_t multiplier : kMultipliers) {
        for (const int zero_point : {-128, 3, 127}) {
          Random random(TestSeed());
          const reference::OutputParams stage = {-zero_point / 2, -120, 127};
          const std::vector<int8_t> bytes = InForm(input, tested.form);
          const OutputArea output = Row(input.size(), random);
          tested.kernel({input.size(),
                         bytes.data(),
                         output.first(),
                         static_cast<int8_t>(zero_point),
                         {multiplier, shift},
                         ToOutputStage(stage),
                         tested.form});
          output.ExpectWritten(
              reference::TfliteRequantize(input, zero_point,
                                          Scale(multiplier, shift), stage),
              tested.form,
              tested.name + " requantize, multiplier " +
                  std::to_string(multiplier) + ", shift " +
                  std::to_string(shift));
        }
      }
    }
  }
}

void TestSoftmax(const Tested<void (*)(const TfliteSoftmaxArgs&)>& tested,
                 const std::vector<int8_t>& input, size_t n,
                 const reference::TfliteScales& scale) {
  Random random(TestSeed());
  const std::vector<int8_t> bytes = InForm(input, tested.form);
  const OutputArea output = Row(input.size(), random);
  tested.kernel({input.size() / n, n, bytes.data(), output.first(),
                 EntryOf(scale, 0), tested.form});
  output.ExpectWritten(reference::TfliteSoftmax(input, n, scale), tested.form,
                       tested.name + " softmax, n " + std::to_string(n) +
                           ", multiplier " +
                           std::to_string(scale.multiplier[0]) + ", shift " +
                           std::to_string(scale.shift[0]));
}

TEST(TfliteTest, Softmax) {
  for (const auto& tested : TestedTflite(&TfliteKernels::softmax)) {
    for (int shift = 0; shift <= kTfliteMaxShift; ++shift) {
      for (const int32_t multiplier : kMultipliers) {
        if (multiplier == 0) continue;
        const reference::TfliteScales scale = Scale(multiplier, shift);
        Random random(CaseSeed(std::to_string(shift)));
        // Every distance; rows of one; random rows.
        TestSoftmax(tested, AllValues(), 256, scale);
        TestSoftmax(tested, AllValues(), 1, scale);
        TestSoftmax(tested, AllValues(), 2, scale);
        TestSoftmax(tested, RandomBytes(3 * 1001, random), 1001, scale);
        // Sums up to the largest: beyond 512 nothing is left of a value.
        for (const size_t n : {511, 512, 513, 1024, 4095}) {
          TestSoftmax(tested, std::vector<int8_t>(n, 5), n, scale);
        }
      }
    }
  }
}

}  // namespace
}  // namespace octet
