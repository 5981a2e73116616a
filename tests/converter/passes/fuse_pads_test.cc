#include "converter/passes/fuse_pads.h"

#include "gtest/gtest.h"
#include "tests/converter/graphs.h"
#include "tests/converter/passes/pass_check.h"

namespace octet::converter {
namespace {

Pad MakePad(PadParams params, float value) {
  Pad pad;
  pad.params = params;
  pad.value = value;
  return pad;
}

constexpr PadParams kSpatial{{0, 1, 2, 0}, {0, 2, 1, 0}};

TEST(FusePadsTest, ZerosGoIntoConv) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 5, 3});
  const ValueId padded = Append(graph, "pad", MakePad(kSpatial, 0), {x});
  graph.outputs = {AppendConv(graph, "conv", padded, 4, 3, 1)};
  const Graph result = RunAndCheck(graph, FusePads);
  EXPECT_EQ(Operators(result), "Conv2d");
  EXPECT_EQ(TheOperator<Conv2d>(result).window.pad_left, 3);
}

TEST(FusePadsTest, OtherValuesAndChannelsStay) {
  const Pad pads[] = {MakePad(kSpatial, 1),
                      MakePad({{0, 1, 0, 1}, {0, 0, 0, 0}}, 0)};
  for (const Pad& pad : pads) {
    Graph graph;
    const ValueId x = AddInput(graph, "x", {1, 4, 5, 3});
    const ValueId padded = Append(graph, "pad", pad, {x});
    graph.outputs = {AppendConv(graph, "conv", padded, 4, 3, 1)};
    EXPECT_EQ(Operators(RunAndCheck(graph, FusePads)), "Pad Conv2d");
  }
}

TEST(FusePadsTest, SecondReaderKeepsThePadForItself) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 4, 5, 3});
  const ValueId padded = Append(graph, "pad", MakePad(kSpatial, 0), {x});
  graph.outputs = {AppendConv(graph, "conv", padded, 4, 3, 1), padded};
  EXPECT_EQ(Operators(RunAndCheck(graph, FusePads)), "Pad Conv2d");
}

Graph PadAndAverage(const AveragePool2d& pool, float value) {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 6, 7, 3});
  const ValueId padded = Append(graph, "pad", MakePad(kSpatial, value), {x});
  graph.outputs = {Append(graph, "pool", pool, {padded})};
  return graph;
}

// The window with the pads in it is that of one size.
TEST(FusePadsTest, WindowOfThePaddedPictureIsFixed) {
  AveragePool2d pool;
  pool.window.kernel_h = 6 + 3;
  pool.window.kernel_w = 7 + 3;
  pool.whole = {true, true};
  const Graph result = RunAndCheck(PadAndAverage(pool, 0), FusePads);
  EXPECT_EQ(Operators(result), "AveragePool2d");
  const AveragePool2d& fused = TheOperator<AveragePool2d>(result);
  EXPECT_TRUE(fused.count_include_pad);
  EXPECT_FALSE(fused.whole.height || fused.whole.width);
}

TEST(FusePadsTest, ZerosGoIntoAveragePoolAndCount) {
  AveragePool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 3;
  const Graph result = RunAndCheck(PadAndAverage(pool, 0), FusePads);
  EXPECT_EQ(Operators(result), "AveragePool2d");
  EXPECT_TRUE(TheOperator<AveragePool2d>(result).count_include_pad);
}

TEST(FusePadsTest, AveragePoolThatDoesNotCountItsPadsKeepsThePad) {
  AveragePool2d pool;
  pool.window.kernel_h = pool.window.kernel_w = 4;
  pool.window.pad_top = 1;
  EXPECT_EQ(Operators(RunAndCheck(PadAndAverage(pool, 0), FusePads)),
            "Pad AveragePool2d");
  pool.count_include_pad = true;
  EXPECT_EQ(Operators(RunAndCheck(PadAndAverage(pool, 0), FusePads)),
            "AveragePool2d");
  EXPECT_EQ(Operators(RunAndCheck(PadAndAverage(pool, 1), FusePads)),
            "Pad AveragePool2d");
}

// A window inside the padding alone cannot be expressed.
TEST(FusePadsTest, PadAsLargeAsTheKernelStays) {
  AveragePool2d pool;
  pool.window.kernel_h = 1;
  pool.window.kernel_w = 2;
  EXPECT_EQ(Operators(RunAndCheck(PadAndAverage(pool, 0), FusePads)),
            "Pad AveragePool2d");
}

TEST(FusePadsTest, MaxPoolNeedsValuesAboveThePad) {
  for (const bool has_relu : {false, true}) {
    Graph graph;
    ValueId x = AddInput(graph, "x", {1, 6, 7, 3});
    if (has_relu) x = Append(graph, "relu", Clamp{Bounds(0, 9)}, {x});
    const ValueId padded = Append(graph, "pad", MakePad(kSpatial, 0), {x});
    MaxPool2d pool;
    pool.window.kernel_h = pool.window.kernel_w = 3;
    graph.outputs = {Append(graph, "pool", pool, {padded})};
    EXPECT_EQ(Operators(RunAndCheck(graph, FusePads)),
              has_relu ? "Clamp MaxPool2d" : "Pad MaxPool2d");
  }
}

}  // namespace
}  // namespace octet::converter
