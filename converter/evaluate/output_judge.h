// OutputJudge: how near the outputs of INT8 networks made from one graph, with
// other ranges or options, are to those in FP32. Measured with the engine's own
// integers, on samples that are kept.

#ifndef OCTET_CONVERTER_EVALUATE_OUTPUT_JUDGE_H_
#define OCTET_CONVERTER_EVALUATE_OUTPUT_JUDGE_H_

#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

// The SQNR of the outputs in dB, kWorst where the quantizer refuses.
struct Verdict {
  static constexpr double kWorst = -std::numeric_limits<double>::infinity();
  // Of the samples: sample i counts in part i % kParts.
  static constexpr size_t kParts = 2;

  double all = kWorst;
  std::array<double, kParts> parts;

  Verdict() { parts.fill(kWorst); }

  // By a little at least, and in no part worse: what wins by a few samples
  // alone would lose on others.
  bool IsBetterThan(const Verdict& other) const;
};

// Multiply-accumulates of a run of the network.
double NetworkOperations(const Graph& graph);

class OutputJudge {
 public:
  // `graph` outlives the object. threads: 0: one a core.
  OutputJudge(const Graph& graph, int threads);

  // Keeps `count` of `total` samples, spread over all, and what FP32 makes of
  // them. Errors: the reader's, with the sample's index.
  Status ReadSamples(size_t count, size_t total,
                     const SampleReader& read_sample);

  // Quantizes the graph and compares its scores (ScoreValue) on the samples.
  Result<Verdict> Try(const Ranges& ranges, const QuantizeOptions& options);

  // Why the last network that got kWorst was refused.
  const Status& refusal() const { return refusal_; }

 private:
  struct Sample {
    std::vector<std::vector<float>> inputs;
    std::vector<std::vector<float>> scores;
  };

  const Graph& graph_;
  const int threads_;
  std::vector<ValueId> scores_;
  std::vector<Sample> samples_;
  Status refusal_;
};

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_OUTPUT_JUDGE_H_
