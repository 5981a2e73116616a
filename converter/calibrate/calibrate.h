// Calibration: runs samples through the FP32 graph and finds the range of every
// activation.

#ifndef OCTET_CONVERTER_CALIBRATE_CALIBRATE_H_
#define OCTET_CONVERTER_CALIBRATE_CALIBRATE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "converter/calibrate/range.h"
#include "converter/calibrate/range_methods.h"
#include "converter/ir/graph.h"
#include "octet/status.h"

namespace octet::converter {

// One sample, by its index: a vector for each input of the graph, in order,
// row-major in the input's shape.
using SampleReader =
    std::function<Result<std::vector<std::vector<float>>>(size_t index)>;

// Called after every sample with the numbers done and in total.
using ProgressFunction = std::function<void(size_t done, size_t total)>;

// Each of the methods that are asked for, for one to be chosen later.
struct AutoRule {
  friend bool operator==(const AutoRule&, const AutoRule&) = default;
};

// What one tensor gets instead of the method of all: another method, by its
// name, this range, or a choice.
using TensorRule = std::variant<std::string, Range, AutoRule>;

// Called for every activation, in order of execution, when calibration ends:
// what is known of it and its range by each of RangeMethodNames(), whatever
// the rules say.
using InspectFunction = std::function<void(
    const std::string& name, const ActivationStatistics& statistics,
    const std::vector<Range>& ranges)>;

struct CalibrateOptions {
  std::string method = "minmax";  // one of RangeMethodNames()
  int threads = 0;                // of the FP32 execution; 0: one a core
  RangeMethodOptions method_options = {};
  // By the name of the value, as the passes leave it.
  std::map<std::string, TensorRule> tensors = {};
  // Where set, every activation has a histogram.
  InspectFunction inspect = nullptr;
};

// Observes the graph's inputs and every node's output on samples 0 ...
// sample_count - 1. Memory does not grow with the number of samples. The result
// does not depend on the number of threads and, but for `moving-average`, not
// on the order of the samples.
// Errors: no samples; a method or tensor that does not exist; the executor's; a
// sample that cannot be read, by its index; an activation that is infinite or
// NaN, by its name and the sample's index.
Result<Ranges> Calibrate(const Graph& graph, size_t sample_count,
                         const SampleReader& read_sample,
                         const CalibrateOptions& options,
                         const ProgressFunction& progress = nullptr);

// The same with several methods in one pass over the samples: the ranges of
// methods[i] are entry i of the result. options.method does not count, unless a
// rule is an AutoRule: then it is what tensors without a rule get in all
// entries.
Result<std::vector<Ranges>> CalibrateWithMethods(
    const Graph& graph, size_t sample_count, const SampleReader& read_sample,
    const std::vector<std::string>& methods, const CalibrateOptions& options,
    const ProgressFunction& progress = nullptr);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_CALIBRATE_CALIBRATE_H_
