#include "converter/evaluate/choose_repaired_ranges.h"

#include <algorithm>
#include <utility>

#include "converter/evaluate/output_judge.h"

namespace octet::converter {
namespace {

// What one comparison may cost, beside a search: networks of GMACs are compared
// on a few dozen samples.
constexpr double kComparedOperations = 5e10;
constexpr size_t kFewestSamples = 32;

Status ReadComparedSamples(const Graph& graph, size_t sample_count,
                           const SampleReader& read_sample,
                           const ChooseRangesOptions& options,
                           OutputJudge& judge) {
  const double operations = std::max(1.0, NetworkOperations(graph));
  const size_t most =
      std::clamp(size_t(kComparedOperations / operations), kFewestSamples,
                 std::max(kFewestSamples, options.samples));
  return judge.ReadSamples(std::min(sample_count, most), sample_count,
                           read_sample);
}

Result<double> Measure(OutputJudge& judge, const Ranges& ranges,
                       const LayerRepairs* repairs,
                       const ChooseRangesOptions& options) {
  QuantizeOptions quantize = options.quantize;
  quantize.repairs = repairs;
  OCTET_ASSIGN_OR_RETURN(const Verdict verdict, judge.Try(ranges, quantize));
  return verdict.all;
}

}  // namespace

Result<ChosenRanges> ChooseRepairedRanges(const Graph& graph,
                                          const std::vector<Ranges>& candidates,
                                          size_t sample_count,
                                          const SampleReader& read_sample,
                                          const ChooseRangesOptions& options,
                                          const RepairFunction& repair,
                                          const ProgressFunction& progress) {
  OCTET_ASSIGN_OR_RETURN(
      ChosenRanges plain,
      ChooseRanges(
          graph, candidates, sample_count, read_sample, options,
          [&](size_t done, size_t total) { progress(done, 2 * total); }));
  OCTET_ASSIGN_OR_RETURN(const LayerRepairs repairs, repair(candidates[0]));
  ChooseRangesOptions repaired = options;
  repaired.quantize.repairs = &repairs;
  OCTET_ASSIGN_OR_RETURN(
      ChosenRanges in_repaired,
      ChooseRanges(graph, candidates, sample_count, read_sample, repaired,
                   [&](size_t done, size_t total) {
                     progress(total + done, 2 * total);
                   }));

  ChosenRanges best{candidates[0], Verdict::kWorst,
                    std::vector<size_t>(candidates.size(), 0)};
  for (size_t groups : plain.groups_of_candidate) {
    best.groups_of_candidate[0] += groups;
  }
  OutputJudge judge(graph, options.num_threads);
  OCTET_RETURN_IF_ERROR(
      ReadComparedSamples(graph, sample_count, read_sample, options, judge));
  OCTET_ASSIGN_OR_RETURN(best.sqnr_db,
                         Measure(judge, best.ranges, &repairs, options));
  for (ChosenRanges* chosen : {&in_repaired, &plain}) {
    OCTET_ASSIGN_OR_RETURN(const LayerRepairs own, repair(chosen->ranges));
    OCTET_ASSIGN_OR_RETURN(chosen->sqnr_db,
                           Measure(judge, chosen->ranges, &own, options));
    if (chosen->sqnr_db > best.sqnr_db) best = std::move(*chosen);
  }
  if (best.sqnr_db == Verdict::kWorst) return judge.refusal();
  return best;
}

Result<bool> IsRepairWorthwhile(const Graph& graph, const Ranges& ranges,
                                const LayerRepairs& repairs,
                                size_t sample_count,
                                const SampleReader& read_sample,
                                const ChooseRangesOptions& options) {
  OutputJudge judge(graph, options.num_threads);
  OCTET_RETURN_IF_ERROR(
      ReadComparedSamples(graph, sample_count, read_sample, options, judge));
  OCTET_ASSIGN_OR_RETURN(const double plain,
                         Measure(judge, ranges, nullptr, options));
  OCTET_ASSIGN_OR_RETURN(const double repaired,
                         Measure(judge, ranges, &repairs, options));
  return repaired >= plain;
}

}  // namespace octet::converter
