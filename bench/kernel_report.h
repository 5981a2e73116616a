// The table that octet_kernel_bench prints: a layer a row, then sums over the
// layers of a network and of a kind.

#ifndef OCTET_BENCH_KERNEL_REPORT_H_
#define OCTET_BENCH_KERNEL_REPORT_H_

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

#include "bench/kernel_rates.h"
#include "bench/layer_shape.h"

namespace octet::bench {

// Names of benchmarks: "avx2/peak", "avx2/mobilenet_v2/block2_expand". The
// label of a layer is the kernel that ran, that of a peak the instructions.
class KernelReport : public benchmark::BenchmarkReporter {
 public:
  // What a benchmark measured; its counter "macs" an iteration.
  static constexpr const char* kMacs = "macs";
  // Multiply-accumulates a second that registers alone allowed, just before and
  // after; a counter of layers whose instruction set has a peak.
  static constexpr const char* kPeak = "peak";

  explicit KernelReport(const std::vector<LayerShape>& layers);

  bool ReportContext(const Context& context) override;
  // All repetitions of one benchmark.
  void ReportRuns(const std::vector<Run>& runs) override;
  void Finalize() override;

  const KernelRates& rates() const { return rates_; }

 private:
  std::map<std::string, LayerShape> layers_;  // "mobilenet_v2/block2_expand"
  KernelRates rates_;
};

}  // namespace octet::bench

#endif  // OCTET_BENCH_KERNEL_REPORT_H_
