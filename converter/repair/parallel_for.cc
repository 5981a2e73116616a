#include "converter/repair/parallel_for.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace octet::converter {

int ResolveThreads(int threads) {
  if (threads > 0) return threads;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

void ParallelFor(size_t count, int threads,
                 const std::function<void(size_t)>& work) {
  std::atomic<size_t> next = 0;
  const auto take = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::thread> workers;
  for (size_t i = 1; i < std::min(size_t(threads), count); ++i) {
    workers.emplace_back(take);
  }
  take();
  for (std::thread& worker : workers) worker.join();
}

}  // namespace octet::converter
