// octet_machine_bench: the CPU, Octet's instruction sets on it, and whether two
// of its CPUs are two cores. Exits with 3 where they are not.

#include <cstdio>

#include "bench/machine.h"
#include "kernels/dispatch.h"

namespace octet::bench {
namespace {

constexpr int kTwoThreadsAreNotTwoCores = 3;

int Main() {
  char isas[256];
  FormatSupportedIsas(isas, sizeof(isas));
  std::printf("%s; instruction sets: %s\n", CpuName().c_str(), isas);
  const Result<double> speedup = MeasureTwoThreads();
  if (!speedup.ok()) {
    std::printf("two threads: %s\n", speedup.status().message().c_str());
    return kTwoThreadsAreNotTwoCores;
  }
  const bool two_cores = *speedup >= kTwoCores;
  std::printf("two threads do %.2f times the arithmetic of one: %s\n", *speedup,
              two_cores ? "two cores"
                        : "NOT two free cores; figures of two threads say "
                          "nothing about Octet");
  return two_cores ? 0 : kTwoThreadsAreNotTwoCores;
}

}  // namespace
}  // namespace octet::bench

int main() { return octet::bench::Main(); }
