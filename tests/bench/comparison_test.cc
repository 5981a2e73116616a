#include "bench/comparison.h"

#include <gtest/gtest.h>

#include <cmath>

#include "bench/line_process.h"

namespace octet::bench {
namespace {

// Pretends that each run takes `milliseconds`.
class Steady : public Contestant {
 public:
  Steady(double milliseconds, std::string* log)
      : milliseconds_(milliseconds), log_(log) {}

  Status Run(int repetitions, Times* times) override {
    for (int i = 0; i < repetitions; ++i) times->Add(milliseconds_);
    log_->append(milliseconds_ > 10 ? "s" : "f");
    return OkStatus();
  }

 private:
  double milliseconds_;
  std::string* log_;
};

class Failing : public Contestant {
 public:
  Status Run(int, Times*) override { return InternalError("cannot run"); }
};

Times TimesOf(std::initializer_list<double> values) {
  Times times;
  for (const double value : values) times.Add(value);
  return times;
}

TEST(TimesTest, MinimumAndMedian) {
  EXPECT_EQ(TimesOf({3, 1, 2}).Min(), 1);
  EXPECT_EQ(TimesOf({3, 1, 2}).Median(), 2);
  EXPECT_EQ(TimesOf({4, 1, 2, 3}).Median(), 2.5);
  EXPECT_EQ(TimesOf({7}).Median(), 7);
}

TEST(TakeTurnsTest, InTurnAndTheFirstRoundDoesNotCount) {
  std::string log;
  Steady fast(1, &log), slow(50, &log);
  Times fast_times, slow_times;
  // Runs take no time here, so that the budget must be spent by no clock's
  // help: a tiny one, which the first round that counts exhausts.
  ASSERT_TRUE(
      TakeTurns(1e-9, 0, {&fast, &slow}, {&fast_times, &slow_times}).ok());
  EXPECT_EQ(log, "fsfs");
  // A turn is 30 ms, or two runs.
  EXPECT_EQ(fast_times.count(), 30u);
  EXPECT_EQ(slow_times.count(), 2u);
}

TEST(TakeTurnsTest, AnErrorEndsIt) {
  Failing failing;
  Times times;
  EXPECT_EQ(TakeTurns(1, 0, {&failing}, {&times}).message(), "cannot run");
}

TEST(SqnrTest, PowerOfTheDifference) {
  EXPECT_NEAR(*Sqnr({3, 4}, {3, 3.5}), 20, 1e-9);
  EXPECT_FALSE(Sqnr({3, 4}, {}).has_value());
}

TEST(ToRowsTest, EachOfOursWithEachPeer) {
  Comparison comparison;
  comparison.model = "net";
  comparison.threads = 2;
  comparison.entries = {{"Octet", "avx2", TimesOf({2, 3, 4}), {}},
                        {"Octet", "scalar", TimesOf({8}), {}},
                        {"peer", "", TimesOf({5, 6, 4}), {}}};
  const nlohmann::ordered_json rows = ToRows(comparison);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].dump(),
            R"({"model":"net","peer":"peer","threads":2,"isa":"avx2",)"
            R"("ours_ms":2.0,"peer_ms":4.0,"ratio":2.0,)"
            R"("ours_median_ms":3.0,"peer_median_ms":5.0})");
  EXPECT_EQ(rows[1]["isa"], "scalar");
  EXPECT_EQ(rows[1]["ratio"], 0.5);
}

TEST(LineProcessTest, AsksAndAnswers) {
  auto cat = LineProcess::Start({"cat"});
  ASSERT_TRUE(cat.ok()) << cat.status().message();
  EXPECT_EQ(*(*cat)->Ask("one two"), "one two");
  EXPECT_EQ(*(*cat)->Ask("three"), "three");
}

TEST(LineProcessTest, AChildThatEndsIsAnError) {
  auto child = LineProcess::Start({"true"});
  ASSERT_TRUE(child.ok());
  EXPECT_EQ((*child)->Ask("x").status().code(), StatusCode::kIoError);
  EXPECT_EQ(LineProcess::Start({"/no/such/program"}).status().code(),
            StatusCode::kIoError);
}

}  // namespace
}  // namespace octet::bench
