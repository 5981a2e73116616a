// The kernels of rounding TFLITE in every table that has them, bit for bit
// against tests/reference, which has nothing of gemmlowp. tflite_sums_test has
// the first pass of layers.

#include "kernels/tflite.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/layer_data.h"
#include "tests/kernels/output_check.h"
#include "tests/kernels/tflite_tester.h"
#include "tests/reference/tflite.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

constexpr int32_t kMultipliers[] = {1 << 30,       (1 << 30) + 1, 1518500250,
                                    INT32_MAX - 1, INT32_MAX,     0};

std::vector<int8_t> AllValues() {
  std::vector<int8_t> values;
  for (int q = -128; q < 128; ++q) values.push_back(static_cast<int8_t>(q));
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
void TestOutputOfPixels(size_t pixels, size_t channels) {
  const size_t stride = channels + 4;
  for (const auto& tested : TestedTflite(&TfliteKernels::output)) {
    const std::string description =
        tested.name + " output, pixels " + std::to_string(pixels) +
        ", channels " + std::to_string(channels) + "; " + ReplayHint();
    Random random(CaseSeed(description));
    reference::WeightedLayer layer;
    layer.bias.assign(channels, 0);
    reference::TfliteScales scales;
    std::vector<TfliteScale> packed;
    for (size_t c = 0; c < channels; ++c) {
      scales.multiplier.push_back(
          static_cast<int32_t>(random.Between(1 << 30, INT32_MAX)));
      scales.shift.push_back(static_cast<int8_t>(random.Between(-9, -7)));
      packed.push_back(EntryOf(scales, c));
    }
    std::vector<int32_t> accumulators(pixels * channels);
    for (int32_t& value : accumulators) {
      value = static_cast<int32_t>(random.Between(-30000, 30000));
    }
    const OutputArea output(
        {1, pixels, channels, 0, static_cast<ptrdiff_t>(stride)},
        AnyFlush(random), 3);
    tested.kernel({pixels, channels, accumulators.data(), packed.data(),
                   output.first(), static_cast<ptrdiff_t>(stride),
                   ToOutputStage(layer.output), tested.form});
    output.ExpectWritten(
        reference::TfliteOutputs(layer, scales,
                                 {accumulators.begin(), accumulators.end()}),
        tested.form, description);
  }
}

TEST(TfliteTest, OutputOfPixels) {
  for (const size_t pixels : {1, 2, 5}) {
    for (const size_t channels : {1, 3, 7, 8, 9, 16, 19, 32}) {
      TestOutputOfPixels(pixels, channels);
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

// Every number of values up to some vectors, of which nothing else is written.
TEST(TfliteTest, TailsOfElementwise) {
  const reference::OutputParams stage = {5, -128, 127};
  const reference::TfliteScales scales = {{1 << 30, 1518500250, 1 << 30},
                                          {0, -1, -18}};
  const TfliteScale a = EntryOf(scales, 0), b = EntryOf(scales, 1),
                    sum = EntryOf(scales, 2);
  for (size_t n = 1; n <= 40; ++n) {
    Random random(CaseSeed(std::to_string(n)));
    const std::vector<int8_t> values_a = RandomBytes(n, random);
    const std::vector<int8_t> values_b = RandomBytes(n, random);
    const auto in_memory = [&](const std::vector<int8_t>& values,
                               ActivationForm form) {
      std::vector<int8_t> bytes = InForm(values, form);
      bytes.resize(n + kOverreadBytes);
      return bytes;
    };
    for (const auto& tested : TestedTflite(&TfliteKernels::add)) {
      const std::vector<int8_t> in_a = in_memory(values_a, tested.form);
      const std::vector<int8_t> in_b = in_memory(values_b, tested.form);
      const OutputArea output = Row(n, random);
      tested.kernel({n, in_a.data(), in_b.data(), output.first(), 3, -9, a, b,
                     sum, ToOutputStage(stage), tested.form});
      output.ExpectWritten(
          reference::TfliteAdd({3, -9, scales, stage}, values_a, values_b),
          tested.form, tested.name + " add of " + std::to_string(n));
    }
    for (const auto& tested : TestedTflite(&TfliteKernels::requantize)) {
      const std::vector<int8_t> input = in_memory(values_a, tested.form);
      const OutputArea output = Row(n, random);
      tested.kernel({n, input.data(), output.first(), 3, b,
                     ToOutputStage(stage), tested.form});
      output.ExpectWritten(
          reference::TfliteRequantize(values_a, 3, Scale(b.multiplier, b.shift),
                                      stage),
          tested.form, tested.name + " requantize of " + std::to_string(n));
    }
  }
}

// A row of windows that begin at every other column, channels in all numbers
// around a vector.
PoolArgs AverageArgs(const Window2dParams& window, int32_t channels,
                     const reference::OutputParams& stage) {
  PoolArgs args = {};
  args.channels = static_cast<size_t>(channels);
  args.window_h = static_cast<size_t>(window.kernel_h);
  args.window_w = static_cast<size_t>(window.kernel_w);
  args.cell_stride_w = channels;
  args.output_step = window.stride_w * channels;
  args.output_stride = channels;
  args.stage = ToOutputStage(stage);
  return args;
}

void TestAverages(PoolFunction TfliteKernels::*entry, int input_zero_point,
                  const reference::TfliteScales& scales, bool halves_up,
                  const Window2dParams& window, int32_t channels) {
  const bool mean = entry == &TfliteKernels::mean;
  const int32_t width = window.kernel_w + 4;
  const Shape picture = {1, window.kernel_h, width, channels};
  const reference::OutputParams stage = {-4, -100, 90};
  for (const auto& tested : TestedTflite(entry)) {
    Random random(CaseSeed(picture.ToString()));
    const reference::Tensor input = {
        picture,
        RandomBytes(static_cast<size_t>(picture.NumElements()), random)};
    std::vector<int8_t> bytes = InForm(input.data, tested.form);
    bytes.resize(bytes.size() + kOverreadBytes);
    const reference::Tensor expected =
        mean ? reference::TfliteMean(window, input_zero_point, scales, stage,
                                     input)
             : reference::TfliteAveragePool2d(window, halves_up, stage, input);
    PoolArgs args = AverageArgs(window, channels, stage);
    args.output_width = expected.data.size() / args.channels;
    args.input = bytes.data();
    args.cell_stride_h = width * channels;
    args.bias = -window.kernel_h * window.kernel_w *
                ZeroPointInForm(mean ? input_zero_point : 0, tested.form);
    args.multiplier_q31 = scales.multiplier[0];
    args.shift = scales.shift[0];
    args.halves_up = halves_up;
    args.form = tested.form;
    const OutputArea output(
        {1, args.output_width, args.channels, 0, args.output_stride},
        AnyFlush(random), 0);
    args.output = output.first();
    tested.kernel(args);
    output.ExpectWritten(expected.data, tested.form,
                         tested.name + (mean ? " mean" : " average_pool") +
                             ", channels " + std::to_string(channels) + "; " +
                             ReplayHint());
  }
}

TEST(TfliteTest, Averages) {
  // Up to more cells than sums in int16 hold.
  const Window2dParams windows[] = {{1, 2, 1, 2, 1, 1, 0, 0, 0, 0},
                                    {3, 3, 1, 2, 1, 1, 0, 0, 0, 0},
                                    {7, 40, 1, 2, 1, 1, 0, 0, 0, 0}};
  for (const Window2dParams& window : windows) {
    for (const int32_t channels : {1, 7, 8, 15, 16, 17, 40}) {
      for (const bool halves_up : {false, true}) {
        TestAverages(&TfliteKernels::average_pool, 0, Scale(0, 0), halves_up,
                     window, channels);
      }
      for (const int shift : {-8, -1, 3}) {
        TestAverages(&TfliteKernels::mean, 11, Scale(1518500250, shift), false,
                     window, channels);
      }
    }
  }
}

}  // namespace
}  // namespace octet
