// OutputJudge: how near the outputs of INT8 networks made from one graph, with
// other ranges or options, are to those in FP32. Measured with the engine's own
// integers, on samples that are kept.

#ifndef OCTET_CONVERTER_EVALUATE_OUTPUT_JUDGE_H_
#define OCTET_CONVERTER_EVALUATE_OUTPUT_JUDGE_H_

#include <cstddef>
#include <limits>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

// The scores (ScoreValue) of the graph's outputs that are FP32.
std::vector<ValueId> FindScores(const Graph& graph);

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

  static constexpr double kRefused = -std::numeric_limits<double>::infinity();
  // Quantizes the graph and compares its scores on the samples: their SQNR in
  // dB, kRefused where the quantizer refuses.
  Result<double> Try(const Ranges& ranges, const QuantizeOptions& options);

  // Why the last network that got kRefused was refused.
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
