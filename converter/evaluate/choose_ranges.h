// The method `auto`: for each activation the range, among those of several
// methods, that costs the network's outputs least, on calibration samples.

#ifndef OCTET_CONVERTER_EVALUATE_CHOOSE_RANGES_H_
#define OCTET_CONVERTER_EVALUATE_CHOOSE_RANGES_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

// The methods that `auto` chooses from.
const std::vector<std::string>& AutoMethods();

// The repairs of the network with these ranges.
using RepairFunction =
    std::function<Result<LayerRepairs>(const Ranges& ranges)>;

struct ChooseRangesOptions {
  QuantizeOptions quantize = {};  // without repairs
  // What works on the network afterwards; null: nothing.
  RepairFunction repair = nullptr;
  int num_threads = 0;  // 0: one for each core
  // Outputs are compared on this many samples, spread over all.
  size_t samples = 256;
  // On a network too large for it, the search looks at fewer samples, at least
  // 8, so that it takes about this many multiply-accumulates in FP32: its time
  // is bounded and does not change its result.
  double most_operations = 1.5e12;
};

struct ChosenRanges {
  Ranges ranges;
  double sqnr_db = 0.0;  // of the outputs, on the samples compared
  // How many groups of activations got their range from each candidate.
  std::vector<size_t> groups_of_candidate;
};

// `candidates`: one Ranges a method, as CalibrateWithMethods returns them.
// Activations that share a scale get the range that costs the outputs least
// alone (LoneRangeErrors). Judged by the engine's own integers, behind the
// repairs, the network with these ranges must be better than the one with
// candidates[0] for all; otherwise it is that one. The same input gives the
// same result, on any number of threads. Errors: the reader's, the quantizer's
// where it refuses both.
Result<ChosenRanges> ChooseRanges(const Graph& graph,
                                  const std::vector<Ranges>& candidates,
                                  size_t sample_count,
                                  const SampleReader& read_sample,
                                  const ChooseRangesOptions& options,
                                  const ProgressFunction& progress);

// Whether the network with these repairs is at least as good on the samples
// as the one without, by the SQNR of the outputs. Of `options`, `repair` is not
// used.
Result<bool> IsRepairWorthwhile(const Graph& graph, const Ranges& ranges,
                                const LayerRepairs& repairs,
                                size_t sample_count,
                                const SampleReader& read_sample,
                                const ChooseRangesOptions& options);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_CHOOSE_RANGES_H_
