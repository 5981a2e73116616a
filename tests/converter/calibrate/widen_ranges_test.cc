#include "converter/calibrate/widen_ranges.h"

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

TEST(WidenRangesTest, GrowsWithTheDepthWithinClampsAndLeavesInputsAlone) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 2});
  const ValueId plain = AppendConv(graph, "plain", x, 2, 1, 1);
  const ValueId relu6 = AppendConv(graph, "relu6", plain, 2, 1, 2, 1, {0, 6});
  const ValueId relu = AppendConv(graph, "relu", relu6, 2, 1, 3, 1, {0, 1e30f});
  graph.outputs = {relu};
  Ranges ranges(graph.values.size());
  ranges[size_t(x)] = {-1, 1};
  ranges[size_t(plain)] = {-2, 3};
  ranges[size_t(relu6)] = {0, 5};
  ranges[size_t(relu)] = {0, 8};
  WidenRanges(graph, 2.5f, ranges);
  EXPECT_EQ(ranges[size_t(x)], (Range{-1, 1}));
  EXPECT_EQ(ranges[size_t(plain)], (Range{-3, 4.5f}));  // 1.5
  EXPECT_EQ(ranges[size_t(relu6)], (Range{0, 6}));      // 2, but for the clamp
  EXPECT_EQ(ranges[size_t(relu)], (Range{0, 20}));      // 2.5
}

TEST(WidenRangesTest, NeverNarrowsARangeThatReachesBeyondItsClamp) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 4, 2});
  graph.outputs = {AppendConv(graph, "a", x, 2, 1, 1, 1, {0, 6})};
  Ranges ranges(graph.values.size());
  ranges[size_t(graph.outputs[0])] = {-0.001f, 6.001f};
  WidenRanges(graph, 2.0f, ranges);
  EXPECT_EQ(ranges[size_t(graph.outputs[0])], (Range{-0.001f, 6.001f}));
}

}  // namespace
}  // namespace octet::converter
