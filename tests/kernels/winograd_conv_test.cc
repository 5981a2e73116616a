// Every winograd_conv kernel of every table against the reference's direct
// convolution, and the proof that comes before it.

#include "kernels/winograd_conv.h"

#include <gtest/gtest.h>

#include "kernels/pack.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/kernels/winograd_conv_tester.h"

namespace octet {
namespace {

class WinogradConvTest
    : public testing::TestWithParam<Tested<const WinogradConvKernel*>> {
 protected:
  const WinogradConvDescriptor& descriptor() const {
    return GetParam().kernel->descriptor;
  }
  void Test(const WinogradConvTester& tester) {
    tester.Test(*GetParam().kernel, GetParam().form, &statistics_);
  }

  OutputStatistics statistics_;
};

TEST_P(WinogradConvTest, EveryRemainder) {
  for (size_t tiles = 1; tiles <= 2 * descriptor().mr + 1; ++tiles) {
    for (size_t c = 1; c <= descriptor().kr + 1; ++c) {
      Test(WinogradConvTester().tiles(tiles).c(c).n(descriptor().nr + 1));
    }
  }
  for (size_t n = 1; n <= 2 * descriptor().nr + 1; ++n) {
    Test(WinogradConvTester().tiles(descriptor().mr).c(5).n(n));
    Test(WinogradConvTester().tiles(1).c(8).n(n).output_gap(n % 5));
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(WinogradConvTest, InputChannels) {
  for (size_t c = 1; c <= 40; ++c) {
    Test(WinogradConvTester().tiles(3).c(c).n(descriptor().nr));
  }
  for (size_t c : {63, 64, 65, 127, 129, 256, 511, 1024}) {
    Test(WinogradConvTester().tiles(descriptor().mr + 1).c(c).n(9));
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(WinogradConvTest, LargestCall) {
  for (size_t c : {1, 16, 37}) {
    Test(WinogradConvTester()
             .tiles(descriptor().max_tiles)
             .c(c)
             .n(descriptor().nr + 3));
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(WinogradConvTest, PixelsThatDoNotExist) {
  for (size_t rows : {1, 2}) {
    for (size_t columns : {1, 2}) {
      for (size_t n = 1; n <= descriptor().nr + 1; ++n) {
        Test(WinogradConvTester().tiles(5).c(6).n(n).pixels(rows, columns));
        Test(WinogradConvTester()
                 .tiles(2)
                 .c(7)
                 .n(n)
                 .pixels(rows, columns)
                 .output_gap(11));
      }
    }
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(WinogradConvTest, Residual) {
  for (int fraction_bits = 0; fraction_bits <= 6; ++fraction_bits) {
    for (size_t n : {1, 15, 16, 17, 40}) {
      for (size_t rows : {1, 2}) {
        for (size_t columns : {1, 2}) {
          Test(WinogradConvTester()
                   .tiles(7)
                   .c(11)
                   .n(n)
                   .pixels(rows, columns)
                   .output_gap(n % 3)
                   .residual(fraction_bits));
        }
      }
    }
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(WinogradConvTest, Unaligned) {
  for (size_t misalignment = 1; misalignment < 20; ++misalignment) {
    Test(WinogradConvTester()
             .tiles(4)
             .c(misalignment + 7)
             .n(2 * descriptor().nr - 1)
             .cell_gap(misalignment % 4)
             .misalignment(misalignment));
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(WinogradConvTest, ZeroPointsAndClamps) {
  const int clamps[][2] = {{-128, 127}, {-128, -128}, {-3, 90}, {0, 127}};
  for (int zero_point : {-128, -1, 0, 1, 127}) {
    for (int output_zero_point : {-128, 0, 127}) {
      for (const auto& clamp : clamps) {
        Test(WinogradConvTester()
                 .tiles(7)
                 .c(12)
                 .n(descriptor().nr + 2)
                 .zero_point(zero_point)
                 .output_zero_point(output_zero_point)
                 .clamp(clamp[0], clamp[1]));
      }
    }
  }
}

TEST_P(WinogradConvTest, EveryShift) {
  for (int shift = -kWinogradFactorBits; shift <= 31; ++shift) {
    Test(WinogradConvTester().tiles(6).c(20).n(19).shift_range(shift, shift));
    Test(WinogradConvTester()
             .tiles(2)
             .c(33)
             .n(16)
             .shift_range(shift, shift)
             .per_tensor());
  }
  Test(WinogradConvTester().tiles(6).c(48).n(40).shift_range(-2, 12));
}

// Weights of +-127 and inputs of -128 and 127: the largest values of int16.
TEST_P(WinogradConvTest, Extremes) {
  for (int zero_point : {-128, -1, 0, 127}) {
    for (size_t c : {1, 2, 17, 100, 640}) {
      Test(WinogradConvTester()
               .tiles(descriptor().mr)
               .c(c)
               .n(descriptor().nr)
               .zero_point(zero_point)
               .extreme_values());
      Test(WinogradConvTester()
               .tiles(descriptor().mr)
               .c(c)
               .n(descriptor().nr)
               .zero_point(zero_point)
               .extreme_values()
               .extreme_biases()
               .shift_range(20, 22));
    }
  }
  // 4 * 255 * 127 * 9 * 1841 is the last below 2^31.
  Test(WinogradConvTester()
           .tiles(2)
           .c(1841)
           .n(3)
           .zero_point(-128)
           .extreme_values()
           .shift_range(21, 22));
}

// A table without one takes the direct form.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(WinogradConvTest);
INSTANTIATE_TEST_SUITE_P(Tables, WinogradConvTest,
                         testing::ValuesIn(TestedWinogradConvs()),
                         NameOfTested());

LayerWeights OneChannel(const std::vector<int8_t>& weights, const int32_t* bias,
                        const int8_t* shift, int zero_point) {
  static constexpr int16_t kMultiplier = 20000;
  return {.n = 1,
          .weights = weights.data(),
          .channel_stride = weights.size(),
          .bias = bias,
          .multiplier = &kMultiplier,
          .shift = shift,
          .per_channel = true,
          .input_zero_point = zero_point,
          .weight_zero_point = 0};
}

TEST(WinogradConvFitsTest, BoundOfTheAccumulator) {
  const int8_t shift = 10;
  int32_t bias = 0;
  std::vector<int8_t> weights(9 * 1841, -127);
  EXPECT_TRUE(WinogradConvFits(OneChannel(weights, &bias, &shift, -128), 1841));
  EXPECT_TRUE(WinogradConvFits(OneChannel(weights, &bias, &shift, 127), 1841));
  // 255 * 127 * 9 * 1841 + bias < 2^29.
  bias = (1 << 29) - 1 - 255 * 127 * 9 * 1841;
  EXPECT_TRUE(WinogradConvFits(OneChannel(weights, &bias, &shift, -128), 1841));
  ++bias;
  EXPECT_FALSE(
      WinogradConvFits(OneChannel(weights, &bias, &shift, -128), 1841));
  bias = -bias;
  EXPECT_FALSE(
      WinogradConvFits(OneChannel(weights, &bias, &shift, -128), 1841));
  // With its zero point in the middle an input differs from it by less.
  EXPECT_TRUE(WinogradConvFits(OneChannel(weights, &bias, &shift, 0), 1841));
  weights.resize(9 * 1842, 127);
  bias = 0;
  EXPECT_FALSE(
      WinogradConvFits(OneChannel(weights, &bias, &shift, -128), 1842));
}

TEST(WinogradConvFitsTest, Shifts) {
  const int32_t bias = 0;
  const std::vector<int8_t> weights(9, 1);
  for (int8_t shift = -15; shift <= 31; ++shift) {
    EXPECT_EQ(WinogradConvFits(OneChannel(weights, &bias, &shift, 0), 1),
              shift >= -2);
  }
}

}  // namespace
}  // namespace octet
