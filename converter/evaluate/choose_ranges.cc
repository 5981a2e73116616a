#include "converter/evaluate/choose_ranges.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "converter/evaluate/evaluate.h"
#include "converter/evaluate/metrics.h"
#include "converter/export/export_model.h"
#include "converter/float/float_executor.h"
#include "converter/ir/operation_counts.h"
#include "converter/quantize/assign_params.h"
#include "octet/model.h"
#include "octet/session.h"

namespace octet::converter {
namespace {

constexpr size_t kFewestSamples = 8;
// A range has to raise the SQNR by this, or the simpler choice stays.
constexpr double kLeastGainDb = 0.005;
// Of the samples, in each of which a range has to prove itself.
constexpr size_t kParts = 2;
constexpr double kWorst = -std::numeric_limits<double>::infinity();

double NetworkOperations(const Graph& graph) {
  double sum = 0.0;
  for (const Node& node : graph.nodes) {
    sum += double(MultiplyAccumulates(graph, node));
  }
  return sum;
}

// The SQNR of the outputs in dB, kWorst where the quantizer refuses the ranges.
struct Verdict {
  double all = kWorst;
  std::array<double, kParts> parts;  // sample i counts in part i % kParts

  Verdict() { parts.fill(kWorst); }

  // What wins by a few samples alone would lose on others.
  bool IsBetterThan(const Verdict& other) const {
    if (all < other.all + kLeastGainDb) return false;
    for (size_t i = 0; i < kParts; ++i) {
      if (parts[i] < other.parts[i]) return false;
    }
    return true;
  }
};

// Samples and the FP32 network's scores for them; judges ranges.
class Judge {
 public:
  Judge(const Graph& graph, const ChooseRangesOptions& options)
      : graph_(graph), options_(options) {
    for (ValueId output : graph.outputs) {
      scores_.push_back(ScoreValue(graph, output));
    }
  }

  Status ReadSamples(size_t count, size_t total,
                     const SampleReader& read_sample);

  Result<Verdict> Try(const Ranges& ranges);
  // Why the last ranges that got kWorst were refused.
  const Status& refusal() const { return refusal_; }

 private:
  struct Sample {
    std::vector<std::vector<float>> inputs;
    std::vector<std::vector<float>> scores;
  };

  const Graph& graph_;
  const ChooseRangesOptions& options_;
  std::vector<ValueId> scores_;
  std::vector<Sample> samples_;
  Status refusal_;
};

Status Judge::ReadSamples(size_t count, size_t total,
                          const SampleReader& read_sample) {
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<FloatExecutor> executor,
                         FloatExecutor::Create(graph_, {options_.num_threads}));
  for (size_t i = 0; i < count; ++i) {
    const size_t index = i * total / count;
    const std::string context = "calibration sample " + std::to_string(index);
    Sample sample;
    auto inputs = read_sample(index);
    OCTET_RETURN_IF_ERROR(inputs.status().WithContext(context));
    sample.inputs = *std::move(inputs);
    OCTET_RETURN_IF_ERROR(executor->Run(sample.inputs).WithContext(context));
    for (ValueId id : scores_) {
      const size_t size = size_t(graph_.value(id).shape.NumElements());
      const float* values = executor->Value(id);
      sample.scores.emplace_back(values, values + size);
    }
    samples_.push_back(std::move(sample));
  }
  return OkStatus();
}

Result<Verdict> Judge::Try(const Ranges& ranges) {
  const Result<QuantizedModel> quantized =
      Quantize(graph_, ranges, options_.quantize);
  if (!quantized.ok()) {
    refusal_ = quantized.status();
    return Verdict();
  }
  OCTET_ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes,
                         ExportModel(quantized->model, {}));
  OCTET_ASSIGN_OR_RETURN(auto model,
                         Model::FromMemory(bytes.data(), bytes.size()));
  OCTET_ASSIGN_OR_RETURN(
      const std::unique_ptr<Session> session,
      Session::Create(std::move(model), {.num_threads = options_.num_threads,
                                         .keep_intermediates = true}));
  Sqnr all;
  std::array<Sqnr, kParts> parts;
  std::vector<float> values;
  for (size_t s = 0; s < samples_.size(); ++s) {
    const Sample& sample = samples_[s];
    for (size_t i = 0; i < sample.inputs.size(); ++i) {
      OCTET_RETURN_IF_ERROR(session->SetInput(static_cast<int>(i),
                                              sample.inputs[i].data(),
                                              sample.inputs[i].size()));
    }
    OCTET_RETURN_IF_ERROR(session->Run());
    for (size_t i = 0; i < scores_.size(); ++i) {
      const int32_t tensor = quantized->tensor_of_value[size_t(scores_[i])];
      if (tensor < 0) return InternalError("a score has no int8 tensor");
      values.resize(sample.scores[i].size());
      OCTET_RETURN_IF_ERROR(
          session->GetTensor(quantized->model.tensors[size_t(tensor)]->name,
                             values.data(), values.size()));
      all.Add(sample.scores[i], values);
      parts[s % kParts].Add(sample.scores[i], values);
    }
  }
  Verdict verdict;
  verdict.all = all.Decibels();
  for (size_t i = 0; i < kParts; ++i) verdict.parts[i] = parts[i].Decibels();
  return verdict;
}

// Activations that share a scale, in order of execution.
std::vector<std::vector<ValueId>> FindGroups(const Graph& graph,
                                             const AssignedParams& assigned) {
  std::vector<ValueId> ids = graph.inputs;
  for (const Node& node : graph.nodes) ids.push_back(node.output);
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
  RangeSearch(const std::vector<Ranges>& candidates, Judge& judge,
              size_t most_trials, const ProgressFunction& progress)
      : candidates_(candidates),
        judge_(judge),
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
    if (best_.all == kWorst) return judge_.refusal();
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
    Result<Verdict> verdict = judge_.Try(ranges);
    ++trials_;
    if (trials_ < total_) progress_(trials_, total_);
    return verdict;
  }

  const std::vector<Ranges>& candidates_;
  Judge& judge_;
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
  const std::vector<std::vector<ValueId>> groups = FindGroups(
      graph, AssignParams(graph, candidates[0], options.quantize.scheme,
                          options.quantize.precision));
  const double operations = std::max(1.0, NetworkOperations(graph));
  const double wanted_trials =
      double(candidates.size() + groups.size() * (candidates.size() - 1));
  const double affordable = options.most_operations / operations;
  const size_t samples =
      std::min(sample_count,
               std::clamp(size_t(affordable / wanted_trials), kFewestSamples,
                          std::max(kFewestSamples, options.samples)));
  Judge judge(graph, options);
  OCTET_RETURN_IF_ERROR(judge.ReadSamples(samples, sample_count, read_sample));
  RangeSearch search(candidates, judge, size_t(affordable / double(samples)),
                     progress);
  OCTET_RETURN_IF_ERROR(search.ChooseStart(groups.size()));
  for (size_t i = 0; i < groups.size(); ++i) {
    OCTET_RETURN_IF_ERROR(search.ImproveGroup(i, groups[i]));
  }
  return search.Finish();
}

}  // namespace octet::converter
