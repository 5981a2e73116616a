#include "converter/command/calibrate_on_samples.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/calibrate/widen_ranges.h"
#include "converter/command/progress.h"
#include "converter/command/range_config.h"
#include "converter/command/repair_on_samples.h"
#include "converter/evaluate/choose_ranges.h"

namespace octet::converter {
namespace {

// How much wider than made-up samples make them the ranges of the last layers
// are: real pictures of CIFAR-10 reached 1.2 to 1.7 times as far there.
constexpr float kDataFreeWidening = 1.5f;

bool WantsHistograms(const ConvertOptions& options) {
  return !options.histograms_path.empty() || !options.report_path.empty();
}

Result<CalibrateOptions> MakeCalibrateOptions(const ConvertOptions& options) {
  CalibrateOptions result;
  result.method = options.method;
  result.threads = options.num_threads;
  result.method_options.percentile = options.percentile;
  result.method_options.moving_average_constant =
      options.moving_average_constant;
  result.method_options.scheme = options.scheme;
  if (!options.config_path.empty()) {
    OCTET_ASSIGN_OR_RETURN(const RangeConfig config,
                           ReadRangeConfig(options.config_path));
    result.tensors = config.tensors;
  }
  return result;
}

bool IsAuto(const std::map<std::string, TensorRule>::value_type& rule) {
  return std::holds_alternative<AutoRule>(rule.second);
}

// How often each method was chosen or, where it was for some tensors alone,
// for which of them.
void PrintChoice(const Graph& graph, const CalibrateOptions& calibrate,
                 const std::vector<std::string>& methods,
                 const std::vector<Ranges>& candidates,
                 const ChosenRanges& chosen) {
  for (size_t i = 0; i < methods.size() && calibrate.method == kAutoMethod;
       ++i) {
    std::printf("  %zu ranges by %s\n", chosen.groups_of_candidate[i],
                methods[i].c_str());
  }
  for (size_t id = 0; id < graph.values.size(); ++id) {
    const std::string& name = graph.values[id].name;
    const auto rule = calibrate.tensors.find(name);
    if (rule == calibrate.tensors.end() || !IsAuto(*rule)) continue;
    size_t method = 0;
    while (candidates[method][id] != chosen.ranges[id]) ++method;
    std::printf("  '%s': range by %s\n", name.c_str(), methods[method].c_str());
  }
}

}  // namespace

Result<Ranges> CalibrateOnSamples(const Graph& graph,
                                  const SampleSource& samples,
                                  const QuantizeOptions& quantize,
                                  const ConvertOptions& options,
                                  HistogramReport& histograms) {
  OCTET_ASSIGN_OR_RETURN(CalibrateOptions calibrate,
                         MakeCalibrateOptions(options));
  if (options.method == kAutoMethod) std::erase_if(calibrate.tensors, IsAuto);
  const bool chooses =
      options.method == kAutoMethod ||
      std::any_of(calibrate.tensors.begin(), calibrate.tensors.end(), IsAuto);
  const std::vector<std::string> methods =
      chooses ? AutoMethods() : std::vector<std::string>{options.method};
  if (WantsHistograms(options)) {
    calibrate.inspect = [&](const std::string& name,
                            const ActivationStatistics& statistics,
                            const std::vector<Range>& ranges) {
      histograms.Add(name, statistics, RangeMethodNames(), ranges);
    };
  }
  Progress progress("calibrating");
  OCTET_ASSIGN_OR_RETURN(
      std::vector<Ranges> candidates,
      CalibrateWithMethods(
          graph, samples.size(), InputsOf(samples), methods, calibrate,
          [&](size_t done, size_t total) { progress.Update(done, total); }));
  if (!options.histograms_path.empty()) {
    OCTET_RETURN_IF_ERROR(histograms.Write(options.histograms_path));
  }
  if (options.data_free) {
    for (Ranges& ranges : candidates) {
      WidenRanges(graph, kDataFreeWidening, ranges);
    }
  }
  if (!chooses) return std::move(candidates[0]);
  OCTET_ASSIGN_OR_RETURN(
      ChosenRanges chosen,
      ChooseRangesOnSamples(graph, candidates, quantize, samples, options));
  PrintChoice(graph, calibrate, methods, candidates, chosen);
  return std::move(chosen.ranges);
}

}  // namespace octet::converter
