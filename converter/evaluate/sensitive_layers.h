// The layers whose weights cost the outputs of an INT8 network most.

#ifndef OCTET_CONVERTER_EVALUATE_SENSITIVE_LAYERS_H_
#define OCTET_CONVERTER_EVALUATE_SENSITIVE_LAYERS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "converter/calibrate/calibrate.h"
#include "converter/quantize/quantizer.h"
#include "octet/status.h"

namespace octet::converter {

struct SensitiveLayer {
  std::string node;
  // What the outputs' SQNR gains, in dB, where this layer alone is in FP32;
  // below 0 where it loses.
  double gain_db = 0.0;
};

struct RankLayersOptions {
  int num_threads = 0;  // 0: one for each core
  // Outputs are compared on this many samples, spread over all.
  size_t samples = 32;
};

// All layers with weights that `quantize` leaves in INT8, the most sensitive
// first, of equal ones the earlier. The same on any number of threads. Errors:
// the reader's, the quantizer's where it refuses the network itself.
Result<std::vector<SensitiveLayer>> RankLayers(
    const Graph& graph, const Ranges& ranges, const QuantizeOptions& quantize,
    size_t sample_count, const SampleReader& read_sample,
    const RankLayersOptions& options, const ProgressFunction& progress);

}  // namespace octet::converter

#endif  // OCTET_CONVERTER_EVALUATE_SENSITIVE_LAYERS_H_
