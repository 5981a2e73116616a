#include "converter/passes/merge_average_pools.h"

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

AveragePool2d Pool(int32_t kernel_h, int32_t kernel_w) {
  AveragePool2d pool;
  pool.window.kernel_h = kernel_h;
  pool.window.kernel_w = kernel_w;
  return pool;
}

std::string Merged(const AveragePool2d& first, const AveragePool2d& second) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 4, 5, 3});
  const ValueId a = Append(graph, "a", first, {x});
  graph.outputs = {Append(graph, "b", second, {a})};
  return Operators(RunAndCheck(graph, MergeAveragePools));
}

TEST(MergeAveragePoolsTest, RowsThenColumns) {
  EXPECT_EQ(Merged(Pool(1, 5), Pool(4, 1)), "AveragePool2d");
  EXPECT_EQ(Merged(Pool(4, 1), Pool(1, 5)), "AveragePool2d");
}

TEST(MergeAveragePoolsTest, OverlappingWindowsWeighUnequally) {
  EXPECT_EQ(Merged(Pool(2, 2), Pool(3, 4)), "AveragePool2d AveragePool2d");
}

TEST(MergeAveragePoolsTest, WindowsThatSkipRowsStay) {
  AveragePool2d skipping = Pool(1, 5);
  skipping.window.stride_h = 2;
  EXPECT_EQ(Merged(skipping, Pool(2, 1)), "AveragePool2d AveragePool2d");
}

TEST(MergeAveragePoolsTest, ClampBetweenStays) {
  AveragePool2d clamped = Pool(1, 5);
  clamped.clamp = Bounds(-0.1f, 0.1f);
  EXPECT_EQ(Merged(clamped, Pool(4, 1)), "AveragePool2d AveragePool2d");
}

}  // namespace
}  // namespace octet::converter
