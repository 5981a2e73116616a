#include "converter/evaluate/choose_ranges.h"

#include <gtest/gtest.h>

#include "converter/evaluate/output_judge.h"
#include "converter/repair/repair_layers.h"
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
  // x and a from the second candidate, b from the first; the output's are
  // equal.
  EXPECT_EQ(chosen->groups_of_candidate, (std::vector<size_t>{2, 2}));
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
  size_t total = 0;
  const auto chosen = ChooseRanges(graph, {good, good}, kSamples, ReadSample,
                                   {.most_operations = 1.0},
                                   [&](size_t, size_t all) { total = all; });
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(total, 8u);  // the fewest
  EXPECT_EQ(chosen->groups_of_candidate, (std::vector<size_t>{4, 0}));
}

// With candidates that cut values, behind a repair.
class ChooseRepairedRangesTest : public testing::Test {
 protected:
  ChooseRepairedRangesTest() {
    Ranges cut = candidates_[0];
    for (const Node& node : graph_.nodes) {
      Range& range = cut[size_t(node.output)];
      range = {range.min * 0.8f, range.max * 0.8f};
    }
    candidates_.push_back(cut);
  }

  Result<LayerRepairs> Repair(const Ranges& ranges) const {
    return RepairLayers(graph_, ranges, {}, kSamples, ReadSample,
                        {.threads = 1});
  }

  double Judge(const Ranges& ranges, const LayerRepairs* repairs) const {
    OutputJudge judge(graph_, 1);
    EXPECT_TRUE(judge.ReadSamples(kSamples, kSamples, ReadSample).ok());
    const auto sqnr_db = judge.Try(ranges, {.repairs = repairs});
    EXPECT_TRUE(sqnr_db.ok());
    return *sqnr_db;
  }

  Result<ChosenRanges> Choose(const RepairFunction& repair) const {
    ChooseRangesOptions options;
    options.repair = repair;
    options.num_threads = 1;
    return ChooseRanges(graph_, candidates_, kSamples, ReadSample, options,
                        IgnoreProgress);
  }

  const Graph graph_ = MakeNetwork();
  std::vector<Ranges> candidates_ = {TrueRanges(graph_)};
};

TEST_F(ChooseRepairedRangesTest, IsJudgedBehindTheRepair) {
  const auto chosen =
      Choose([&](const Ranges& ranges) { return Repair(ranges); });
  ASSERT_TRUE(chosen.ok()) << chosen.status().message();
  const auto repaired = [&](const Ranges& ranges) {
    const auto repairs = Repair(ranges);
    EXPECT_TRUE(repairs.ok());
    return Judge(ranges, &*repairs);
  };
  EXPECT_EQ(chosen->sqnr_db, repaired(chosen->ranges));
  EXPECT_GE(chosen->sqnr_db, repaired(candidates_[0]));
  size_t groups = 0;
  for (size_t count : chosen->groups_of_candidate) groups += count;
  EXPECT_EQ(groups, 4u);
}

// A repair that spoils all ranges but the first candidate's: that is kept
// although others cost the outputs less.
TEST_F(ChooseRepairedRangesTest, WhatTheRepairSpoilsIsNotChosen) {
  std::swap(candidates_[0], candidates_[1]);
  const auto chosen = Choose([&](const Ranges& ranges) {
    auto repairs = Repair(ranges);
    if (repairs.ok() && ranges != candidates_[0]) {
      for (float& bias : repairs->at("c").bias) bias += 100.0f;
    }
    return repairs;
  });
  ASSERT_TRUE(chosen.ok()) << chosen.status().message();
  EXPECT_EQ(chosen->ranges, candidates_[0]);
  EXPECT_EQ(chosen->groups_of_candidate, (std::vector<size_t>{4, 0}));
  const auto unspoilt =
      Choose([&](const Ranges& ranges) { return Repair(ranges); });
  ASSERT_TRUE(unspoilt.ok());
  EXPECT_NE(unspoilt->ranges, candidates_[0]);
}

TEST_F(ChooseRepairedRangesTest, GoodAndSpoiltRepairs) {
  const Ranges& ranges = candidates_[0];
  auto repairs = Repair(ranges);
  ASSERT_TRUE(repairs.ok());
  ASSERT_GT(Judge(ranges, &*repairs), Judge(ranges, nullptr));
  const auto good =
      IsRepairWorthwhile(graph_, ranges, *repairs, kSamples, ReadSample, {});
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(*good);
  for (float& bias : repairs->at("b").bias) bias += 1.0f;
  const auto bad =
      IsRepairWorthwhile(graph_, ranges, *repairs, kSamples, ReadSample, {});
  ASSERT_TRUE(bad.ok());
  EXPECT_FALSE(*bad);
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
  const auto other = ChooseRanges(graph, {narrow, good}, kSamples, ReadSample,
                                  {}, IgnoreProgress);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->ranges, good);
}

}  // namespace
}  // namespace octet::converter
