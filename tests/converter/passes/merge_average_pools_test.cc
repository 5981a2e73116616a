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

// Whether the merged window follows the picture's size, over {4, 5}.
WholeAxes MergedWhole(AveragePool2d first, WholeAxes first_whole,
                      AveragePool2d second, WholeAxes second_whole) {
  first.whole = first_whole;
  second.whole = second_whole;
  Graph graph;
  const ValueId x = AddInput(graph, "x", {2, 4, 5, 3});
  const ValueId a = Append(graph, "a", first, {x});
  graph.outputs = {Append(graph, "b", second, {a})};
  return TheOperator<AveragePool2d>(RunAndCheck(graph, MergeAveragePools))
      .whole;
}

TEST(MergeAveragePoolsTest, IsWholeWhereTheSourceSaysSo) {
  const WholeAxes both =
      MergedWhole(Pool(1, 5), {false, true}, Pool(4, 1), {true, true});
  EXPECT_TRUE(both.height && both.width);
  const WholeAxes first_fixed =
      MergedWhole(Pool(1, 5), {}, Pool(4, 1), {true, true});
  EXPECT_TRUE(first_fixed.height);
  EXPECT_FALSE(first_fixed.width);
  const WholeAxes second_fixed =
      MergedWhole(Pool(4, 1), {true, false}, Pool(1, 5), {});
  EXPECT_TRUE(second_fixed.height);
  EXPECT_FALSE(second_fixed.width);
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
