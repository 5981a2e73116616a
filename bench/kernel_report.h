// The table that octet_kernel_bench prints: a layer a row, then a line for each
// network and instruction set.

#ifndef OCTET_BENCH_KERNEL_REPORT_H_
#define OCTET_BENCH_KERNEL_REPORT_H_

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

#include "bench/layer_shape.h"

namespace octet::bench {

// Names of benchmarks: "avx2/peak", "avx2/mobilenet_v2/block2_expand". The
// label of a layer is the kernel that ran, that of a peak the instructions.
class KernelReport : public benchmark::BenchmarkReporter {
 public:
  // What a benchmark measured; its counter "macs" an iteration.
  static constexpr const char* kMacs = "macs";
  // How often the network has the layer.
  static constexpr const char* kCount = "count";

  bool ReportContext(const Context& context) override;
  // All repetitions of one benchmark.
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

 private:
  struct Total {
    double seconds = 0;
    double macs = 0;
  };

  std::map<std::string, double> peak_;   // isa -> multiply-accumulates/second
  std::map<std::string, Total> totals_;  // "avx2/mobilenet_v2"
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_KERNEL_REPORT_H_
