// The first pass of layers with two: the kernels of every table that store
// their sums, against tests/reference.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/depthwise_conv_tester.h"
#include "tests/kernels/gemm_tester.h"
#include "tests/kernels/guarded_buffer.h"
#include "tests/kernels/layer_data.h"
#include "tests/kernels/output_check.h"
#include "tests/kernels/tflite_tester.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

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

int8_t LeastWeight(const GemmKernel& kernel) {
  return TakesWideWeights(kernel) || kernel.descriptor.takes_minus_128 ? -128
                                                                       : -127;
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
  const reference::WeightedLayer layer = AccumulatedLayer(
      {static_cast<int32_t>(test.n), static_cast<int32_t>(k)}, test.zero_point,
      test.weight_zero_point, random, LeastWeight(*tested.kernel));
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

TEST(TfliteSumsTest, AccumulatorsOfGemm) {
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

// One row of outputs of a picture of as many rows as the kernel reaches.
struct DepthwiseRow {
  int32_t channels;
  int32_t width;
  Window2dParams window;  // pad_top and pad_bottom are 0
  int weight_zero_point;
};

void TestDepthwiseSums(const Tested<const DepthwiseConvKernel*>& tested,
                       const DepthwiseRow& test) {
  const Window2dParams& window = test.window;
  const std::string description =
      tested.name + " accumulate_depthwise_conv, channels " +
      std::to_string(test.channels) + ", kernel " +
      std::to_string(window.kernel_h) + "x" + std::to_string(window.kernel_w) +
      ", width " + std::to_string(test.width) + ", zero point of the weights " +
      std::to_string(test.weight_zero_point) + "; " + ReplayHint();
  Random random(CaseSeed(description));
  const reference::WeightedLayer layer =
      AccumulatedLayer({test.channels, window.kernel_h, window.kernel_w, 1},
                       -20, test.weight_zero_point, random);
  const int32_t height = (window.kernel_h - 1) * window.dilation_h + 1;
  const Shape picture = {1, height, test.width, test.channels};
  const reference::Tensor input = {
      picture, RandomBytes(static_cast<size_t>(picture.NumElements()), random)};
  const std::vector<int64_t> sums =
      reference::Conv2dSums(layer, window, test.channels, input);
  const size_t channels = layer.bias.size();
  const size_t taps = layer.weights.data.size() / channels;
  const DepthwiseConvDescriptor& descriptor = tested.kernel->descriptor;
  const GuardedBuffer packed(
      PackedDepthwiseConvBytes(descriptor, channels, taps) + kOverreadBytes,
      GuardedBuffer::Flush::kBack);
  PackDepthwiseConv(descriptor, tested.form, ToLayerWeights(layer), taps,
                    packed.data());
  const std::vector<int8_t> bytes = InForm(input.data, tested.form);
  const GuardedBuffer memory(bytes.size() + kOverreadBytes, AnyFlush(random));
  std::copy(bytes.begin(), bytes.end(),
            reinterpret_cast<int8_t*>(memory.data()));
  std::vector<const void*> rows;
  for (int32_t y = 0; y < height; ++y) {
    rows.push_back(memory.data() + bytes.size() / static_cast<size_t>(height) *
                                       static_cast<size_t>(y));
  }
  DepthwiseConvArgs args = {};
  args.channels = channels;
  args.output_rows = 1;
  args.output_width = sums.size() / channels;
  args.kernel_h = static_cast<size_t>(window.kernel_h);
  args.kernel_w = static_cast<size_t>(window.kernel_w);
  args.stride_h = static_cast<size_t>(window.stride_h);
  args.stride_w = static_cast<size_t>(window.stride_w);
  args.dilation_h = static_cast<size_t>(window.dilation_h);
  args.dilation_w = static_cast<size_t>(window.dilation_w);
  args.input_rows = rows.data();
  args.first_column = -window.pad_left;
  args.input_columns = static_cast<size_t>(test.width);
  args.zero_byte =
      static_cast<uint8_t>(layer.input_zero_point) ^ FormMask(tested.form);
  args.pixel_stride = test.channels;
  args.packed_weights = packed.data();
  args.panel_bytes = DepthwiseConvPanelBytes(descriptor, taps);
  const size_t pixel = 4 * channels;
  const OutputArea output(
      {1, args.output_width, pixel, 0, static_cast<ptrdiff_t>(pixel)},
      GuardedBuffer::Flush::kFront, 0);
  args.output = output.first();
  args.output_pixel_stride = static_cast<ptrdiff_t>(pixel);
  args.form = tested.form;
  tested.kernel->run(args);
  output.ExpectWritten(BytesOfAccumulators(sums, layer.bias),
                       ActivationForm::kS8, description);
}

TEST(TfliteSumsTest, AccumulatorsOfDepthwiseConv) {
  const Window2dParams stride2 = {3, 2, 1, 2, 1, 1, 0, 0, 0, 0};
  const Window2dParams dilated = {2, 3, 1, 1, 3, 2, 0, 0, 0, 0};
  const Window2dParams large = {9, 8, 1, 1, 1, 1, 0, 0, 0, 0};
  const Window2dParams padded = {3, 3, 1, 1, 1, 1, 0, 1, 0, 2};
  const Window2dParams large_padded = {9, 8, 1, 3, 1, 1, 0, 5, 0, 9};
  for (const auto& tested :
       TestedTflite(&TfliteKernels::accumulate_depthwise_conv)) {
    for (const int32_t channels : {1, 7, 8, 9, 16, 30, 33}) {
      for (const int weight_zero_point : {0, -128, 127}) {
        const auto test = [&](int32_t width, const Window2dParams& window) {
          TestDepthwiseSums(tested,
                            {channels, width, window, weight_zero_point});
        };
        test(9, stride2);
        test(14, dilated);
        test(11, large);
        if (!tested.kernel->descriptor.pads) continue;
        test(8, padded);
        test(1, padded);
        test(7, large_padded);
      }
    }
  }
}

}  // namespace
}  // namespace octet
