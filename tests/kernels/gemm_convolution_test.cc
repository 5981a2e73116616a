// Convolutions as runs of a gemm kernel, the way that gemm.h describes, against
// the straight convolution of the reference.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/kernels/gemm_tester.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

struct Convolution {
  Window2dParams window;  // pad_top alone: rows of zero points
  int32_t groups;
  Shape input;
  int32_t outputs;
};

class GemmConvolutionTest
    : public testing::TestWithParam<Tested<const GemmKernel*>> {
 protected:
  void Test(const Convolution& convolution);

  // The output channels of one group in row `y`.
  void RunGroupOfRow(const Convolution& convolution,
                     const reference::WeightedLayer& layer,
                     const std::vector<uint8_t>& input, int group, int y,
                     const Shape& output_shape, uint8_t* output);
};

// Neighbouring columns of a kernel row are one run where nothing lies between.
bool OneRunARow(const Convolution& convolution) {
  return convolution.window.dilation_w == 1 && convolution.groups == 1;
}

void GemmConvolutionTest::RunGroupOfRow(const Convolution& convolution,
                                        const reference::WeightedLayer& layer,
                                        const std::vector<uint8_t>& input,
                                        int group, int y,
                                        const Shape& output_shape,
                                        uint8_t* output) {
  const Window2dParams& window = convolution.window;
  const int channels = convolution.input[3];
  const int group_channels = channels / convolution.groups;
  const bool whole_row = OneRunARow(convolution);
  const int taps = whole_row ? 1 : window.kernel_w;
  const size_t run_length = static_cast<size_t>(
      whole_row ? window.kernel_w * channels : group_channels);
  const uint8_t zero =
      static_cast<uint8_t>(layer.input_zero_point ^ FormMask(GetParam().form));
  const std::vector<uint8_t> zeros(run_length + kOverreadBytes, zero);
  const int n = layer.weights.shape[0];
  const int mr = static_cast<int>(GetParam().kernel->descriptor.mr);
  for (int x = 0; x < output_shape[2]; x += mr) {
    GemmCall call = {};
    call.m = static_cast<size_t>(std::min(mr, output_shape[2] - x));
    call.run_length = run_length;
    for (int ky = 0; ky < window.kernel_h; ++ky) {
      const int row =
          y * window.stride_h - window.pad_top + ky * window.dilation_h;
      for (int kx = 0; kx < taps; ++kx) {
        const int column = x * window.stride_w + kx * window.dilation_w;
        const int at = (row * convolution.input[2] + column) * channels +
                       group * group_channels;
        call.runs.push_back(
            row < 0 ? GemmRun{zeros.data(), 0}
                    : GemmRun{input.data() + at, window.stride_w * channels});
      }
    }
    call.output = output + x * convolution.outputs + group * n;
    call.output_stride = convolution.outputs;
    CallGemm(*GetParam().kernel, GetParam().form, layer, call);
  }
}

void GemmConvolutionTest::Test(const Convolution& convolution) {
  Random random(TestSeed());
  const Window2dParams& window = convolution.window;
  reference::Tensor input = {convolution.input, {}};
  for (int64_t i = 0; i < convolution.input.NumElements(); ++i) {
    input.data.push_back(static_cast<int8_t>(random.Between(-128, 127)));
  }
  std::vector<uint8_t> bytes;
  for (int8_t q : input.data) {
    bytes.push_back(static_cast<uint8_t>(q) ^ FormMask(GetParam().form));
  }
  bytes.resize(bytes.size() + kOverreadBytes, kSentinel);
  const reference::WeightedLayer whole =
      RandomLayer({},
                  Shape{convolution.outputs, window.kernel_h, window.kernel_w,
                        convolution.input[3] / convolution.groups},
                  random);
  const reference::Tensor expected =
      reference::Conv2d(whole, window, convolution.groups, input);

  std::vector<uint8_t> output(expected.data.size());
  const ptrdiff_t n = convolution.outputs / convolution.groups;
  const ptrdiff_t k = whole.weights.shape.NumElements() / convolution.outputs;
  for (int group = 0; group < convolution.groups; ++group) {
    const auto part = [&](const auto& all, ptrdiff_t size) {
      return std::decay_t<decltype(all)>(all.begin() + group * size,
                                         all.begin() + (group + 1) * size);
    };
    reference::WeightedLayer layer = whole;
    layer.weights.shape[0] = static_cast<int32_t>(n);
    layer.weights.data = part(whole.weights.data, n * k);
    layer.bias = part(whole.bias, n);
    layer.requantization.multiplier = part(whole.requantization.multiplier, n);
    layer.requantization.shift = part(whole.requantization.shift, n);
    for (int y = 0; y < expected.shape[1]; ++y) {
      RunGroupOfRow(
          convolution, layer, bytes, group, y, expected.shape,
          output.data() + y * expected.shape[2] * convolution.outputs);
    }
  }
  for (size_t i = 0; i < output.size(); ++i) {
    const uint8_t byte = output[i] ^ FormMask(GetParam().form);
    ASSERT_EQ(static_cast<int8_t>(byte), expected.data[i])
        << "output " << i << "; " << ReplayHint();
  }
}

Window2dParams Kernel(int size, int stride, int dilation) {
  return {size, size, stride, stride, dilation, dilation, 0, 0, 0, 0};
}

TEST_P(GemmConvolutionTest, OneByOne) {
  Test({Kernel(1, 1, 1), 1, Shape{1, 5, 7, 24}, 17});
  Test({Kernel(1, 2, 1), 1, Shape{1, 5, 9, 3}, 40});
}

TEST_P(GemmConvolutionTest, RowsAreRuns) {
  Test({Kernel(3, 1, 1), 1, Shape{1, 6, 11, 5}, 9});
  Test({Kernel(3, 2, 1), 1, Shape{1, 9, 23, 3}, 16});
  Test({Kernel(7, 2, 1), 1, Shape{1, 9, 27, 3}, 33});
}

TEST_P(GemmConvolutionTest, RowsAboveThePicture) {
  Window2dParams window = Kernel(5, 1, 1);
  window.pad_top = 3;
  Test({window, 1, Shape{1, 6, 11, 4}, 9});
}

TEST_P(GemmConvolutionTest, DilationAndGroups) {
  Test({Kernel(3, 1, 2), 1, Shape{1, 9, 13, 6}, 9});
  Test({Kernel(3, 2, 3), 1, Shape{1, 9, 17, 2}, 5});
  Test({Kernel(3, 1, 1), 4, Shape{1, 6, 9, 8}, 20});
  Test({Kernel(2, 1, 2), 3, Shape{1, 6, 9, 9}, 6});
}

INSTANTIATE_TEST_SUITE_P(Tables, GemmConvolutionTest,
                         testing::ValuesIn(TestedGemms()), NameOfTested());

}  // namespace
}  // namespace octet
