// The method `auto`: for each activation the range, among those of several
// methods, with which the INT8 network's outputs are nearest to the FP32
// network's. Judged by the engine's own integers, on calibration samples.

#ifndef OCTET_CONVERTER_EVALUATE_CHOOSE_RANGES_H_
#define OCTET_CONVERTER_EVALUATE_CHOOSE_RANGES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

// The methods that `auto` chooses from.
const std::vector<std::string>& AutoMethods();

struct ChooseRangesOptions {
  QuantizeOptions quantize = {};
  int num_threads = 0;  // 0: one for each core
  // Outputs are compared on this many samples, spread over all.
  size_t samples = 256;
  // The search ends after this many multiply-accumulates, so that its time is
  // bounded and does not change its result. On a network too large for it,
  // fewer samples are compared, at least 8.
  double most_operations = 1.5e12;
};

struct ChosenRanges {
  Ranges ranges;
  double sqnr_db = 0.0;  // of the outputs, on the samples compared
  // How many groups of activations got their range from each candidate.
  std::vector<size_t> groups_of_candidate;
};

// `candidates`: one Ranges a method, as CalibrateWithMethods returns them.
// Starts with the candidate that is the best for all activations; then tries
// the others for one group of activations that share a scale after another, in
// order of execution, and keeps what raises the SQNR of the outputs (of their
// scores: see ScoreValue) on the samples and on each half of them, so that no
// range is chosen for the sake of a few. The same input gives the same result,
// on any number of threads. Errors: the reader's, the quantizer's for every
// candidate.
Result<ChosenRanges> ChooseRanges(const Graph& graph,
                                  const std::vector<Ranges>& candidates,
                                  size_t sample_count,
                                  const SampleReader& read_sample,
                                  const ChooseRangesOptions& options,
                                  const ProgressFunction& progress);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_CHOOSE_RANGES_H_
