#include "converter/evaluate/choose_ranges.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

// Three convolutions in a row and an average over each channel.
Graph MakeNetwork() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  const ValueId a = AppendConv(graph, "a", x, 8, 3, 1, 1, {0.0f, 1e30f});
  const ValueId b = AppendConv(graph, "b", a, 8, 3, 2, 1, {0.0f, 1e30f});
  graph.outputs = {AppendConv(graph, "c", b, 10, 3, 3)};
  return graph;
}

Result<std::vector<std::vector<float>>> ReadSample(size_t index) {
  return std::vector<std::vector<float>>{
      RandomFloats(8 * 8 * 3, 1.0f, 100 + index)};
}

constexpr size_t kSamples = 12;

void IgnoreProgress(size_t, size_t) {}

Ranges TrueRanges(const Graph& graph) {
  const auto ranges = Calibrate(graph, kSamples, ReadSample, {});
  EXPECT_TRUE(ranges.ok());
  return *ranges;
}

Ranges Widened(Ranges ranges, const std::vector<ValueId>& ids) {
  for (ValueId id : ids) {
    Range& range = ranges[size_t(id)];
    range = {range.min * 30.0f, range.max * 30.0f};
  }
  return ranges;
}

TEST(ChooseRangesTest, TakesTheGoodRangesOfEachCandidate) {
  const Graph graph = MakeNetwork();
  const ValueId x = graph.inputs[0];
  const ValueId a = graph.nodes[0].output;
  const ValueId b = graph.nodes[1].output;
  const Ranges good = TrueRanges(graph);
  const std::vector<Ranges> candidates = {Widened(good, {x, a}),
                                          Widened(good, {b})};
  const auto chosen =
      ChooseRanges(graph, candidates, kSamples, ReadSample, {}, IgnoreProgress);
  ASSERT_TRUE(chosen.ok()) << chosen.status().message();
  EXPECT_EQ(chosen->ranges, good);
  // Three from the second candidate, b from the first; the output's are equal.
  EXPECT_EQ(chosen->groups_of_candidate, (std::vector<size_t>{1, 3}));
  EXPECT_GT(chosen->sqnr_db, 25.0);

  for (const int threads : {1, 3}) {
    const auto again = ChooseRanges(graph, candidates, kSamples, ReadSample,
                                    {.num_threads = threads}, IgnoreProgress);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->ranges, chosen->ranges);
    EXPECT_EQ(again->sqnr_db, chosen->sqnr_db);
  }
}

TEST(ChooseRangesTest, WorkIsBounded) {
  const Graph graph = MakeNetwork();
  const Ranges good = TrueRanges(graph);
  const std::vector<Ranges> candidates = {
      Widened(good, {graph.nodes[0].output}),
      Widened(good, {graph.inputs[0], graph.nodes[1].output})};
  size_t total = 0;
  const auto chosen = ChooseRanges(graph, candidates, kSamples, ReadSample,
                                   {.most_operations = 1.0},
                                   [&](size_t, size_t all) { total = all; });
  ASSERT_TRUE(chosen.ok());
  // The better of the two, and no search.
  EXPECT_EQ(total, 2u);
  EXPECT_TRUE(chosen->ranges == candidates[0] ||
              chosen->ranges == candidates[1]);
}

TEST(ChooseRangesTest, ErrorsOfTheReaderAndTheQuantizer) {
  const Graph graph = MakeNetwork();
  const Ranges good = TrueRanges(graph);
  const auto unreadable = ChooseRanges(
      graph, {good}, kSamples,
      [](size_t) -> Result<std::vector<std::vector<float>>> {
        return IoError("cat.jpg: gone");
      },
      {}, IgnoreProgress);
  ASSERT_FALSE(unreadable.ok());
  EXPECT_NE(unreadable.status().message().find("cat.jpg"), std::string::npos);
  // An output range far too narrow for the sums that make it.
  Ranges narrow = good;
  narrow[size_t(graph.outputs[0])] = {-1e-9f, 1e-9f};
  EXPECT_FALSE(
      ChooseRanges(graph, {narrow}, kSamples, ReadSample, {}, IgnoreProgress)
          .ok());
  EXPECT_TRUE(ChooseRanges(graph, {narrow, good}, kSamples, ReadSample, {},
                           IgnoreProgress)
                  .ok());
}

}  // namespace
}  // namespace octet::converter
