#include "converter/command/repair_on_samples.h"

#include <cstdio>
#include <utility>

#include "converter/command/progress.h"
#include "converter/evaluate/choose_ranges.h"
#include "converter/repair/repair_layers.h"

namespace octet::converter {
namespace {

Rounding RoundingOf(const RepairSet& repairs) {
  if (repairs.adaround) return Rounding::kAdaRound;
  return repairs.rounding ? Rounding::kSuccessive : Rounding::kNearest;
}

Result<LayerRepairs> Repair(const Graph& graph, const Ranges& ranges,
                            const QuantizeOptions& quantize,
                            const SampleSource& samples,
                            const ConvertOptions& options,
                            const ProgressFunction& progress) {
  return RepairLayers(
      graph, ranges, quantize, samples.size(), InputsOf(samples),
      {.rounding = RoundingOf(options.repairs), .threads = options.num_threads},
      progress);
}

}  // namespace

SampleReader InputsOf(const SampleSource& samples) {
  return [&samples](size_t index) -> Result<std::vector<std::vector<float>>> {
    OCTET_ASSIGN_OR_RETURN(Sample sample, samples.Read(index));
    return std::move(sample.inputs);
  };
}

Result<ChosenRanges> ChooseRangesOnSamples(
    const Graph& graph, const std::vector<Ranges>& candidates,
    const QuantizeOptions& quantize, const SampleSource& samples,
    const ConvertOptions& options) {
  ChooseRangesOptions choose = {.quantize = quantize,
                                .num_threads = options.num_threads};
  if (options.repairs.changes_layers()) {
    choose.repair = [&](const Ranges& ranges) {
      return Repair(graph, ranges, quantize, samples, options, nullptr);
    };
  }
  Progress search("choosing ranges", "samples");
  return ChooseRanges(
      graph, candidates, samples.size(), InputsOf(samples), choose,
      [&](size_t done, size_t total) { search.Update(done, total); });
}

Result<LayerRepairs> RepairOnSamples(const Graph& graph, const Ranges& ranges,
                                     const QuantizeOptions& quantize,
                                     const SampleSource& samples,
                                     const ConvertOptions& options) {
  Progress progress("repairing", "weights");
  OCTET_ASSIGN_OR_RETURN(
      LayerRepairs repairs,
      Repair(graph, ranges, quantize, samples, options,
             [&](size_t done, size_t total) { progress.Update(done, total); }));
  OCTET_ASSIGN_OR_RETURN(
      const bool is_worthwhile,
      IsRepairWorthwhile(
          graph, ranges, repairs, samples.size(), InputsOf(samples),
          {.quantize = quantize, .num_threads = options.num_threads}));
  if (is_worthwhile) return repairs;
  std::puts(
      "  layers stay unrepaired: the repair gains nothing on the calibration "
      "samples");
  return LayerRepairs();
}

}  // namespace octet::converter
