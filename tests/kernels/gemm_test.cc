// Every gemm kernel of every table against the reference, over shapes that
// break kernels: every remainder of pixels and channels, depths around block
// sizes and at the bound of the accumulator, strides of all kinds.

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/kernels/gemm_tester.h"
#include "tests/kernels/tested_kernels.h"

namespace octet {
namespace {

class GemmTest : public testing::TestWithParam<Tested<const GemmKernel*>> {
 protected:
  const GemmDescriptor& descriptor() const {
    return GetParam().kernel->descriptor;
  }
  void Test(const GemmTester& tester) {
    tester.Test(*GetParam().kernel, GetParam().form, &statistics_);
  }

  OutputStatistics statistics_;
};

TEST_P(GemmTest, EveryRemainder) {
  for (size_t m = 1; m <= descriptor().mr; ++m) {
    for (size_t n = 1; n <= 2 * descriptor().nr + 1; ++n) {
      for (size_t k = 1; k <= descriptor().kr + 1; ++k) {
        Test(GemmTester().m(m).n(n).k(k));
      }
    }
  }
  statistics_.ExpectWorthComparing();
}

// Kernels that walk the tiles of a call themselves.
TEST_P(GemmTest, ManyTilesACall) {
  const size_t mr = descriptor().mr;
  const size_t most = MaxPixelsOfCall(descriptor());
  if (most == mr) return;
  const size_t nr = descriptor().nr;
  for (size_t m : {mr + 1, 2 * mr - 1, 2 * mr, 3 * mr + 2, most - 1, most}) {
    for (size_t n = 1; n <= nr + 1; n += n < 5 ? 1 : 6) {
      for (size_t k : {3, 64, 300}) {
        Test(GemmTester().m(m).n(n).k(k).output_gap(m % 3));
      }
    }
    Test(GemmTester().m(m).n(nr + 17).k(9).num_runs(3).pixel_stride(6));
    Test(GemmTester().m(m).n(nr).k(19).num_runs(6).mixed_strides());
  }
  statistics_.ExpectWorthComparing();
}

// Kernels that bring activations into shape for one panel and leave them there
// for the others: every number of pixels, and of steps of k.
TEST_P(GemmTest, PanelsShareActivations) {
  const size_t mr = descriptor().mr;
  const size_t most = std::min(2 * mr + 1, MaxPixelsOfCall(descriptor()));
  for (size_t m = 1; m <= most; ++m) {
    for (size_t k : {5, 8, 12, 16, 24, 31, 40, 64, 77}) {
      const GemmTester tester =
          GemmTester().m(m).n(2 * descriptor().nr + 1).k(k);
      Test(tester);
      Test(GemmTester(tester).num_runs(3).mixed_strides());
    }
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(GemmTest, Depths) {
  const size_t nr = descriptor().nr;
  for (size_t k = 1; k <= 40; ++k) {
    Test(GemmTester().m(descriptor().mr).n(nr).k(k));
  }
  for (size_t k : {47, 61, 63, 64, 65, 97, 127, 128, 129, 255, 256, 257, 509}) {
    Test(GemmTester().m(descriptor().mr).n(nr + 1).k(k));
    Test(GemmTester().m(1).n(2 * nr - 1).k(k).zero_point(127));
  }
  for (size_t k : {1023, 1024, 1025, 2053, 4608}) {
    Test(GemmTester().m(descriptor().mr).n(nr).k(k).zero_point(-128));
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(GemmTest, Runs) {
  for (size_t num_runs : {2, 3, 5, 9}) {
    for (size_t k : {1, 2, 3, 4, 5, 7, 9, 16, 24, 27, 33}) {
      for (size_t m : {size_t{1}, descriptor().mr}) {
        Test(GemmTester().m(m).n(descriptor().nr + 3).k(k).num_runs(num_runs));
      }
    }
  }
  Test(GemmTester().m(descriptor().mr).n(3).k(1).num_runs(49));
  statistics_.ExpectWorthComparing();
}

TEST_P(GemmTest, PixelStrides) {
  for (size_t m = 1; m <= descriptor().mr; ++m) {
    for (size_t k : {3, 16, 35}) {
      for (ptrdiff_t stride : {0, 1, 3, 16, 37, 101, -1, -35, -64}) {
        Test(GemmTester().m(m).n(descriptor().nr).k(k).pixel_stride(stride));
      }
    }
    for (int zero_point : {-128, 0, 127}) {
      Test(GemmTester().m(m).n(5).k(19).num_runs(6).mixed_strides().zero_point(
          zero_point));
    }
  }
}

TEST_P(GemmTest, Unaligned) {
  for (size_t misalignment = 1; misalignment < 20; ++misalignment) {
    for (size_t n : {descriptor().nr - 1, 2 * descriptor().nr}) {
      Test(GemmTester()
               .m(descriptor().mr)
               .n(n)
               .k(37)
               .misalignment(misalignment)
               .output_gap(misalignment % 7));
    }
  }
}

TEST_P(GemmTest, OutputStrides) {
  for (size_t gap : {1, 2, 15, 16, 100}) {
    for (size_t n = 1; n <= descriptor().nr + 1; ++n) {
      Test(GemmTester().m(descriptor().mr).n(n).k(8).output_gap(gap));
    }
  }
}

TEST_P(GemmTest, ZeroPointsAndClamps) {
  const int clamps[][2] = {{-128, 127}, {-128, -128}, {127, 127},
                           {-3, 90},    {5, 5},       {0, 127}};
  for (int input : {-128, -1, 0, 1, 127}) {
    for (int output : {-128, -1, 0, 1, 127}) {
      for (const auto& clamp : clamps) {
        Test(GemmTester()
                 .m(descriptor().mr)
                 .n(descriptor().nr + 1)
                 .k(21)
                 .zero_point(input)
                 .output_zero_point(output)
                 .clamp(clamp[0], clamp[1]));
      }
    }
  }
}

TEST_P(GemmTest, Shifts) {
  const size_t n = 2 * descriptor().nr + 1;
  for (int shift = -15; shift <= 31; ++shift) {
    for (size_t k : {1, 18}) {
      const GemmTester tester = GemmTester().m(descriptor().mr).n(n).k(k);
      Test(GemmTester(tester).shift_range(shift, shift));
      Test(GemmTester(tester).shift_range(shift, shift).per_tensor());
      Test(GemmTester(tester).shift_range(shift, shift).extreme_values());
    }
  }
  const int ranges[][2] = {{-15, 31}, {-6, 2}, {-1, 0}, {0, 15}, {-15, -1}};
  for (const auto& range : ranges) {
    for (size_t k : {1, 5, 64}) {
      Test(GemmTester()
               .m(descriptor().mr)
               .n(n)
               .k(k)
               .shift_range(range[0], range[1]));
    }
  }
}

TEST_P(GemmTest, Multipliers) {
  for (int multiplier : {0, 1 << 14, (1 << 14) + 1, 32766, 32767}) {
    for (size_t n : {size_t{1}, descriptor().nr, 2 * descriptor().nr - 1}) {
      const GemmTester tester =
          GemmTester().m(descriptor().mr).n(n).k(30).multiplier(multiplier);
      Test(tester);
      Test(GemmTester(tester).per_tensor().output_zero_point(-128));
      Test(GemmTester(tester).shift_range(-15, 31).output_zero_point(127));
    }
  }
}

// Accumulators end at the limits of int32; sums on the way there wrap.
TEST_P(GemmTest, ExtremeBiases) {
  for (int zero_point : {-128, 0, 127}) {
    for (size_t k : {1, 2, 31, 300}) {
      const GemmTester tester = GemmTester()
                                    .m(descriptor().mr)
                                    .n(descriptor().nr + 2)
                                    .k(k)
                                    .zero_point(zero_point)
                                    .extreme_biases();
      Test(GemmTester(tester).shift_range(15, 17));
      Test(GemmTester(tester).shift_range(-15, 31));
      Test(GemmTester(tester).shift_range(24, 31).extreme_values());
    }
  }
}

// K = 66,000 with weights of +-127: |accumulator| reaches 2,137 million of the
// 2,147 million that int32 holds.
TEST_P(GemmTest, BoundOfTheAccumulator) {
  for (int zero_point : {-128, 127}) {
    const GemmTester tester = GemmTester()
                                  .m(std::min<size_t>(2, descriptor().mr))
                                  .n(3)
                                  .zero_point(zero_point)
                                  .extreme_values();
    Test(GemmTester(tester).k(66000).shift_range(16, 18));
    Test(GemmTester(tester).k(66000).shift_range(15, 25).extreme_biases());
    Test(GemmTester(tester).k(7333).num_runs(9).shift_range(16, 18));
  }
}

TEST_P(GemmTest, ResidualOfEveryRemainder) {
  const size_t mr = descriptor().mr;
  for (size_t m = 1; m <= mr; ++m) {
    for (size_t n = 1; n <= 2 * descriptor().nr + 1; ++n) {
      const GemmTester tester = GemmTester().m(m).n(n).k(5).residual(
          6, 9000, static_cast<int>(n % 200) - 20);
      Test(GemmTester(tester).residual_gap(n % 3).output_gap(m % 2));
      Test(GemmTester(tester).in_place().output_gap(n % 2));
    }
  }
  const size_t most = MaxPixelsOfCall(descriptor());
  for (size_t m : {std::min(mr + 1, most), most}) {
    for (size_t n : {1, 9, 16, 17, 31, 33, 40, 48, 49, 64, 65, 130}) {
      const GemmTester tester =
          GemmTester().m(m).n(n).k(n > 50 ? 300 : 20).residual(5, 12000, 3);
      Test(GemmTester(tester).misalignment(n % 5).residual_gap(n % 4));
      Test(GemmTester(tester).in_place());
    }
  }
  statistics_.ExpectWorthComparing();
}

TEST_P(GemmTest, ResidualNumbers) {
  const GemmTester base =
      GemmTester().m(descriptor().mr).n(descriptor().nr + 3).k(19);
  const int clamps[][2] = {{-128, 127}, {-3, 90}, {0, 127}};
  for (int fraction_bits = 0; fraction_bits <= 6; ++fraction_bits) {
    for (int multiplier : {0, 1, 200, 1 << 14, 32767}) {
      for (int zero_point : {-128, -1, 0, 1, 127}) {
        for (int output : {-128, 0, 127}) {
          GemmTester tester = base;
          tester.residual(fraction_bits, multiplier, zero_point)
              .output_zero_point(output);
          Test(tester);
          const auto& clamp = clamps[fraction_bits % 3];
          Test(tester.clamp(clamp[0], clamp[1]).extreme_biases());
        }
      }
    }
  }
}

TEST_P(GemmTest, ResidualAndShifts) {
  const int ranges[][2] = {{-15, 31}, {-6, 2}, {-15, -1}, {-1, 0}, {0, 15}};
  for (const auto& range : ranges) {
    for (int fraction_bits : {0, 3, 6}) {
      const GemmTester tester = GemmTester()
                                    .m(descriptor().mr)
                                    .n(2 * descriptor().nr + 1)
                                    .k(18)
                                    .shift_range(range[0], range[1])
                                    .residual(fraction_bits, 12000, -7);
      Test(tester);
      Test(GemmTester(tester).extreme_values().in_place());
      Test(GemmTester(tester).extreme_biases().multiplier(32767));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, GemmTest, testing::ValuesIn(TestedGemms()),
                         NameOfTested());

}  // namespace
}  // namespace octet
