#include "converter/evaluate/choose_repaired_ranges.h"

#include <gtest/gtest.h>

#include "converter/evaluate/output_judge.h"
#include "converter/repair/repair_layers.h"
#include "tests/converter/graphs.h"

namespace octet::converter {
namespace {

constexpr size_t kSamples = 16;
constexpr FloatClamp kRelu{0.0f, 1e30f};

Graph MakeNetwork() {
  Graph graph;
  const ValueId x = AddInput(graph, "x", {1, 8, 8, 3});
  const ValueId a = AppendConv(graph, "a", x, 8, 3, 1, 1, kRelu);
  const ValueId b = AppendConv(graph, "b", a, 8, 3, 2, 1, kRelu);
  graph.outputs = {AppendConv(graph, "c", b, 10, 3, 3)};
  return graph;
}

Result<std::vector<std::vector<float>>> ReadSample(size_t index) {
  return std::vector<std::vector<float>>{
      RandomFloats(8 * 8 * 3, 1.0f, 100 + index)};
}

void IgnoreProgress(size_t, size_t) {}

// As calibrated, and the same with every layer's output cut.
std::vector<Ranges> Candidates(const Graph& graph) {
  const auto ranges = Calibrate(graph, kSamples, ReadSample, {});
  EXPECT_TRUE(ranges.ok());
  Ranges cut = *ranges;
  for (const Node& node : graph.nodes) {
    Range& range = cut[size_t(node.output)];
    range = {range.min * 0.8f, range.max * 0.8f};
  }
  return {*ranges, cut};
}

Result<LayerRepairs> Repair(const Graph& graph, const Ranges& ranges) {
  return RepairLayers(graph, ranges, {}, kSamples, ReadSample, {.threads = 1});
}

double Judge(const Graph& graph, const Ranges& ranges,
             const LayerRepairs* repairs) {
  OutputJudge judge(graph, 1);
  EXPECT_TRUE(judge.ReadSamples(kSamples, kSamples, ReadSample).ok());
  const auto verdict = judge.Try(ranges, {.repairs = repairs});
  EXPECT_TRUE(verdict.ok());
  return verdict->all;
}

TEST(ChooseRepairedRangesTest, NoCandidateAndNoPlainSearchIsBetter) {
  const Graph graph = MakeNetwork();
  const std::vector<Ranges> candidates = Candidates(graph);
  const auto chosen = ChooseRepairedRanges(
      graph, candidates, kSamples, ReadSample, {.num_threads = 1},
      [&](const Ranges& ranges) { return Repair(graph, ranges); },
      IgnoreProgress);
  ASSERT_TRUE(chosen.ok()) << chosen.status().message();
  const auto plain = ChooseRanges(graph, candidates, kSamples, ReadSample,
                                  {.num_threads = 1}, IgnoreProgress);
  ASSERT_TRUE(plain.ok());
  const auto repaired = [&](const Ranges& ranges) {
    const auto repairs = Repair(graph, ranges);
    EXPECT_TRUE(repairs.ok());
    return Judge(graph, ranges, &*repairs);
  };
  EXPECT_EQ(chosen->sqnr_db, repaired(chosen->ranges));
  EXPECT_GE(chosen->sqnr_db, repaired(candidates[0]));
  EXPECT_GE(chosen->sqnr_db, repaired(plain->ranges));
  size_t groups = 0;
  for (size_t count : chosen->groups_of_candidate) groups += count;
  EXPECT_EQ(groups, 4u);
}

// A repair that spoils every range but the first one's: that is kept although
// the searches find better ones for the network without it.
TEST(ChooseRepairedRangesTest, WhatTheRepairSpoilsIsNotChosen) {
  const Graph graph = MakeNetwork();
  std::vector<Ranges> candidates = Candidates(graph);
  std::swap(candidates[0], candidates[1]);
  for (Range& range : candidates[0]) range = {range.min * 4, range.max * 4};
  const auto chosen = ChooseRepairedRanges(
      graph, candidates, kSamples, ReadSample, {.num_threads = 1},
      [&](const Ranges& ranges) {
        auto repairs = Repair(graph, ranges);
        if (repairs.ok() && ranges != candidates[0]) {
          for (float& bias : repairs->at("c").bias) bias += 100.0f;
        }
        return repairs;
      },
      IgnoreProgress);
  ASSERT_TRUE(chosen.ok()) << chosen.status().message();
  EXPECT_EQ(chosen->ranges, candidates[0]);
  EXPECT_EQ(chosen->groups_of_candidate, (std::vector<size_t>{4, 0}));
}

TEST(IsRepairWorthwhileTest, GoodAndSpoiltRepairs) {
  const Graph graph = MakeNetwork();
  const Ranges ranges = Candidates(graph)[0];
  auto repairs = Repair(graph, ranges);
  ASSERT_TRUE(repairs.ok());
  ASSERT_GT(Judge(graph, ranges, &*repairs), Judge(graph, ranges, nullptr));
  const auto good =
      IsRepairWorthwhile(graph, ranges, *repairs, kSamples, ReadSample, {});
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(*good);
  for (float& bias : repairs->at("b").bias) bias += 1.0f;
  const auto bad =
      IsRepairWorthwhile(graph, ranges, *repairs, kSamples, ReadSample, {});
  ASSERT_TRUE(bad.ok());
  EXPECT_FALSE(*bad);
}

}  // namespace
}  // namespace octet::converter
