#include "bench/kernel_report.h"

#include <algorithm>
#include <cstdio>

namespace octet::bench {
namespace {

using Run = benchmark::BenchmarkReporter::Run;

// CPU seconds an iteration.
double SecondsOf(const Run& run) {
  return run.cpu_accumulated_time / static_cast<double>(run.iterations);
}

// Of each repetition, ascending.
std::vector<double> SortedSeconds(const std::vector<Run>& runs) {
  std::vector<double> seconds;
  for (const Run& run : runs) seconds.push_back(SecondsOf(run));
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

// The median of the repetitions' shares of the peak that was measured beside
// each: a CPU changes its speed between them. 0 if none was.
double PeakShareOf(const std::vector<Run>& runs) {
  if (runs[0].counters.count(KernelReport::kPeak) == 0) return 0;
  std::vector<double> shares;
  for (const Run& run : runs) {
    shares.push_back(run.counters.at(KernelReport::kMacs) / SecondsOf(run) /
                     run.counters.at(KernelReport::kPeak));
  }
  std::sort(shares.begin(), shares.end());
  return shares[shares.size() / 2];
}

void PrintShare(double share) {
  if (share > 0) std::printf(" %5.0f%%", 100 * share);
  std::printf("\n");
}

}  // namespace

KernelReport::KernelReport(const std::vector<LayerShape>& layers) {
  for (const LayerShape& layer : layers) {
    layers_.emplace(layer.network + "/" + layer.name, layer);
  }
}

bool KernelReport::ReportContext(const Context&) {
  std::printf("%-44s %-12s %10s %10s %8s %6s\n", "layer", "kernel", "min us",
              "median us", "GMAC/s", "peak");
  return true;
}

void KernelReport::ReportRuns(const std::vector<Run>& runs) {
  // Aggregates come apart, and are computed here.
  if (runs.empty() || runs[0].run_type != Run::RT_Iteration) return;
  const std::vector<double> seconds = SortedSeconds(runs);
  const std::string name = runs[0].run_name.function_name;
  const std::string& label = runs[0].report_label;
  const size_t slash = name.find('/');
  const std::string isa = name.substr(0, slash);
  const auto layer = layers_.find(name.substr(slash + 1));
  if (layer == layers_.end()) {
    const double peak = runs[0].counters.at(kMacs) / seconds.front() * 1e-9;
    std::printf("%-44s %-32s %10.1f\n", name.c_str(), label.c_str(), peak);
    return;
  }
  const KernelRate rate = {isa, layer->second, label, seconds.front(),
                           PeakShareOf(runs)};
  rates_.Add(rate);
  std::printf("%-44s %-12s %10.1f %10.1f %8.1f", name.c_str(), label.c_str(),
              rate.seconds * 1e6, seconds[seconds.size() / 2] * 1e6,
              rate.gmacs());
  PrintShare(rate.peak_share);
  std::fflush(stdout);
}

void KernelReport::Finalize() {
  std::printf(
      "\nEach of these layers as often as the network has it, minima added:\n");
  for (const auto& [name, sum] : rates_.Sums()) {
    std::printf("%-56s %11.0f %19.1f", name.c_str(), sum.seconds * 1e6,
                sum.gmacs());
    PrintShare(sum.peak_share());
  }
}

}  // namespace octet::bench
