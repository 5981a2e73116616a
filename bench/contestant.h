// Contestant: a network made ready in one engine, to be timed in turn with
// others.

#ifndef OCTET_BENCH_CONTESTANT_H_
#define OCTET_BENCH_CONTESTANT_H_

#include <memory>
#include <string>
#include <vector>

#include "bench/times.h"
#include "octet/status.h"

namespace octet::bench {

class Contestant {
 public:
  virtual ~Contestant() = default;

  // Runs the network `repetitions` times and adds the time of each.
  virtual Status Run(int repetitions, Times* times) = 0;

  // The network's first output after a Run, for those that compute it; empty
  // for those that run only some of its layers.
  virtual Result<std::vector<float>> Output() { return std::vector<float>(); }
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_CONTESTANT_H_
