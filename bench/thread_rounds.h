// What more threads gain, from rounds in which one thread and more took turns.

#ifndef OCTET_BENCH_THREAD_ROUNDS_H_
#define OCTET_BENCH_THREAD_ROUNDS_H_

#include <vector>

#include "bench/times.h"

namespace octet::bench {

struct ThreadRound {
  // Of this round's runs; one run at least each.
  Times one;
  Times more;
  // Whether the machine did twice the arithmetic on two CPUs just before the
  // round and just after it. On a shared machine it often does not.
  bool two_cores = true;
};

// How many times as fast as one thread more threads are.
struct Speedup {
  double one_ms = 0;
  double more_ms = 0;
  // one_ms / more_ms, the smallest of all rounds.
  double of_minima = 0;
  // Median over the rounds with two cores of (the round's smallest time on one
  // thread / that on more): it does not hang on one lucky run. Of all rounds,
  // where none had two cores.
  double of_rounds = 0;
  int rounds_with_two_cores = 0;
};

// REQUIRES: !rounds.empty().
Speedup SpeedupOf(const std::vector<ThreadRound>& rounds);

}  // namespace octet::bench

#endif  // OCTET_BENCH_THREAD_ROUNDS_H_
