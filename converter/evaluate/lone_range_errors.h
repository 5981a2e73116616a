// LoneRangeErrors: what rounding one group of activations costs the outputs
// where all else is FP32, for each of several ranges.

#ifndef OCTET_CONVERTER_EVALUATE_LONE_RANGE_ERRORS_H_
#define OCTET_CONVERTER_EVALUATE_LONE_RANGE_ERRORS_H_

#include <cstddef>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/calibrate/range.h"
#include "converter/float/float_executor.h"
#include "converter/ir/graph.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

// Errors of small roundings add up: what an INT8 network's outputs are off by
// is, to first order, the sum of what its groups of activations cost alone. So
// the range that costs least alone is the best one; and alone two ranges differ
// by a multiple of what they differ by beneath the noise of all other groups,
// which a change of one range shuffles.
class LoneRangeErrors {
 public:
  // `candidates`: one Ranges a method. `graph` outlives the object.
  LoneRangeErrors(const Graph& graph, const std::vector<Ranges>& candidates,
                  const QuantizeOptions& quantize);

  // Sums up one sample, on which `executor` has just run the graph. What the
  // executor holds afterwards is unspecified. After kSamplesOfAll samples only
  // those candidates of a group are still tried that cost less than
  // kHopeless times as much as its best one.
  static constexpr size_t kSamplesOfAll = 8;
  static constexpr double kHopeless = 4.0;
  Status Add(FloatExecutor& executor);

  // Of each group (FindActivationGroups): the candidate with the least squared
  // error of the outputs (of their scores: see ScoreValue); of equal ones the
  // first.
  std::vector<size_t> Best() const;

  const std::vector<std::vector<ValueId>>& groups() const { return groups_; }
  // The squared error summed up so far.
  double Error(size_t group, size_t candidate) const {
    return errors_[group][candidate];
  }

 private:
  // Whether an earlier candidate gives the group the same numbers.
  bool IsRepeated(size_t group, size_t candidate) const;
  // Takes the hopeless ones out of `contenders_`.
  void Sift();
  Result<double> ErrorOf(size_t group, size_t candidate,
                         const std::vector<std::vector<float>>& scores,
                         FloatExecutor& executor) const;

  const std::vector<int> producers_;                   // by value
  std::vector<std::vector<ActivationParams>> params_;  // by candidate, value
  std::vector<std::vector<ValueId>> groups_;
  std::vector<size_t> group_of_value_;  // SIZE_MAX: none
  std::vector<ValueId> scores_;         // values
  // Of each group: the candidates that are tried, in their order.
  std::vector<std::vector<size_t>> contenders_;
  std::vector<std::vector<double>> errors_;  // by group, candidate
  size_t samples_ = 0;
};

struct LoneRangeSampling {
  size_t fewest = 1;  // samples, if there are as many
  size_t most = 256;
  // Between these as many as take about this many multiply-accumulates in FP32:
  // the time is bounded and does not change the result.
  double most_operations = 0.0;
  int num_threads = 0;  // 0: one for each core
};

// Runs `graph` on samples spread over all and adds them to `errors`, which has
// `candidates` for each of its groups. Errors: the reader's and the executor's,
// with the sample's index.
Status AddSamples(const Graph& graph, size_t candidates, size_t sample_count,
                  const SampleReader& read_sample,
                  const LoneRangeSampling& sampling,
                  const ProgressFunction& progress, LoneRangeErrors& errors);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_LONE_RANGE_ERRORS_H_
