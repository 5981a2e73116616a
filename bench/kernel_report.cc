#include "bench/kernel_report.h"

#include <algorithm>
#include <cstdio>

namespace octet::bench {
namespace {

double Counter(const benchmark::BenchmarkReporter::Run& run, const char* name) {
  const auto found = run.counters.find(name);
  return found == run.counters.end() ? 0 : found->second.value;
}

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

}  // namespace

bool KernelReport::ReportContext(const Context&) {
  std::printf("%-44s %-12s %10s %10s %8s %6s\n", "layer", "kernel", "min us",
              "median us", "GMAC/s", "peak");
  return true;
}

void KernelReport::ReportRuns(const std::vector<Run>& runs) {
  // Aggregates come apart, and are computed here.
  if (runs.empty() || runs[0].run_type != Run::RT_Iteration) return;
  const std::vector<double> seconds = SortedSeconds(runs);
  const double macs = Counter(runs[0], kMacs);
  const double rate = macs / seconds.front();
  const std::string name = runs[0].run_name.function_name;
  const std::string isa = name.substr(0, name.find('/'));
  if (name == isa + "/peak") {
    peak_[isa] = rate;
    std::printf("%-44s %-32s %10.1f\n", name.c_str(),
                runs[0].report_label.c_str(), rate * 1e-9);
    return;
  }
  const double count = Counter(runs[0], kCount);
  Total& total = totals_[name.substr(0, name.rfind('/'))];
  total.seconds += count * seconds.front();
  total.macs += count * macs;
  std::printf("%-44s %-12s %10.1f %10.1f %8.1f", name.c_str(),
              runs[0].report_label.c_str(), seconds.front() * 1e6,
              seconds[seconds.size() / 2] * 1e6, rate * 1e-9);
  const auto peak = peak_.find(isa);
  if (peak != peak_.end()) std::printf(" %5.0f%%", 100 * rate / peak->second);
  std::printf("\n");
  std::fflush(stdout);
}

void KernelReport::Finalize() {
  std::printf(
      "\nEach of these layers as often as the network has it, minima added:\n");
  for (const auto& [name, total] : totals_) {
    std::printf("%-44s %23.0f %19.1f\n", name.c_str(), total.seconds * 1e6,
                total.macs / total.seconds * 1e-9);
  }
}

}  // namespace octet::bench
