// Which nodes stay in FP32 so that an INT8 network's outputs are near enough to
// those in FP32.

#ifndef OCTET_CONVERTER_EVALUATE_CHOOSE_FLOAT_NODES_H_
#define OCTET_CONVERTER_EVALUATE_CHOOSE_FLOAT_NODES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

struct ChooseFloatNodesOptions {
  QuantizeOptions quantize = {};  // without repairs
  double min_sqnr_db = 0.0;       // of the outputs
  int num_threads = 0;            // 0: one for each core
  // Outputs are compared on this many samples, spread over all.
  size_t samples = 32;
  // Activations are ranked on fewer, at least 4, so that it takes about this
  // many multiply-accumulates in FP32: its time is bounded and does not change
  // its result.
  double most_operations = 2e11;
};

struct FloatNodes {
  std::vector<std::string> names;  // none where INT8 is good enough
  double int8_db = 0.0;            // SQNR of the outputs without them
  double sqnr_db = 0.0;            // and with them
};

// Rounding one group of activations alone tells what it costs the outputs
// (LoneRangeErrors). The costliest groups stay in FP32, with all nodes that
// compute or read them: as few as are enough, a quarter of the groups at most.
// The same input gives the same result, on any number of threads. Errors: the
// SQNR cannot be reached so; the reader's; the quantizer's.
Result<FloatNodes> ChooseFloatNodes(const Graph& graph, const Ranges& ranges,
                                    size_t sample_count,
                                    const SampleReader& read_sample,
                                    const ChooseFloatNodesOptions& options,
                                    const ProgressFunction& progress);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_CHOOSE_FLOAT_NODES_H_
