#include "converter/evaluate/choose_ranges.h"

#include <algorithm>
#include <string>
#include <utility>

#include "converter/evaluate/lone_range_errors.h"
#include "converter/evaluate/output_judge.h"

namespace octet::converter {
namespace {

constexpr size_t kFewestSearched = 8;
// What one comparison of INT8 networks may cost: networks of GMACs are compared
// on a few dozen samples.
constexpr double kComparedOperations = 5e10;
constexpr size_t kFewestCompared = 32;

Status ReadComparedSamples(const Graph& graph, size_t sample_count,
                           const SampleReader& read_sample,
                           const ChooseRangesOptions& options,
                           OutputJudge& judge) {
  const double operations = std::max(1.0, NetworkOperations(graph));
  const size_t most =
      std::clamp(size_t(kComparedOperations / operations), kFewestCompared,
                 std::max(kFewestCompared, options.samples));
  return judge.ReadSamples(std::min(sample_count, most), sample_count,
                           read_sample);
}

Result<double> Judge(OutputJudge& judge, const Ranges& ranges,
                     const LayerRepairs* repairs,
                     const ChooseRangesOptions& options) {
  QuantizeOptions quantize = options.quantize;
  quantize.repairs = repairs;
  return judge.Try(ranges, quantize);
}

// Behind a repair of its own.
Status JudgeChosen(OutputJudge& judge, const ChooseRangesOptions& options,
                   ChosenRanges& chosen) {
  LayerRepairs repairs;
  if (options.repair) {
    OCTET_ASSIGN_OR_RETURN(repairs, options.repair(chosen.ranges));
  }
  OCTET_ASSIGN_OR_RETURN(chosen.sqnr_db,
                         Judge(judge, chosen.ranges,
                               options.repair ? &repairs : nullptr, options));
  return OkStatus();
}

Result<ChosenRanges> ChooseAlone(const Graph& graph,
                                 const std::vector<Ranges>& candidates,
                                 size_t sample_count,
                                 const SampleReader& read_sample,
                                 const ChooseRangesOptions& options,
                                 const ProgressFunction& progress) {
  LoneRangeErrors errors(graph, candidates, options.quantize);
  OCTET_RETURN_IF_ERROR(AddSamples(graph, candidates.size(), sample_count,
                                   read_sample,
                                   {.fewest = kFewestSearched,
                                    .most = options.samples,
                                    .most_operations = options.most_operations,
                                    .num_threads = options.num_threads},
                                   progress, errors));
  ChosenRanges chosen{candidates[0], 0.0,
                      std::vector<size_t>(candidates.size(), 0)};
  const std::vector<size_t> best = errors.Best();
  for (size_t group = 0; group < best.size(); ++group) {
    ++chosen.groups_of_candidate[best[group]];
    for (ValueId id : errors.groups()[group]) {
      chosen.ranges[size_t(id)] = candidates[best[group]][size_t(id)];
    }
  }
  return chosen;
}

}  // namespace

const std::vector<std::string>& AutoMethods() {
  static const std::vector<std::string> methods = {
      "minmax", "mse", "percentile", "kl", "kl-asymmetric"};
  return methods;
}

Result<ChosenRanges> ChooseRanges(const Graph& graph,
                                  const std::vector<Ranges>& candidates,
                                  size_t sample_count,
                                  const SampleReader& read_sample,
                                  const ChooseRangesOptions& options,
                                  const ProgressFunction& progress) {
  OCTET_ASSIGN_OR_RETURN(ChosenRanges chosen,
                         ChooseAlone(graph, candidates, sample_count,
                                     read_sample, options, progress));
  ChosenRanges plain{candidates[0], 0.0,
                     std::vector<size_t>(candidates.size(), 0)};
  for (size_t groups : chosen.groups_of_candidate) {
    plain.groups_of_candidate[0] += groups;
  }
  OutputJudge judge(graph, options.num_threads);
  OCTET_RETURN_IF_ERROR(
      ReadComparedSamples(graph, sample_count, read_sample, options, judge));
  OCTET_RETURN_IF_ERROR(JudgeChosen(judge, options, plain));
  OCTET_RETURN_IF_ERROR(JudgeChosen(judge, options, chosen));
  ChosenRanges& best = chosen.sqnr_db > plain.sqnr_db ? chosen : plain;
  if (best.sqnr_db == OutputJudge::kRefused) return judge.refusal();
  return std::move(best);
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
                         Judge(judge, ranges, nullptr, options));
  OCTET_ASSIGN_OR_RETURN(const double repaired,
                         Judge(judge, ranges, &repairs, options));
  return repaired >= plain;
}

}  // namespace octet::converter
