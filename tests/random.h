// Replayable random numbers (splitmix64): the same sequence on every machine,
// and in tests/golden/make_vectors.py.

#ifndef OCTET_TESTS_RANDOM_H_
#define OCTET_TESTS_RANDOM_H_

#include <cstdint>

namespace octet {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  // REQUIRES: low <= high. Both included.
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Next() %
                                      (static_cast<uint64_t>(high - low) + 1));
  }

 private:
  uint64_t state_;
};

}  // namespace octet

#endif  // OCTET_TESTS_RANDOM_H_
