#include "converter/evaluate/choose_float_nodes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

using Names = std::vector<std::string>;

constexpr size_t kSamples = 6;

Result<std::vector<std::vector<float>>> ReadSample(size_t index) {
  return std::vector<std::vector<float>>{
      RandomFloats(8 * 8 * 3, 1.0f, 100 + index)};
}

// x -> a -> b -> c -> d, of which the channels of `b` differ by a factor of 400
// that c's weights make up for: a scale for all of them suits none.
Graph MakeNetwork() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  const ValueId a = AppendConv(graph, "a", x, 8, 3, 1);
  const ValueId b = AppendConv(graph, "b", a, 8, 1, 2);
  const ValueId c = AppendConv(graph, "c", b, 8, 1, 3);
  graph.outputs = {AppendConv(graph, "d", c, 10, 3, 4)};
  const Node& wide = graph.nodes[1];
  const Node& reader = graph.nodes[2];
  std::vector<float> rows = *graph.value(wide.inputs[1]).data;
  std::vector<float> columns = *graph.value(reader.inputs[1]).data;
  std::vector<float> bias = *graph.value(wide.inputs[2]).data;
  for (size_t i = 0; i < 8; ++i) {
    rows[i] *= 400.0f;         // the weights of b's channel 0
    columns[i * 8] /= 400.0f;  // what reads it
  }
  bias[0] *= 400.0f;
  graph.nodes[1].inputs[1] =
      graph.AddConstant("rows", graph.value(wide.inputs[1]).shape, rows);
  graph.nodes[1].inputs[2] =
      graph.AddConstant("bias", graph.value(wide.inputs[2]).shape, bias);
  graph.nodes[2].inputs[1] = graph.AddConstant(
      "columns", graph.value(reader.inputs[1]).shape, columns);
  return graph;
}

Result<FloatNodes> Choose(const Graph& graph, double min_sqnr_db,
                          int threads = 1) {
  const auto ranges = Calibrate(graph, kSamples, ReadSample, {});
  EXPECT_TRUE(ranges.ok());
  ChooseFloatNodesOptions options;
  options.quantize.precision.float_outputs = true;
  options.min_sqnr_db = min_sqnr_db;
  options.num_threads = threads;
  return ChooseFloatNodes(graph, *ranges, kSamples, ReadSample, options,
                          [](size_t, size_t) {});
}

TEST(ChooseFloatNodesTest, WhatTouchesTheCostliestActivations) {
  const Graph graph = MakeNetwork();
  const auto none = Choose(graph, 0.1);
  ASSERT_TRUE(none.ok()) << none.status().message();
  EXPECT_EQ(none->names, Names());
  EXPECT_EQ(none->sqnr_db, none->int8_db);
  EXPECT_LT(none->int8_db, 20.0);

  const auto chosen = Choose(graph, 28.0);
  ASSERT_TRUE(chosen.ok()) << chosen.status().message();
  EXPECT_EQ(chosen->names, (Names{"b", "c"}));
  EXPECT_GE(chosen->sqnr_db, 28.0);
  EXPECT_EQ(chosen->int8_db, none->int8_db);

  const auto again = Choose(graph, 28.0, /*threads=*/3);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->names, chosen->names);
  EXPECT_EQ(again->sqnr_db, chosen->sqnr_db);
}

TEST(ChooseFloatNodesTest, SaysWhatCanBeReached) {
  const auto chosen = Choose(MakeNetwork(), 90.0);
  ASSERT_FALSE(chosen.ok());
  const std::string message = chosen.status().message();
  EXPECT_NE(message.find("not 90.0"), std::string::npos) << message;
  EXPECT_NE(message.find("costliest of 4 groups"), std::string::npos)
      << message;
}

TEST(ChooseFloatNodesTest, AnErrorOfTheReaderNamesTheSample) {
  const Graph graph = MakeNetwork();
  const auto ranges = Calibrate(graph, kSamples, ReadSample, {});
  ASSERT_TRUE(ranges.ok());
  const auto chosen = ChooseFloatNodes(
      graph, *ranges, kSamples,
      [](size_t) -> Result<std::vector<std::vector<float>>> {
        return InvalidArgument("torn");
      },
      {.min_sqnr_db = 20.0}, [](size_t, size_t) {});
  ASSERT_FALSE(chosen.ok());
  EXPECT_NE(chosen.status().message().find("calibration sample 0: torn"),
            std::string::npos)
      << chosen.status().message();
}

}  // namespace
}  // namespace octet::converter
