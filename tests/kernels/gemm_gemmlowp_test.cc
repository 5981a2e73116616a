// gemmlowp's GEMM as an oracle that is not ours: the accumulators of every gemm
// kernel are those of gemmlowp, to the last bit.
//
// A kernel shows its accumulators through requantization alone, so that is made
// the identity on -128 ... 127 (multiplier 2^14, shift -7), and the bias of
// each channel cancels gemmlowp's accumulator but for a small known value.

#include <gtest/gtest.h>
#include <public/gemmlowp.h>

#include <tuple>
#include <vector>

#include "tests/kernels/gemm_tester.h"
#include "tests/kernels/tested_kernels.h"
#include "tests/test_seed.h"

namespace octet {
namespace {

class GemmGemmlowpTest
    : public testing::TestWithParam<Tested<const GemmKernel*>> {};

// [m][n] for lhs [m][k] and rhs [n][k], both biased by 128 to be unsigned.
std::vector<int32_t> GemmlowpAccumulators(const std::vector<uint8_t>& lhs,
                                          const std::vector<uint8_t>& rhs,
                                          int m, int n, int k, int zero_point) {
  using gemmlowp::MapOrder;
  const gemmlowp::MatrixMap<const uint8_t, MapOrder::RowMajor> left(lhs.data(),
                                                                    m, k, k);
  const gemmlowp::MatrixMap<const uint8_t, MapOrder::ColMajor> right(rhs.data(),
                                                                     k, n, k);
  std::vector<int32_t> result(static_cast<size_t>(m) * static_cast<size_t>(n));
  gemmlowp::MatrixMap<int32_t, MapOrder::RowMajor> map(result.data(), m, n, n);
  gemmlowp::GemmContext context;
  context.set_max_num_threads(1);
  gemmlowp::GemmWithOutputPipeline<uint8_t, int32_t,
                                   gemmlowp::DefaultL8R8BitDepthParams>(
      &context, left, right, &map, -(zero_point + 128), -128,
      std::make_tuple());
  return result;
}

void Compare(const Tested<const GemmKernel*>& tested, int m, int n, int k,
             int zero_point) {
  Random random(TestSeed());
  std::vector<uint8_t> lhs, rhs;
  for (int i = 0; i < m * k; ++i) {
    lhs.push_back(static_cast<uint8_t>(random.Between(0, 255)));
  }
  reference::WeightedLayer layer;
  layer.weights.shape = Shape{n, k};
  for (int i = 0; i < n * k; ++i) {
    const int64_t weight = random.Between(-127, 127);
    layer.weights.data.push_back(static_cast<int8_t>(weight));
    rhs.push_back(static_cast<uint8_t>(weight + 128));
  }
  layer.requantization = {{1 << 14}, {-7}};
  layer.input_zero_point = zero_point;
  const std::vector<int32_t> accumulators =
      GemmlowpAccumulators(lhs, rhs, m, n, k, zero_point);

  std::vector<uint8_t> pixel(static_cast<size_t>(k + kOverreadBytes));
  std::vector<uint8_t> output(static_cast<size_t>(n));
  for (int i = 0; i < m; ++i) {
    layer.bias.clear();
    for (int c = 0; c < n; ++c) {
      const int32_t shown = (i * 31 + c * 7) % 256 - 128;
      layer.bias.push_back(shown -
                           accumulators[static_cast<size_t>(i * n + c)]);
    }
    for (int j = 0; j < k; ++j) {
      const int q = lhs[static_cast<size_t>(i * k + j)] - 128;
      pixel[static_cast<size_t>(j)] =
          static_cast<uint8_t>(q) ^ FormMask(tested.form);
    }
    CallGemm(
        *tested.kernel, tested.form, layer,
        {1, static_cast<size_t>(k), {{pixel.data(), k}}, output.data(), n});
    for (int c = 0; c < n; ++c) {
      const uint8_t byte =
          output[static_cast<size_t>(c)] ^ FormMask(tested.form);
      ASSERT_EQ(static_cast<int8_t>(byte), (i * 31 + c * 7) % 256 - 128)
          << "pixel " << i << ", channel " << c << "; " << ReplayHint();
    }
  }
}

TEST_P(GemmGemmlowpTest, SameAccumulators) {
  for (int zero_point : {-128, -7, 0, 127}) {
    Compare(GetParam(), 5, 19, 37, zero_point);
    Compare(GetParam(), 3, 33, 512, zero_point);
    Compare(GetParam(), 2, 7, 4609, zero_point);
  }
}

INSTANTIATE_TEST_SUITE_P(Tables, GemmGemmlowpTest,
                         testing::ValuesIn(TestedGemms()), NameOfTested());

}  // namespace
}  // namespace octet
