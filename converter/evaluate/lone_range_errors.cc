#include "converter/evaluate/lone_range_errors.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "converter/evaluate/activation_groups.h"
#include "converter/evaluate/metrics.h"
#include "converter/evaluate/output_judge.h"
#include "converter/ir/evaluate_function.h"

namespace octet::converter {
namespace {

void Round(const ActivationParams& params, std::span<float> values) {
  const Int8Grid grid{params.scale, params.zero_point};
  for (float& value : values) value = EvaluateFakeQuantize(grid, value);
}

std::vector<float> Copy(std::span<const float> values) {
  return {values.begin(), values.end()};
}

}  // namespace

LoneRangeErrors::LoneRangeErrors(const Graph& graph,
                                 const std::vector<Ranges>& candidates,
                                 const QuantizeOptions& quantize)
    : producers_(FindProducers(graph)),
      group_of_value_(graph.values.size(), SIZE_MAX),
      scores_(FindScores(graph)) {
  for (const Ranges& ranges : candidates) {
    AssignedParams assigned =
        AssignParams(graph, ranges, quantize.scheme, quantize.precision);
    if (params_.empty()) {
      groups_ = FindActivationGroups(graph, quantize, assigned);
    }
    params_.push_back(std::move(assigned.params));
  }
  for (size_t g = 0; g < groups_.size(); ++g) {
    for (ValueId id : groups_[g]) group_of_value_[size_t(id)] = g;
  }
  errors_.assign(groups_.size(), std::vector<double>(candidates.size(), 0.0));
  contenders_.resize(groups_.size());
  for (size_t g = 0; g < groups_.size(); ++g) {
    for (size_t candidate = 0; candidate < candidates.size(); ++candidate) {
      if (!IsRepeated(g, candidate)) contenders_[g].push_back(candidate);
    }
  }
}

Status LoneRangeErrors::Add(FloatExecutor& executor) {
  std::vector<std::vector<float>> scores;
  for (ValueId id : scores_) scores.push_back(Copy(executor.MutableValue(id)));
  // From the last group to the first: what one has changed lies behind it, and
  // those in front of it compute it anew.
  for (size_t group = groups_.size(); group-- > 0;) {
    const std::span<float> first = executor.MutableValue(groups_[group][0]);
    const std::vector<float> undisturbed = Copy(first);
    for (size_t candidate : contenders_[group]) {
      OCTET_ASSIGN_OR_RETURN(const double error,
                             ErrorOf(group, candidate, scores, executor));
      errors_[group][candidate] += error;
      std::copy(undisturbed.begin(), undisturbed.end(), first.begin());
    }
  }
  if (++samples_ == kSamplesOfAll) Sift();
  return OkStatus();
}

void LoneRangeErrors::Sift() {
  const std::vector<size_t> best = Best();
  for (size_t group = 0; group < groups_.size(); ++group) {
    const std::vector<double>& errors = errors_[group];
    std::erase_if(contenders_[group], [&](size_t candidate) {
      return errors[candidate] > kHopeless * errors[best[group]];
    });
  }
}

Result<double> LoneRangeErrors::ErrorOf(
    size_t group, size_t candidate,
    const std::vector<std::vector<float>>& scores,
    FloatExecutor& executor) const {
  const auto round = [&](ValueId id, std::span<float> values) {
    if (group_of_value_[size_t(id)] != group) return;
    Round(params_[candidate][size_t(id)], values);
  };
  const ValueId first = groups_[group][0];
  round(first, executor.MutableValue(first));
  const size_t next = size_t(producers_[size_t(first)] + 1);
  OCTET_RETURN_IF_ERROR(executor.RunFrom(next, round));
  double error = 0.0;
  for (size_t i = 0; i < scores_.size(); ++i) {
    error += SquaredError(scores[i], executor.MutableValue(scores_[i]));
  }
  return error;
}

bool LoneRangeErrors::IsRepeated(size_t group, size_t candidate) const {
  const size_t id = size_t(groups_[group][0]);
  return std::any_of(params_.begin(),
                     params_.begin() + std::ptrdiff_t(candidate),
                     [&](const std::vector<ActivationParams>& earlier) {
                       return earlier[id] == params_[candidate][id];
                     });
}

std::vector<size_t> LoneRangeErrors::Best() const {
  std::vector<size_t> best;
  for (size_t group = 0; group < groups_.size(); ++group) {
    const std::vector<double>& errors = errors_[group];
    best.push_back(*std::min_element(
        contenders_[group].begin(), contenders_[group].end(),
        [&](size_t a, size_t b) { return errors[a] < errors[b]; }));
  }
  return best;
}

Status AddSamples(const Graph& graph, size_t candidates, size_t sample_count,
                  const SampleReader& read_sample,
                  const LoneRangeSampling& sampling,
                  const ProgressFunction& progress, LoneRangeErrors& errors) {
  // A trial runs the nodes behind a group: on average half of them.
  const double of_a_sample = std::max(1.0, NetworkOperations(graph)) *
                             double(candidates * errors.groups().size()) / 2.0;
  const size_t samples = std::min(
      sample_count,
      std::clamp(size_t(sampling.most_operations / of_a_sample),
                 sampling.fewest, std::max(sampling.fewest, sampling.most)));
  OCTET_ASSIGN_OR_RETURN(const std::unique_ptr<FloatExecutor> executor,
                         FloatExecutor::Create(graph, {sampling.num_threads}));
  for (size_t i = 0; i < samples; ++i) {
    const size_t index = i * sample_count / samples;
    const auto inputs = read_sample(index);
    Status status = inputs.status();
    if (status.ok()) status = executor->Run(*inputs);
    if (status.ok()) status = errors.Add(*executor);
    OCTET_RETURN_IF_ERROR(
        status.WithContext("calibration sample " + std::to_string(index)));
    progress(i + 1, samples);
  }
  return OkStatus();
}

}  // namespace octet::converter
