// The machine that a benchmark runs on.

#ifndef OCTET_BENCH_MACHINE_H_
#define OCTET_BENCH_MACHINE_H_

#include <string>

#include "octet/status.h"

namespace octet::bench {

// "AMD EPYC 9R14", as the system calls it.
std::string CpuName();

// Keeps this process, and the threads and processes that it starts from now on,
// on `count` CPUs: the last of those that it may use, since the first gets most
// interrupts. Error: kUnsupported, where it may use fewer.
Status PinToCpus(int count);

// How much arithmetic two threads do in the time of one: 2.0 where two CPUs are
// cores of their own, 1.0 to 1.3 where they share one. The best of a few tries,
// on the CPUs that PinToCpus(2) chooses. Error: as there.
Result<double> MeasureTwoThreads();

// The same, once and in a few milliseconds: what the machine grants just now.
Result<double> GlanceAtTwoThreads();

// Above, two CPUs count as two cores.
inline constexpr double kTwoCores = 1.9;

}  // namespace octet::bench

#endif  // OCTET_BENCH_MACHINE_H_
