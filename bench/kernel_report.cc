#include "bench/kernel_report.h"

#include <algorithm>
#include <cstdio>

namespace octet::bench {
namespace {

// CPU seconds an iteration of each repetition, ascending.
std::vector<double> SortedSeconds(
    const std::vector<benchmark::BenchmarkReporter::Run>& runs) {
  std::vector<double> seconds;
  for (const auto& run : runs) {
    seconds.push_back(run.cpu_accumulated_time /
                      static_cast<double>(run.iterations));
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
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
    rates_.SetPeak(isa, peak);
    std::printf("%-44s %-32s %10.1f\n", name.c_str(), label.c_str(), peak);
    return;
  }
  const KernelRate rate = {isa, layer->second, label, seconds.front()};
  rates_.Add(rate);
  std::printf("%-44s %-12s %10.1f %10.1f %8.1f", name.c_str(), label.c_str(),
              rate.seconds * 1e6, seconds[seconds.size() / 2] * 1e6,
              rate.gmacs());
  PrintShare(rates_.PeakShare(isa, rate.gmacs()));
  std::fflush(stdout);
}

void KernelReport::Finalize() {
  std::printf(
      "\nEach of these layers as often as the network has it, minima added:\n");
  for (const auto& [name, sum] : rates_.Sums()) {
    std::printf("%-56s %11.0f %19.1f", name.c_str(), sum.seconds * 1e6,
                sum.gmacs());
    PrintShare(rates_.PeakShare(name.substr(0, name.find('/')), sum.gmacs()));
  }
}

}  // namespace octet::bench
