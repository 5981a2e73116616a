#include "bench/thread_rounds.h"

#include <gtest/gtest.h>

namespace octet::bench {
namespace {

ThreadRound RoundOf(std::initializer_list<double> one,
                    std::initializer_list<double> more, bool two_cores) {
  ThreadRound round;
  for (const double milliseconds : one) round.one.Add(milliseconds);
  for (const double milliseconds : more) round.more.Add(milliseconds);
  round.two_cores = two_cores;
  return round;
}

TEST(SpeedupTest, OfMinimaAndOfRoundsWithTwoCores) {
  const Speedup speedup =
      SpeedupOf({RoundOf({12, 10}, {8, 5}, true), RoundOf({9, 30}, {9}, false),
                 RoundOf({20}, {16, 40}, true)});
  EXPECT_EQ(speedup.one_ms, 9);
  EXPECT_EQ(speedup.more_ms, 5);
  EXPECT_EQ(speedup.of_minima, 1.8);
  EXPECT_EQ(speedup.of_rounds, (10.0 / 5 + 20.0 / 16) / 2);
  EXPECT_EQ(speedup.rounds_with_two_cores, 2);
}

TEST(SpeedupTest, OfAllRoundsWithoutTwoCores) {
  const Speedup speedup =
      SpeedupOf({RoundOf({10}, {10}, false), RoundOf({10}, {20}, false),
                 RoundOf({10}, {40}, false)});
  EXPECT_EQ(speedup.of_rounds, 0.5);
  EXPECT_EQ(speedup.rounds_with_two_cores, 0);
}

}  // namespace
}  // namespace octet::bench
