#include "bench/kernel_rates.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace octet::bench {
namespace {

LayerShape Layer(const std::string& name, LayerKind kind, size_t c,
                 size_t kernel, size_t stride, size_t count) {
  return {"net", name, kind, 8, 8, c, 16, kernel, stride, count};
}

TEST(KindOfTest, LayersThatAreAlike) {
  EXPECT_EQ(KindOf(Layer("a", LayerKind::kConv, 3, 7, 2, 1)),
            "first convolution");
  EXPECT_EQ(KindOf(Layer("a", LayerKind::kConv, 16, 1, 1, 1)), "1x1");
  EXPECT_EQ(KindOf(Layer("a", LayerKind::kConv, 16, 3, 2, 1)), "3x3 stride 2");
  EXPECT_EQ(KindOf(Layer("a", LayerKind::kDepthwise, 16, 3, 1, 1)),
            "depthwise 3x3");
  EXPECT_EQ(KindOf(Layer("a", LayerKind::kFullyConnected, 16, 1, 1, 1)),
            "fully connected");
}

KernelRates TwoLayers() {
  KernelRates rates;
  // 64 * 16 * 16 = 16384 multiply-accumulates each time.
  rates.Add({"avx2", Layer("a", LayerKind::kConv, 16, 1, 1, 3), "avx2 gemm",
             16384e-9 / 50, 0.5});
  rates.Add({"avx2", Layer("b", LayerKind::kConv, 16, 1, 1, 1), "avx2 gemm",
             16384e-9 / 25, 0.25});
  return rates;
}

TEST(KernelRatesTest, SumsAreWeightedByWork) {
  const auto sums = TwoLayers().Sums();
  ASSERT_EQ(sums.size(), 2u);
  // Four layers in the time of 3 + 2.
  EXPECT_NEAR(sums.at("avx2/net").gmacs(), 40, 1e-6);
  EXPECT_NEAR(sums.at("avx2/net, 1x1").gmacs(), 40, 1e-6);
  // A peak of 100 for all of them.
  EXPECT_NEAR(sums.at("avx2/net").peak_share(), 0.4, 1e-9);
}

TEST(KernelRatesTest, Json) {
  const auto rows = nlohmann::json::parse(TwoLayers().ToJson());
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0]["layer"], "net/a");
  EXPECT_EQ(rows[0]["isa"], "avx2");
  EXPECT_NEAR(rows[0]["gmacs"].get<double>(), 50, 1e-6);
  EXPECT_NEAR(rows[0]["peak_share"].get<double>(), 0.5, 1e-9);
  EXPECT_EQ(rows[2]["layer"], "net");
  EXPECT_EQ(rows[3]["layer"], "net, 1x1");
}

}  // namespace
}  // namespace octet::bench
