#include "converter/evaluate/choose_ranges.h"

#include <algorithm>
#include <utility>

#include "converter/evaluate/output_judge.h"
#include "converter/quantize/assign_params.h"

namespace octet::converter {
namespace {

constexpr size_t kFewestSamples = 8;

// Activations that share a scale, in order of execution; without those that are
// FP32 wherever they are read.
std::vector<std::vector<ValueId>> FindGroups(const Graph& graph,
                                             const QuantizeOptions& options,
                                             const AssignedParams& assigned) {
  const PrecisionPlan plan = AssignPrecision(graph, options.precision);
  std::vector<bool> has_int8 = plan.int8_values;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!plan.IsInt8(i)) continue;
    for (ValueId id : graph.nodes[i].inputs) has_int8[size_t(id)] = true;
  }
  std::vector<ValueId> ids = graph.inputs;
  for (const Node& node : graph.nodes) ids.push_back(node.output);
  std::erase_if(ids, [&](ValueId id) { return !has_int8[size_t(id)]; });
  std::vector<std::vector<ValueId>> groups;
  std::vector<size_t> place(assigned.groups.size(), SIZE_MAX);
  for (ValueId id : ids) {
    size_t& index = place[assigned.groups[size_t(id)]];
    if (index == SIZE_MAX) {
      index = groups.size();
      groups.emplace_back();
    }
    groups[index].push_back(id);
  }
  return groups;
}

void Copy(const std::vector<ValueId>& ids, const Ranges& from, Ranges& to) {
  for (ValueId id : ids) to[size_t(id)] = from[size_t(id)];
}

bool AreEqual(const std::vector<ValueId>& ids, const Ranges& a,
              const Ranges& b) {
  return std::all_of(ids.begin(), ids.end(), [&](ValueId id) {
    return a[size_t(id)] == b[size_t(id)];
  });
}

class RangeSearch {
 public:
  RangeSearch(const std::vector<Ranges>& candidates, OutputJudge& judge,
              const QuantizeOptions& quantize, size_t most_trials,
              const ProgressFunction& progress)
      : candidates_(candidates),
        judge_(judge),
        quantize_(quantize),
        most_trials_(most_trials),
        progress_(progress) {}

  // Which candidate is the best for all.
  Status ChooseStart(size_t group_count) {
    size_t best = 0;
    total_ = candidates_.size() + group_count * (candidates_.size() - 1);
    total_ = std::max(std::min(total_, most_trials_), candidates_.size());
    for (size_t i = 0; i < candidates_.size(); ++i) {
      OCTET_ASSIGN_OR_RETURN(const Verdict verdict, Try(candidates_[i]));
      if (!verdict.IsBetterThan(best_)) continue;
      best = i;
      best_ = verdict;
    }
    if (best_.all == Verdict::kWorst) return judge_.refusal();
    result_.ranges = candidates_[best];
    candidate_of_group_.assign(group_count, best);
    return OkStatus();
  }

  Status ImproveGroup(size_t group, const std::vector<ValueId>& ids) {
    Ranges trial = result_.ranges;
    Ranges best = trial;
    for (size_t i = 0; i < candidates_.size() && trials_ < most_trials_; ++i) {
      if (IsRepeated(i, ids)) continue;
      Copy(ids, candidates_[i], trial);
      OCTET_ASSIGN_OR_RETURN(const Verdict verdict, Try(trial));
      if (!verdict.IsBetterThan(best_)) continue;
      best_ = verdict;
      best = trial;
      candidate_of_group_[group] = i;
    }
    result_.ranges = std::move(best);
    return OkStatus();
  }

  ChosenRanges Finish() {
    progress_(total_, total_);
    result_.sqnr_db = best_.all;
    result_.groups_of_candidate.assign(candidates_.size(), 0);
    for (size_t candidate : candidate_of_group_) {
      ++result_.groups_of_candidate[candidate];
    }
    return std::move(result_);
  }

 private:
  // What the search has or had already.
  bool IsRepeated(size_t candidate, const std::vector<ValueId>& ids) const {
    if (AreEqual(ids, candidates_[candidate], result_.ranges)) return true;
    for (size_t i = 0; i < candidate; ++i) {
      if (AreEqual(ids, candidates_[candidate], candidates_[i])) return true;
    }
    return false;
  }

  Result<Verdict> Try(const Ranges& ranges) {
    Result<Verdict> verdict = judge_.Try(ranges, quantize_);
    ++trials_;
    if (trials_ < total_) progress_(trials_, total_);
    return verdict;
  }

  const std::vector<Ranges>& candidates_;
  OutputJudge& judge_;
  const QuantizeOptions& quantize_;
  const size_t most_trials_;
  const ProgressFunction& progress_;
  size_t total_ = 1;  // for the progress
  size_t trials_ = 0;
  std::vector<size_t> candidate_of_group_;
  Verdict best_;
  ChosenRanges result_;
};

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
  const std::vector<std::vector<ValueId>> groups =
      FindGroups(graph, options.quantize,
                 AssignParams(graph, candidates[0], options.quantize.scheme,
                              options.quantize.precision));
  const double operations = std::max(1.0, NetworkOperations(graph));
  const double wanted_trials =
      double(candidates.size() + groups.size() * (candidates.size() - 1));
  const double affordable = options.most_operations / operations;
  const size_t samples =
      std::min(sample_count,
               std::clamp(size_t(affordable / wanted_trials), kFewestSamples,
                          std::max(kFewestSamples, options.samples)));
  OutputJudge judge(graph, options.num_threads);
  OCTET_RETURN_IF_ERROR(judge.ReadSamples(samples, sample_count, read_sample));
  RangeSearch search(candidates, judge, options.quantize,
                     size_t(affordable / double(samples)), progress);
  OCTET_RETURN_IF_ERROR(search.ChooseStart(groups.size()));
  for (size_t i = 0; i < groups.size(); ++i) {
    OCTET_RETURN_IF_ERROR(search.ImproveGroup(i, groups[i]));
  }
  return search.Finish();
}

}  // namespace octet::converter
