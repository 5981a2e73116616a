#include "bench/machine.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <thread>
#include <vector>

namespace octet::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<int> AllowedCpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// Of the calling thread.
bool PinTo(const int* cpus, size_t count) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (size_t i = 0; i < count; ++i) CPU_SET(cpus[i], &set);
  return sched_setaffinity(0, sizeof(set), &set) == 0;
}

// Eight chains of a multiplication and an addition, a multiplication a cycle:
// registers alone, and so much at once that two threads on one core, this
// process' or another machine's, cannot both go at full speed.
uint64_t Arithmetic(uint64_t times) {
  constexpr int kChains = 8;
  uint64_t chains[kChains] = {1, 3, 5, 7, 9, 11, 13, 15};
  for (uint64_t i = 0; i < times; ++i) {
    for (uint64_t& chain : chains) chain = chain * 6364136223846793005u + i;
  }
  uint64_t sum = 0;
  for (const uint64_t chain : chains) sum ^= chain;
  return sum;
}

// Loops of Arithmetic: some 30 ms, and 4 ms.
constexpr uint64_t kMeasured = 10'000'000;
constexpr uint64_t kGlance = 1'250'000;

// Seconds until every one of `cpus` has done `loops` of work.
double SecondsOn(const std::vector<int>& cpus, uint64_t loops) {
  std::atomic<size_t> ready = 0;
  std::atomic<bool> start = false;
  std::atomic<uint64_t> sink = 0;
  std::vector<std::thread> threads;
  for (const int cpu : cpus) {
    threads.emplace_back([&, cpu] {
      PinTo(&cpu, 1);
      ++ready;
      while (!start) std::this_thread::yield();
      sink += Arithmetic(loops);
    });
  }
  while (ready < cpus.size()) std::this_thread::yield();
  const auto begin = Clock::now();
  start = true;
  for (std::thread& thread : threads) thread.join();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown CPU";
}

Status PinToCpus(int count) {
  const std::vector<int> cpus = AllowedCpus();
  const size_t wanted = static_cast<size_t>(count);
  if (cpus.size() < wanted) {
    return Unsupported("this process may use " + std::to_string(cpus.size()) +
                       " CPUs, not " + std::to_string(count));
  }
  if (PinTo(cpus.data() + cpus.size() - wanted, wanted)) return OkStatus();
  return Unsupported("the system does not let this process choose its CPUs");
}

namespace {

// The best of `tries`.
Result<double> TwoThreads(int tries, uint64_t loops) {
  const std::vector<int> cpus = AllowedCpus();
  if (cpus.size() < 2) {
    return Unsupported("this process may use one CPU only");
  }
  const std::vector<int> two(cpus.end() - 2, cpus.end());
  double one = 1e9, both = 1e9;
  for (int i = 0; i < tries; ++i) {
    // On the faster of the two: a thread may have been there.
    for (const int cpu : two) one = std::min(one, SecondsOn({cpu}, loops));
    both = std::min(both, SecondsOn(two, loops));
  }
  return 2 * one / both;
}

}  // namespace

Result<double> MeasureTwoThreads() { return TwoThreads(7, kMeasured); }

Result<double> GlanceAtTwoThreads() { return TwoThreads(1, kGlance); }

}  // namespace octet::bench
