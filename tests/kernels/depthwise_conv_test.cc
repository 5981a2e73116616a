// Every depthwise_conv kernel of every table against the reference. A kernel
// for any size gets all sizes, strides and dilations; a kernel for one size
// gets that one.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/depthwise_conv_tester.h"
#include "tests/kernels/tested_kernels.h"

namespace octet {
namespace {

class DepthwiseConvTest
    : public testing::TestWithParam<Tested<const DepthwiseConvKernel*>> {
 protected:
  const DepthwiseConvDescriptor& descriptor() const {
    return GetParam().kernel->descriptor;
  }
  void Test(const DepthwiseConvTester& tester) {
    tester.Test(*GetParam().kernel, GetParam().form, &statistics_);
  }

  // The kernel's own size, stride and dilation; where it takes any, a size that
  // is not square.
  DepthwiseConvTester Typical() const {
    const auto or_else = [](uint8_t only, size_t any) {
      return only != 0 ? size_t{only} : any;
    };
    return DepthwiseConvTester()
        .kernel(or_else(descriptor().kernel_h, 3),
                or_else(descriptor().kernel_w, 2))
        .stride(or_else(descriptor().stride_h, 1),
                or_else(descriptor().stride_w, 1))
        .dilation(or_else(descriptor().dilation_h, 1),
                  or_else(descriptor().dilation_w, 1))
        .output_rows(descriptor().max_rows);
  }

  OutputStatistics statistics_;
};

bool Takes(uint8_t only, size_t value) { return only == 0 || only == value; }

TEST_P(DepthwiseConvTest, KernelsStridesAndDilations) {
  Random random(1);
  int cases = 0;
  const auto test = [&](size_t kh, size_t kw, size_t s, size_t d) {
    // Height and width differ unless the kernel wants them so.
    const size_t stride_h = Takes(descriptor().stride_h, 4 - s) ? 4 - s : s;
    const size_t dilation_h =
        Takes(descriptor().dilation_h, d % 3 + 1) ? d % 3 + 1 : d;
    if (!Takes(descriptor().kernel_h, kh) ||
        !Takes(descriptor().kernel_w, kw) || !Takes(descriptor().stride_w, s) ||
        !Takes(descriptor().stride_h, stride_h) ||
        !Takes(descriptor().dilation_w, d) ||
        !Takes(descriptor().dilation_h, dilation_h)) {
      return;
    }
    ++cases;
    const size_t nr = descriptor().nr;
    Test(DepthwiseConvTester()
             .kernel(kh, kw)
             .stride(stride_h, s)
             .dilation(dilation_h, d)
             .channels(static_cast<size_t>(
                 random.Between(1, static_cast<int64_t>(2 * nr + 1))))
             .output_rows(descriptor().max_rows)
             .output_width(static_cast<size_t>(random.Between(1, 17))));
  };
  for (size_t kh = 1; kh <= 7; ++kh) {
    for (size_t kw = 1; kw <= 7; ++kw) {
      for (size_t s = 1; s <= 3; ++s) {
        for (size_t d = 1; d <= 3; ++d) test(kh, kw, s, d);
      }
    }
  }
  EXPECT_GT(cases, 0) << "the kernel took no shape of this test";
}

TEST_P(DepthwiseConvTest, EveryChannelRemainder) {
  for (size_t channels = 1; channels <= 2 * descriptor().nr + 1; ++channels) {
    for (size_t width : {1, 2, 5}) {
      Test(Typical().channels(channels).output_width(width));
    }
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(DepthwiseConvTest, EveryWidthAndRowCount) {
  for (size_t rows = 1; rows <= descriptor().max_rows; ++rows) {
    for (size_t width = 1; width <= 17; ++width) {
      for (size_t channels : {size_t{1}, descriptor().nr - 1, descriptor().nr,
                              descriptor().nr + 5}) {
        Test(
            Typical().channels(channels).output_rows(rows).output_width(width));
      }
    }
  }
  statistics_.ExpectWorthComparing();
}

// Columns outside the picture on either side, even alone.
TEST_P(DepthwiseConvTest, Padding) {
  if (!descriptor().pads) return;
  // Each number of rows to four, and eight; the least and the most with large
  // kernels, for which the reference takes long.
  const size_t max_rows = descriptor().max_rows;
  const bool large = descriptor().kernel_h > 3 && max_rows > 1;
  const auto step = [&](size_t rows) {
    if (large) return max_rows - 1;
    return rows < 4 ? size_t{1} : size_t{4};
  };
  for (size_t rows = 1; rows <= max_rows; rows += step(rows)) {
    for (ptrdiff_t first_column = -5; first_column <= 1; ++first_column) {
      for (size_t columns : {1, 2, 3, 6, 9}) {
        for (size_t width = 1; width <= 8; ++width) {
          Test(Typical()
                   .channels(descriptor().nr / 2 + 7 * width)
                   .output_rows(rows)
                   .output_width(width)
                   .pad(first_column, columns)
                   .zero_point(static_cast<int>(columns) - 4));
        }
      }
    }
  }
  statistics_.ExpectWorthComparing();
}

// Rows that kernels may divide, of whole and partial panels, half a kernel of
// padding at either side.
TEST_P(DepthwiseConvTest, LongRows) {
  for (size_t width : {15, 16, 17, 31, 32, 33, 49, 64, 65, 97}) {
    for (size_t channels : {descriptor().nr, descriptor().nr + 3}) {
      DepthwiseConvTester tester = Typical();
      tester.channels(channels).output_width(width);
      if (descriptor().pads) {
        const size_t size = std::max<size_t>(descriptor().kernel_w, 3);
        const size_t stride = std::max<size_t>(descriptor().stride_w, 1);
        if (descriptor().kernel_w == 0) tester.kernel(size, size);
        const size_t reached = (width - 1) * stride + size;
        tester.pad(-static_cast<ptrdiff_t>(size / 2), reached - size / 2 * 2);
      }
      Test(tester);
    }
  }
  statistics_.ExpectWorthComparing();
}

// Kernels that are wider than the picture, with padding.
TEST_P(DepthwiseConvTest, PaddingOfLargeKernels) {
  if (!descriptor().pads || descriptor().kernel_w != 0) return;
  for (size_t size : {5, 7, 9}) {
    for (size_t stride : {1, 2, 3}) {
      for (ptrdiff_t first_column : {-8, -3, 0}) {
        Test(DepthwiseConvTester()
                 .kernel(size, size)
                 .stride(stride, stride)
                 .dilation(1, size % 3 + 1)
                 .channels(descriptor().nr + 9)
                 .output_width(7)
                 .pad(first_column, 5 + 2 * size));
      }
    }
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(DepthwiseConvTest, StridesOfMemory) {
  for (size_t channels : {size_t{1}, size_t{7}, descriptor().nr}) {
    const DepthwiseConvTester tester =
        Typical().channels(channels).output_width(6);
    for (size_t gap : {1, 3, 64}) {
      Test(DepthwiseConvTester(tester).pixel_gap(gap));
      Test(DepthwiseConvTester(tester).output_gap(gap));
      Test(DepthwiseConvTester(tester).pixel_gap(gap).output_gap(gap + 1));
      Test(DepthwiseConvTester(tester).backward().pixel_gap(gap));
    }
    for (size_t misalignment = 1; misalignment < 20; ++misalignment) {
      Test(DepthwiseConvTester(tester).misalignment(misalignment));
    }
  }
}

TEST_P(DepthwiseConvTest, ZeroPointsAndClamps) {
  const int clamps[][2] = {{-128, 127}, {-128, -128}, {127, 127},
                           {-3, 90},    {5, 5},       {0, 127}};
  for (int input : {-128, -1, 0, 127}) {
    for (int output : {-128, 0, 1, 127}) {
      for (const auto& clamp : clamps) {
        Test(Typical()
                 .channels(descriptor().nr + 1)
                 .output_width(3)
                 .padded_rows()
                 .zero_point(input)
                 .output_zero_point(output)
                 .clamp(clamp[0], clamp[1]));
      }
    }
  }
}

TEST_P(DepthwiseConvTest, Shifts) {
  const DepthwiseConvTester tester =
      Typical().channels(2 * descriptor().nr).output_width(4);
  for (int shift = -15; shift <= 31; ++shift) {
    Test(DepthwiseConvTester(tester).shift_range(shift, shift));
    Test(DepthwiseConvTester(tester).shift_range(shift, shift).per_tensor());
    Test(
        DepthwiseConvTester(tester).shift_range(shift, shift).extreme_values());
  }
  const int ranges[][2] = {{-15, 31}, {-6, 2}, {-1, 0}, {0, 15}, {-15, -1}};
  for (const auto& range : ranges) {
    Test(DepthwiseConvTester(tester).shift_range(range[0], range[1]));
  }
}

TEST_P(DepthwiseConvTest, Multipliers) {
  for (int multiplier : {0, 1 << 14, (1 << 14) + 1, 32766, 32767}) {
    for (size_t channels : {size_t{1}, descriptor().nr + 3}) {
      const DepthwiseConvTester tester =
          Typical().channels(channels).output_width(5).multiplier(multiplier);
      Test(tester);
      Test(DepthwiseConvTester(tester).per_tensor().output_zero_point(-128));
      Test(DepthwiseConvTester(tester).shift_range(-15, 31));
    }
  }
}

// Accumulators end at the limits of int32; sums on the way there wrap.
TEST_P(DepthwiseConvTest, ExtremeBiases) {
  for (int zero_point : {-128, 0, 127}) {
    const DepthwiseConvTester tester = Typical()
                                           .channels(descriptor().nr + 2)
                                           .output_width(7)
                                           .zero_point(zero_point)
                                           .extreme_biases();
    Test(DepthwiseConvTester(tester).shift_range(15, 17));
    Test(DepthwiseConvTester(tester).shift_range(-15, 31));
    Test(DepthwiseConvTester(tester).shift_range(24, 31).extreme_values());
  }
}

// A large kernel with everything at its limits: products that meet in pairs
// must not saturate.
TEST_P(DepthwiseConvTest, ExtremeValues) {
  for (int zero_point : {-128, -1, 0, 127}) {
    for (size_t width : {1, 4, 9}) {
      Test(Typical()
               .channels(2 * descriptor().nr + 1)
               .output_width(width)
               .zero_point(zero_point)
               .shift_range(8, 12)
               .extreme_values());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, DepthwiseConvTest,
                         testing::ValuesIn(TestedDepthwiseConvs()),
                         NameOfTested());

}  // namespace
}  // namespace octet
