#include "bench/thread_rounds.h"

namespace octet::bench {
namespace {

Times Ratios(const std::vector<ThreadRound>& rounds, bool all) {
  Times ratios;
  for (const ThreadRound& round : rounds) {
    if (all || round.two_cores) ratios.Add(round.one.Min() / round.more.Min());
  }
  return ratios;
}

}  // namespace

Speedup SpeedupOf(const std::vector<ThreadRound>& rounds) {
  Times one, more;
  for (const ThreadRound& round : rounds) {
    one.Add(round.one.Min());
    more.Add(round.more.Min());
  }
  Times ratios = Ratios(rounds, false);
  Speedup speedup;
  speedup.rounds_with_two_cores = static_cast<int>(ratios.count());
  if (ratios.count() == 0) ratios = Ratios(rounds, true);
  speedup.one_ms = one.Min();
  speedup.more_ms = more.Min();
  speedup.of_minima = speedup.one_ms / speedup.more_ms;
  speedup.of_rounds = ratios.Median();
  return speedup;
}

}  // namespace octet::bench
