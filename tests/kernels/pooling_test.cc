// Every pooling function of every table against the reference.

#include <gtest/gtest.h>

#include "tests/kernels/pooling_tester.h"
#include "tests/kernels/tested_kernels.h"

namespace octet {
namespace {

// Around the widths of vectors and of blocks of channels.
constexpr size_t kChannels[] = {1,  2,  3,  7,  8,  9,  15, 16,  17,  31,
                                32, 33, 47, 63, 64, 65, 96, 127, 128, 130};

class PoolingTest : public testing::TestWithParam<Tested<PoolFunction>> {
 protected:
  OutputStatistics statistics_;
};

class MaxPoolTest : public PoolingTest {
 protected:
  void Test(const PoolingTester& tester) {
    tester.TestMax(GetParam().kernel, GetParam().form, &statistics_);
  }
};

class AveragePoolTest : public PoolingTest {
 protected:
  void Test(const PoolingTester& tester) {
    tester.TestAverage(GetParam().kernel, GetParam().form, &statistics_);
  }
};

// Runs `test` on the cases that both kinds get.
template <typename Test>
void ForEachShape(Test test) {
  for (size_t channels : kChannels) {
    for (size_t h = 1; h <= 3; ++h) {
      for (size_t w = 1; w <= 3; ++w) {
        test(PoolingTester().channels(channels).window(h, w).output_width(3));
      }
    }
  }
  for (size_t width = 1; width <= 9; ++width) {
    for (size_t step = 1; step <= 4; ++step) {
      const PoolingTester tester =
          PoolingTester().channels(5).output_width(width).step(step);
      test(PoolingTester(tester).window(2, 3).dilation(2));
      test(PoolingTester(tester).window(3, 2).gap(step));
      test(PoolingTester(tester).window(3, 3).backward());
    }
  }
  for (size_t misalignment = 1; misalignment < 20; ++misalignment) {
    test(PoolingTester().channels(33).window(2, 2).output_width(2).misalignment(
        misalignment));
  }
  for (size_t size : {7, 8, 13}) {
    test(PoolingTester().channels(19).window(size, size));
    test(PoolingTester().channels(64).window(1, size * size));
  }
}

TEST_P(MaxPoolTest, Shapes) {
  // The largest of four cells is seldom at a limit; of hundreds it is.
  ForEachShape([this](const PoolingTester& tester) { Test(tester); });
  OutputStatistics few;
  PoolingTester().channels(4000).window(1, 3).TestMax(GetParam().kernel,
                                                      GetParam().form, &few);
  few.ExpectWorthComparing();
}

TEST_P(MaxPoolTest, SingleValuesAndClamps) {
  const int clamps[][2] = {{-128, 127}, {-128, -128}, {127, 127}, {-3, 90}};
  for (const auto& clamp : clamps) {
    for (int q : {-128, -127, -1, 0, 1, 127}) {
      Test(PoolingTester().channels(37).window(2, 2).value(q).clamp(clamp[0],
                                                                    clamp[1]));
    }
    Test(PoolingTester().channels(70).window(2, 1).clamp(clamp[0], clamp[1]));
  }
}

TEST_P(AveragePoolTest, Shapes) {
  ForEachShape([this](const PoolingTester& tester) { Test(tester); });
  statistics_.ExpectWorthComparing();
}

TEST_P(AveragePoolTest, ZeroPointsAndClamps) {
  const int clamps[][2] = {{-128, 127}, {-128, -128}, {127, 127}, {-3, 90}};
  for (int input : {-128, -1, 0, 127}) {
    for (int output : {-128, 0, 127}) {
      for (const auto& clamp : clamps) {
        Test(PoolingTester()
                 .channels(35)
                 .window(3, 3)
                 .zero_point(input)
                 .output_zero_point(output)
                 .clamp(clamp[0], clamp[1]));
      }
    }
  }
}

TEST_P(AveragePoolTest, MultipliersAndShifts) {
  for (int shift = -15; shift <= 31; ++shift) {
    for (int multiplier : {0, 1 << 14, 20011, 32767}) {
      Test(PoolingTester().channels(33).window(2, 2).shift(shift).multiplier(
          multiplier));
    }
  }
}

// The most cells that an average may have, all of them at a limit.
TEST_P(AveragePoolTest, LargestWindow) {
  const size_t side = 2048;
  ASSERT_EQ(static_cast<int64_t>(side * side), kMaxAverageCount);
  for (int q : {-128, 127}) {
    Test(PoolingTester()
             .channels(1)
             .window(side, side)
             .single_cell()
             .value(q)
             .zero_point(-1 - q)
             .output_zero_point(-3));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Tables, MaxPoolTest,
    testing::ValuesIn(TestedFunctions(&KernelTable::max_pool)), NameOfTested());
INSTANTIATE_TEST_SUITE_P(
    Tables, AveragePoolTest,
    testing::ValuesIn(TestedFunctions(&KernelTable::average_pool)),
    NameOfTested());

}  // namespace
}  // namespace octet
