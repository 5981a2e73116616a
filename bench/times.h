// Run times of one thing, in milliseconds.

#ifndef OCTET_BENCH_TIMES_H_
#define OCTET_BENCH_TIMES_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace octet::bench {

class Times {
 public:
  void Add(double milliseconds) { milliseconds_.push_back(milliseconds); }

  template <typename Function>
  void Measure(Function function) {
    const auto start = std::chrono::steady_clock::now();
    function();
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - start;
    Add(elapsed.count());
  }

  size_t count() const { return milliseconds_.size(); }

  // REQUIRES: count() > 0.
  double Min() const {
    return *std::min_element(milliseconds_.begin(), milliseconds_.end());
  }
  // Of an even number: the mean of the two in the middle.
  double Median() const {
    std::vector<double> sorted = milliseconds_;
    std::sort(sorted.begin(), sorted.end());
    const size_t half = sorted.size() / 2;
    if (sorted.size() % 2 == 1) return sorted[half];
    return (sorted[half - 1] + sorted[half]) / 2;
  }

 private:
  std::vector<double> milliseconds_;
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_TIMES_H_
